"""A stand-in for Discord where the real client cannot keep up: places, messages, answers that get lost on the way.

It notes every file that anybody outside of the moderators' channels was ever shown, under which mark, and when the
program was told of that mark. A message that is sent may arrive although its sender heard nothing, or arrive late,
after the sender has looked for it; what tells the second from the first is its nonce, which is forgotten now and then.
"""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import discord

#: Above all ids of jobs, as a message is newer than what it answers.
_FIRST_MESSAGE = 10**12
_LATENCY = 0.002
#: Seconds that a message is late at most: longer than its sender waits before it tries again.
_LATEST = 0.02


@dataclass
class Sent:
    """A message: its controls, and the names of its files."""

    id: int
    channel_id: int
    view: Any
    files: tuple[str, ...]
    interaction_metadata: Any = None

    @property
    def components(self) -> list[Any]:
        """What the client would read in it."""
        return list(self.view.children)


@dataclass(frozen=True)
class Showing:
    """That a picture was shown: where, in which message, when, and what the program knew of the channel's mark."""

    channel_id: int
    message_id: int
    mark: "Mark"
    at: datetime


@dataclass(frozen=True)
class Mark:
    """How Discord said that a channel is marked, and when it was asked."""

    restricted: bool
    at: datetime


_NEVER = Mark(restricted=False, at=datetime.min.replace(tzinfo=UTC))


def refusal(status: int, code: int) -> discord.HTTPException:
    """What the client raises where Discord refuses."""
    kind = {404: discord.NotFound, 403: discord.Forbidden}.get(status, discord.HTTPException)
    response: Any = SimpleNamespace(status=status, reason="no", headers={})
    return kind(response, {"code": code, "message": "no"})


