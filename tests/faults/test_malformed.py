"""Whatever is sent, the bot answers or is silent, soon and without a fault, and grows no larger for it."""

import json
import random
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.metrics import resident
from tests.bot.stage import Stage, finished
from tests.discord_server import Interaction, Message, Person
from tests.discord_server.refusals import ClientRefuses
from tests.faults import malformed
from tests.faults.figures import Figures
from tests.faults.kills import crowd
from tests.faults.nursery import Nursery

#: So many come at once.
_TOGETHER = 2
#: So many the platform remembers.
_KEPT = 50
#: Reading one picture takes a hundred megabytes for a moment, and two are read at once.
_MOST_GROWTH = 256 * 2**20
_ACKNOWLEDGED_WITHIN = 1.0


class Sender:
    """Sends what nobody should, a few at a time."""

    def __init__(self, stage: Stage, people: list[Person], picture: Message, chance: random.Random) -> None:
        self._stage, self._people, self._picture, self._chance = stage, people, picture, chance
        self._kept: deque[Interaction] = deque()  # those that nobody waits for may still be answered
        self.sent: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.unanswered: list[str] = []

    async def send(self, count: int) -> None:
        for _ in range(0, count, _TOGETHER):
            made = [await self._one() for _ in range(_TOGETHER)]
            for kind, interaction in made:
                await self._answered(kind, interaction)
            self._kept.extend(interaction for _, interaction in made)
            while len(self._kept) > _KEPT:
                self._stage.server.forget(self._kept.popleft())

    async def _answered(self, kind: str, interaction: Interaction) -> None:
        if kind in ("payloads", "presses"):  # it may be that nobody can be answered
            return
        try:
            await interaction.acknowledged(within=20)
        except AssertionError:
            self.unanswered.append(repr(interaction.data)[:2000])
        else:
            assert interaction.answered_after is not None
            self.seconds.append(interaction.answered_after)

    async def _one(self) -> tuple[str, Interaction]:
        kind = self._chance.choices(("prompts", "payloads", "attachments", "presses", "typing"), (5, 3, 2, 1, 1))[0]
        while True:
            try:
                interaction = await getattr(self, f"_{kind}")(self._chance.choice(self._people))
            except ClientRefuses:
                continue  # nobody's client would send that
            self.sent[kind] += 1
            return kind, interaction

    async def _prompts(self, person: Person) -> Interaction:
        return await person.uses("/imagine", channel=self._stage.channel, options=malformed.options(self._chance))

    async def _payloads(self, person: Person) -> Interaction:
        self._stage.server.faults.malform(malformed.spoiler(self._chance))
        return await self._prompts(person)

    async def _presses(self, person: Person) -> Interaction:
        control = self._chance.choice(self._picture.labels)
        self._stage.server.faults.malform(malformed.respelled(self._chance))
        return await person.clicks(self._picture, control)

    async def _attachments(self, person: Person) -> Interaction:
        uploads = [malformed.upload(self._chance) for _ in range(self._chance.choice((1, 1, 1, 3)))]
        message = person.posts(self._stage.channel, "", *uploads)
        command = self._chance.choice(("Recipe", "Remix", "Save as preset", "Delete"))
        return await person.applies(command, message)

    async def _typing(self, person: Person) -> Interaction:
        option = self._chance.choice(("size", "sampler", "cfg", "preset", "regions"))
        server = self._stage.server
        return server.invoking.autocompletion(
            person, "/imagine", self._stage.channel, option, malformed.prompt(self._chance), {}
        )


async def test_nothing_that_is_sent_does_harm(tmp_path: Path, full: bool, figures: Figures) -> None:
    count = 10_000 if full else 200
    async with Stage.set_up(tmp_path) as stage, Nursery.open(stage) as nursery:
        stage.server.acknowledge_within = 60.0
        pid = await nursery.born(drawing=0.0)
        picture = await finished(await stage.ben.uses("/imagine", channel=stage.channel, prompt="a cat", size="64x64"))
        sender = Sender(stage, crowd(stage, count // 50 + 20), picture, random.Random(11))
        await sender.send(count // 2)
        before = resident(pid)
        await sender.send(count // 2)
        growth = resident(pid) - before
        asked = await stage.ann.uses("/imagine", channel=stage.channel, prompt="a cat", size="64x64")
        await finished(asked)
        assert not nursery.end_of(pid).done()
        assert stage.server.gateway.identifies == 1, "no client died of it"
    faults = list(_faults(tmp_path / "bot.log"))
    seconds = sorted(sender.seconds)
    p99 = seconds[int(0.99 * len(seconds))]
    figures.note(
        "malformed payloads, prompts and attachments",
        **sender.sent,
        unhandled_exceptions=len(faults),
        unanswered=len(sender.unanswered),
        p99_of_acknowledgements_s=p99,
        longest_s=seconds[-1],
        memory_MiB=(before + growth) / 2**20,
        growth_over_the_second_half_MiB=growth / 2**20,
    )
    assert faults == []
    assert sender.unanswered == []
    assert growth < _MOST_GROWTH
    assert p99 < _ACKNOWLEDGED_WITHIN or not full, "only a long run on a machine of its own tells"


def _faults(log: Path) -> Iterator[dict[str, Any]]:
    """What the log has of exceptions that nobody expected; a line that is no entry is a warning of Python's."""
    for line in log.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line) if line.startswith("{") else {}
        if entry.get("level") in ("error", "critical") or line.startswith("Traceback"):
            yield entry
