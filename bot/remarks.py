"""The small lines under a finished picture: an unusual size, a gentle hint; never a refusal."""

from bot import preferences
from generation import hints
from generation.profiles import Profile
from generation.spec import PromptSpec
from storage.preferences import Preferences
from storage.records import Job


class Remarks:
    """What is worth saying of a spec drawn with ``profile``."""

    def __init__(self, *, profile: Profile, preferences: Preferences) -> None:
        self._profile = profile
        self._preferences = preferences

    async def __call__(self, spec: PromptSpec, job: Job) -> list[str]:
        """Return the remarks on a job's picture, a sentence or two each."""
        said = [self._profile.remark_on(spec.width, spec.height)]
        if not self._profile.heeds_counting and await self._wants_hints(job):
            said.append(hints.hint(f"{spec.prompt}\n{spec.regions}"))
        return [remark for remark in said if remark]

    async def _wants_hints(self, job: Job) -> bool:
        chosen = await preferences.chosen(
            self._preferences, user_id=job.owner, channel_id=job.reply.channel_id, guild_id=job.reply.guild_id
        )
        return chosen.hints