@dataclass
class Posting:
    """All channels. ``marks`` are those that Discord has, ``told`` those it told last.

    ``losses`` is how often, from 0 to 1, the sender of something is not answered.
    """

    chance: random.Random
    losses: float = 0.06
    moderators: set[int] = field(default_factory=set)
    marks: dict[int, bool] = field(default_factory=dict)
    told: dict[int, Mark] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    dead: set[str] = field(default_factory=set)
    messages: dict[int, dict[int, Sent]] = field(default_factory=dict)
    originals: dict[str, Sent] = field(default_factory=dict)
    shown: list[Showing] = field(default_factory=list)
    lost: int = 0

    def __post_init__(self) -> None:
        self._ids = itertools.count(_FIRST_MESSAGE)
        self._nonces: dict[str, Sent] = {}
        self._late: set[asyncio.Task[None]] = set()

    def answer(self, token: str, channel_id: int, *, private: bool) -> None:
        """The message of an acknowledged interaction."""
        view: Any = SimpleNamespace(children=[])
        message = self.originals[token] = Sent(next(self._ids), channel_id, view, ())
        if not private:
            self.messages.setdefault(channel_id, {})[message.id] = message

    async def on_the_way(self, act: Any) -> Any:
        """Do something in Discord; now and then the question or the answer is lost."""
        await asyncio.sleep(self.chance.uniform(0, _LATENCY))
        luck = self.chance.random()
        if luck < self.losses / 2:
            self.lost += 1
            raise ConnectionResetError
        done = act()
        if luck < self.losses:
            self.lost += 1
            raise ConnectionResetError
        return done

    async def sending(self, channel_id: int, view: Any, files: Any, nonce: str | None) -> Sent:
        """Send a message; unanswered, it was lost, or it is late, or it is there, after which minutes may go by."""
        mark = self.told.get(channel_id, _NEVER)
        await asyncio.sleep(self.chance.uniform(0, _LATENCY))
        luck = self.chance.random()
        if luck < self.losses * 2 / 3:
            self.lost += 1
            if luck < self.losses / 3:
                self._late.add(asyncio.create_task(self._arrive(channel_id, view, files, nonce, mark)))
            raise ConnectionResetError
        message = self.send(channel_id, view, files, nonce, mark)
        if luck < self.losses:
            self.lost += 1
            if nonce is not None and self.chance.random() < 0.5:
                self._nonces.pop(nonce, None)
            raise ConnectionResetError
        return message

    async def _arrive(self, channel_id: int, view: Any, files: Any, nonce: str | None, mark: Mark) -> None:
        await asyncio.sleep(self.chance.uniform(0, _LATEST))
        with suppress(discord.HTTPException):
            self.send(channel_id, view, files, nonce, mark)

    async def arrived(self) -> None:
        """Wait until nothing is late any more."""
        while self._late:
            _, self._late = await asyncio.wait(self._late)

    def put(self, message: Sent, view: Any, files: Any, mark: Mark | None = None) -> Sent:
        """Let a message be so from now on; ``mark`` is what its sender knew when it was sent, as told last if None."""
        message.view = view
        if files is not None:
            message.files = tuple(each.filename for each in files)
        pictures = [name for name in message.files if name.startswith("ninewords-")]
        if pictures and message.channel_id not in self.moderators:
            known = mark or self.told.get(message.channel_id, _NEVER)
            self.shown.append(Showing(message.channel_id, message.id, known, datetime.now(UTC)))
        return message

    def send(self, channel_id: int, view: Any, files: Any, nonce: str | None, mark: Mark) -> Sent:
        """A new message, or the one that was sent with this nonce."""
        if channel_id in self.gone:
            raise refusal(404, 10003)
        if nonce is not None and nonce in self._nonces:
            return self._nonces[nonce]
        message = self.put(Sent(next(self._ids), channel_id, view, ()), view, files, mark)
        self.messages.setdefault(channel_id, {})[message.id] = message
        if nonce is not None:
            self._nonces[nonce] = message
        return message

    # What stands where the client would be.

    def webhook(self, application_id: int, token: str, **_: Any) -> Any:
        """The way to an interaction's own message."""

        async def edit_message(_: Any, *, view: Any, attachments: Any = None, **__: Any) -> Sent:
            def act() -> Sent:
                if token in self.dead:
                    raise refusal(401, 50027)
                if self.originals[token].channel_id in self.gone:
                    raise refusal(404, 10008)
                return self.put(self.originals[token], view, attachments)

            return await self.on_the_way(act)

        return SimpleNamespace(edit_message=edit_message)

    def get_partial_messageable(self, channel_id: int, **_: Any) -> "Place":
        """A channel."""
        return Place(self, channel_id)

    async def fetch_user(self, person: int) -> "Place":
        """The way to somebody directly."""
        return Place(self, -person)

    async def fetch_channel(self, channel_id: int) -> Any:
        """What Discord says of a channel, and how it is marked."""

        def act() -> Any:
            if channel_id in self.gone:
                raise refusal(404, 10003)
            self.told[channel_id] = mark = Mark(self.marks.get(channel_id, False), datetime.now(UTC))
            return SimpleNamespace(nsfw=mark.restricted)

        return await self.on_the_way(act)


@dataclass
class Place:
    """Where messages can be sent."""

    posting: Posting
    channel_id: int

    async def send(self, *, view: Any, files: Any, nonce: str | None = None, **_: Any) -> Sent:
        """Send one."""
        return await self.posting.sending(self.channel_id, view, files, nonce)

    async def history(self, *, limit: int) -> AsyncIterator[Sent]:
        """What is there, newest first."""
        if self.channel_id in self.posting.gone:
            raise refusal(404, 10003)
        for message in list(self.posting.messages.get(self.channel_id, {}).values())[::-1][:limit]:
            yield message

    def get_partial_message(self, message_id: int) -> Any:
        """A message by its id alone."""

        async def edit(*, view: Any, attachments: Any = None, **_: Any) -> Sent:
            def act() -> Sent:
                found = self.posting.messages.get(self.channel_id, {}).get(message_id)
                if self.channel_id in self.posting.gone or found is None:
                    raise refusal(404, 10008)
                return self.posting.put(found, view, attachments)

            return await self.posting.on_the_way(act)

        return SimpleNamespace(edit=edit)
