"""What this bot is willing to draw: the floor, which nothing changes, and ceilings, which the engine does not know."""

import asyncio
import re
from dataclasses import dataclass
from functools import lru_cache

from bot import words
from bot.errors import Refused
from bot.moderation.floor import Floor
from bot.quota import Quota
from bot.words import quota as sentences
from bot.words.studies import too_many_cells
from generation.errors import InvalidChoice
from generation.prompt.plan import plan_prompts
from generation.samplers.names import calls_per_step
from generation.spec import PromptSpec

_JOINT = re.compile(r"\bAND\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Ceilings for one request, and for how many may wait.

    ``side`` in pixels bounds the area as ``side`` × ``side``; ``text`` in characters bounds a prompt as written.
    ``parts`` bounds the prompts that ``AND`` joins, those of regions among them; ``versions`` the texts that schedules
    come to over all steps, and ``letters`` the characters of these: all of them are encoded and held together.
    ``pictures_a_day`` (None: no limit) bounds what one person asks for within 24 hours, in all servers together.
    ``presets`` bounds those that one person, or one server, keeps; ``codes`` those that are shared from them by code.
    ``survey`` bounds the pictures of one scan or study.
    """

    count: int = 4
    steps: int = 150
    side: int = 1536
    text: int = 6000
    parts: int = 16
    versions: int = 1200
    letters: int = 200_000
    waiting_each: int = 10
    waiting_all: int = 1000
    pictures_a_day: int | None = 200
    presets: int = 100
    codes: int = 100
    survey: int = 144

    def check(self, spec: PromptSpec) -> None:
        """Raise InvalidChoice, naming the field, for more than this bot draws."""
        if spec.count > self.count:
            raise InvalidChoice("count", words.too_many("pictures", self.count))
        if max(spec.steps, spec.larger_steps) > self.steps:
            raise InvalidChoice("steps", words.too_many("steps", self.steps))
        width, height = spec.finished_size
        if width * height > self.side**2:
            raise InvalidChoice("size", words.too_large(width, height, self.side))
        texts = {"prompt": spec.prompt, "regions": spec.regions, "negative_prompt": spec.negative_prompt}
        for name, text in texts.items():
            if len(text) > self.text:
                raise InvalidChoice(name, words.too_long(name.replace("_", " "), self.text))
        self._check_schedules(spec)

    def admit(self, *, of_this_person: int, of_everybody: int) -> None:
        """Raise Refused when that many pictures on the way are enough."""
        if of_this_person >= self.waiting_each:
            raise Refused(words.too_many_waiting(self.waiting_each))
        if of_everybody >= self.waiting_all:
            raise Refused(words.QUEUE_FULL)

    def _check_schedules(self, spec: PromptSpec) -> None:
        """Raise InvalidChoice for a prompt that comes to more than is held for one picture."""
        parts = 1 + len(_JOINT.findall(f"{spec.prompt} {spec.regions}"))
        if parts > self.parts:
            raise InvalidChoice("prompt", words.too_many_parts(parts, self.parts))
        versions, letters = _come_to(
            spec.prompt, spec.regions, spec.negative_prompt, spec.steps, calls_per_step(spec.sampler)
        )
        if versions > self.versions or letters > self.letters:
            raise InvalidChoice("prompt", words.TOO_MANY_VERSIONS)

    def check_survey(self, pictures: int) -> None:
        """Raise InvalidChoice for a scan or a study of more pictures than this bot draws for one."""
        if pictures > self.survey:
            raise InvalidChoice("samples", too_many_cells(pictures, self.survey))

    def afford(self, pictures: int, quota: Quota) -> None:
        """Raise Refused for more ``pictures`` than somebody has left, and say when there will be room for them."""
        room_at = quota.room_at(pictures)
        if quota.limit is None or room_at == quota.now:
            return
        if room_at is None:
            raise Refused(sentences.never_room(pictures, quota.limit))
        seconds = (room_at - quota.now).total_seconds()
        raise Refused(sentences.used_up(pictures, quota.left or 0, quota.limit, seconds), rule="quota")


@lru_cache(maxsize=64)  # a request is checked more than once
def _come_to(prompt: str, regions: str, negative: str, steps: int, calls: int) -> tuple[int, int]:
    """How many texts the prompts of a picture come to over all steps, and the characters of these together."""
    plan = plan_prompts(prompt, negative, steps=steps, calls_per_step=calls, regions=regions)
    texts = [text for branch in (*plan.positive, plan.negative) for text in branch.texts]
    return len(texts), sum(map(len, texts))


async def uphold(floor: Floor, spec: PromptSpec) -> None:
    """Raise Refused for what is never drawn, without repeating the prompt; the event loop is not held up meanwhile."""
    if await asyncio.to_thread(floor.judge_spec, spec) is not None:
        raise Refused(words.NOT_ALLOWED, rule="floor")
