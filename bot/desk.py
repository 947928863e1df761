"""Where a request is taken: resolved, judged, written down, acknowledged, queued, in exactly this order.

Written down before it is acknowledged: whoever has been told that a picture is coming gets it, whatever happens next.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from weakref import WeakValueDictionary

import discord
import structlog

from bot import circumstances, explaining, preferences, presenting, prompts, specs, words
from bot.circumstances import place_of
from bot.errand import Permit
from bot.errors import Refused
from bot.explaining import Layer
from bot.oversight import Oversight
from bot.policy import Policy
from bot.preferences import Chosen
from bot.queue import Queue
from bot.quota import DAY, Quota
from generation.errors import InvalidChoice
from generation.profiles import Profile
from generation.spec import Choices, PromptSpec, resolve
from storage.preferences import Preferences
from storage.presets import Presets
from storage.records import Job, Reply
from storage.spending import Spending

_log = structlog.get_logger(__name__)

#: Seconds before each attempt to acknowledge. All must lie within the three that Discord gives.
_PAUSES = (0.0, 0.2, 0.6)
#: Discord's word for an interaction that is acknowledged already: an earlier answer was lost on the way.
_ACKNOWLEDGED = 40060

_NONE: Choices = {}


class Desk:
    """Takes requests for pictures of one model."""

    def __init__(
        self,
        *,
        profile: Profile,
        preferences: Preferences,
        presets: Presets,
        permit: Permit,
        policy: Policy,
        oversight: Oversight,
        queue: Queue,
        spending: Spending,
    ) -> None:
        self.profile = profile
        self.preferences = preferences
        self.presets = presets
        self._permit = permit
        self._policy = policy
        self._oversight = oversight
        self._queue = queue
        self._spending = spending
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @property
    def policy(self) -> Policy:
        """The ceilings that hold here."""
        return self._policy

    async def spec(
        self,
        interaction: discord.Interaction[Any],
        options: Choices,
        *,
        preset: str | None = None,
        under: Choices = _NONE,
    ) -> PromptSpec:
        """Make the spec that ``options`` ask for, over what server, channel, person and ``preset`` have chosen.

        Where no preset is named, the person's default one holds, if it is there; ``under`` lies below them all.
        Raises InvalidChoice for what cannot be drawn, or is more than this bot draws.
        """
        return (await self.resolver(interaction, preset=preset, under=under))(options)

    async def resolver(
        self, interaction: discord.Interaction[Any], *, preset: str | None = None, under: Choices = _NONE
    ) -> Callable[[Choices], PromptSpec]:
        """As :meth:`spec`, for many options one after another: what lies below them is read once."""
        chosen = await self._chosen(interaction)
        _, held = await self._held(interaction, chosen, preset)
        return lambda options: self._resolved(under, *chosen.layers, held, prompts.joined(held, options))

    async def layers(
        self, interaction: discord.Interaction[Any], *, preset: str | None = None
    ) -> tuple[tuple[Layer, ...], str | None]:
        """Return all that lies under the options of somebody's next picture, weakest first, each with its name.

        Beside them, the name of their default preset where that is not there.
        """
        chosen = await self._chosen(interaction)
        name, held = await self._held(interaction, chosen, preset)
        missing = chosen.preset if preset is None and name is None else None
        return explaining.layers(self.profile, chosen.layers, preset=name, held=held), missing

    async def approve(self, choices: Choices) -> PromptSpec:
        """Make the spec of ``choices`` alone, and raise InvalidChoice or Refused where it would not be drawn."""
        spec = self._resolved(choices, prompts.joined(choices, {}))
        await self._judge(spec)
        return spec

    async def take(
        self,
        interaction: discord.Interaction[Any],
        spec: PromptSpec,
        *,
        private: bool = False,
        spoiler: bool = False,
        enlargement: specs.Enlargement | None = None,
    ) -> None:
        """Take up a request whose spec is known; raise InvalidChoice or Refused where it will not be drawn.

        ``private``: only who asked sees the answer. ``spoiler``: its pictures are covered until they are pressed.
        """
        with self._queue.rush.one():
            job = await self._take(interaction, spec, private, spoiler, enlargement)
        if job is not None:
            self._queue.begin(job)

    async def _take(
        self,
        interaction: discord.Interaction[Any],
        spec: PromptSpec,
        private: bool,
        spoiler: bool,
        enlargement: specs.Enlargement | None,
    ) -> Job | None:
        """Write a request down and acknowledge it; None where nothing comes of it."""
        owner = interaction.user.id
        self._policy.check(spec)
        if not private and not circumstances.may_post(interaction):
            raise Refused(words.review.NEEDS)
        reply = replace(_reply_to(interaction), private=private, spoiler=spoiler)
        async with self._turn(owner):
            waiting = self._queue.on_the_way(owner)
            admitting = self._admit(interaction, spec, waiting=waiting)
            spec, quota = await asyncio.gather(admitting, self.quota(owner))  # neither waits for the other's answer
            self._policy.admit(of_this_person=waiting, of_everybody=self._queue.on_the_way())
            self._policy.afford(spec.count, quota)
            job = await self._queue.accept(interaction.id, owner=owner, spec=spec, reply=reply, enlargement=enlargement)
        if job is None:
            _log.info("told twice of one interaction", job=interaction.id)
        elif await self._acknowledge(interaction, job):
            return job
        return None

    async def admit_survey(
        self, interaction: discord.Interaction[Any], wanted: Sequence[PromptSpec]
    ) -> list[PromptSpec]:
        """Return many specs as they may be drawn here for whoever asks; raise where one of them, or all, may not be."""
        self._policy.check_survey(len(wanted))
        who, where = circumstances.person(interaction), circumstances.place(interaction)
        negatives = await self._oversight.negatives(where)
        admitted = [specs.with_negatives(spec, negatives) for spec in wanted]
        await self._oversight.admit_survey(admitted, who, where, waiting=self._queue.on_the_way(who.id))
        self._policy.afford(len(wanted), await self.quota(who.id))
        return admitted

    async def quota(self, user_id: int) -> Quota:
        """Return what somebody has of a day's pictures."""
        moment = datetime.now(UTC)
        spent = await self._spending.of(user_id, since=moment - DAY)
        return Quota(limit=self._policy.pictures_a_day, spent=spent, now=moment)

    async def take_like(
        self,
        interaction: discord.Interaction[Any],
        job: Job,
        spec: PromptSpec,
        *,
        enlargement: specs.Enlargement | None = None,
    ) -> None:
        """Take up a request that comes of ``job``, for whoever asks, and answer it as that one was answered."""
        reply = job.reply
        await self.take(interaction, spec, private=reply.private, spoiler=reply.spoiler, enlargement=enlargement)

    def altered(self, spec: PromptSpec, changes: Choices) -> PromptSpec:
        """Return ``spec`` with ``changes`` laid over it; raise InvalidChoice for what cannot be drawn."""
        kept = specs.choices(spec, self.profile)
        return resolve({"model": self.profile.name}, kept, changes, profiles={self.profile.name: self.profile})

    def _turn(self, owner: int) -> asyncio.Lock:
        """One request of a person at a time is counted and written down, so that two do not take the same room."""
        return self._turns.setdefault(owner, asyncio.Lock())

    def _resolved(self, *layers: Choices) -> PromptSpec:
        spec = resolve({"model": self.profile.name}, *layers, profiles={self.profile.name: self.profile})
        self._policy.check(spec)
        return spec

    async def _admit(self, interaction: discord.Interaction[Any], spec: PromptSpec, *, waiting: int) -> PromptSpec:
        """Raise Refused for what is not drawn for this person here; return the spec with what its place adds."""
        who, where = circumstances.person(interaction), circumstances.place(interaction)
        spec = specs.with_negatives(spec, await self._oversight.negatives(where))
        await self._oversight.admit(spec, who, where, waiting=waiting)
        return spec

    async def _judge(self, spec: PromptSpec) -> None:
        """Raise for what is not drawn here."""
        self._policy.check(spec)
        await self._permit(spec)

    async def _chosen(self, interaction: discord.Interaction[Any]) -> Chosen:
        guild_id, channel_id = place_of(interaction)
        return await preferences.chosen(
            self.preferences, user_id=interaction.user.id, channel_id=channel_id, guild_id=guild_id
        )

    async def _held(
        self, interaction: discord.Interaction[Any], chosen: Chosen, name: str | None
    ) -> tuple[str | None, Choices]:
        """The preset asked for, or else the default one; nothing where that is not there, in another server perhaps."""
        guild_id, _ = place_of(interaction)
        if name is not None:
            return name, await self._preset(interaction, name, guild_id)
        if chosen.preset is None:
            return None, {}
        user_id = interaction.user.id
        held = await preferences.preset(self.presets, chosen.preset, user_id=user_id, guild_id=guild_id)
        return (None, {}) if held is None else (chosen.preset, held)

    async def _preset(self, interaction: discord.Interaction[Any], name: str, guild_id: int) -> Choices:
        choices = await preferences.preset(self.presets, name, user_id=interaction.user.id, guild_id=guild_id)
        if choices is None:
            near = await preferences.nearest(self.presets, name, user_id=interaction.user.id, guild_id=guild_id)
            raise InvalidChoice("preset", words.no_preset(presenting.shortened(name, 64), near))
        return choices

    async def _acknowledge(self, interaction: discord.Interaction[Any], job: Job) -> bool:
        """Tell Discord that the answer will come, at once or a moment later; who is told nothing reads of a failure.

        Where it is not known at last whether Discord heard, ask.
        """
        if interaction.response.is_done():  # it was told when the picture to draw over was fetched
            return True
        for pause in _PAUSES:
            await asyncio.sleep(pause)
            try:
                await interaction.response.defer(thinking=True, ephemeral=job.reply.private)
                return True
            except discord.NotFound:
                _log.info("acknowledged too late, dropped", job=job.id)
                await self._queue.drop(job)
                return False
            except Exception as error:  # noqa: BLE001  (whatever it was, the message is there or it is not)
                if isinstance(error, discord.HTTPException) and error.code == _ACKNOWLEDGED:
                    return True
                _log.warning("acknowledgement uncertain", job=job.id, kind=type(error).__name__)
        self._queue.verify(job)
        return False


def _reply_to(interaction: discord.Interaction[Any]) -> Reply:
    guild_id, channel_id = place_of(interaction)
    return Reply(
        application_id=interaction.application_id,
        token=interaction.token,
        guild_id=guild_id,
        channel_id=channel_id,
        upload_limit=interaction.filesize_limit,
    )
