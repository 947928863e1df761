"""A stand-in for Discord where the real client cannot keep up: places, messages, answers that get lost on the way.

It notes every file that anybody outside of the moderators' channels was ever shown, and under which mark.
"""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import discord

#: Above all ids of jobs, as a message is newer than what it answers.
_FIRST_MESSAGE = 10**12
_LATENCY = 0.002
_LOSSES = 0.06


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
    """That a picture was shown: where, in which message, when, and how Discord said the channel is marked."""

    channel_id: int
    message_id: int
    marked: bool
    at: datetime


def refusal(status: int, code: int) -> discord.HTTPException:
    """What the client raises where Discord refuses."""
    kind = {404: discord.NotFound, 403: discord.Forbidden}.get(status, discord.HTTPException)
    response: Any = SimpleNamespace(status=status, reason="no", headers={})
    return kind(response, {"code": code, "message": "no"})


@dataclass
class Posting:
    """All channels. ``marks`` are those that Discord has, ``told`` those it told last."""

    chance: random.Random
    moderators: set[int] = field(default_factory=set)
    marks: dict[int, bool] = field(default_factory=dict)
    told: dict[int, bool] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    dead: set[str] = field(default_factory=set)
    messages: dict[int, dict[int, Sent]] = field(default_factory=dict)
    originals: dict[str, Sent] = field(default_factory=dict)
    shown: list[Showing] = field(default_factory=list)
    lost: int = 0

    def __post_init__(self) -> None:
        self._ids = itertools.count(_FIRST_MESSAGE)

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
        if luck < _LOSSES / 2:
            self.lost += 1
            raise ConnectionResetError
        done = act()
        if luck < _LOSSES:
            self.lost += 1
            raise ConnectionResetError
        return done

    def put(self, message: Sent, view: Any, files: Any) -> Sent:
        """Let a message be so from now on."""
        message.view = view
        if files is not None:
            message.files = tuple(each.filename for each in files)
        pictures = [name for name in message.files if name.startswith("ninewords-")]
        if pictures and message.channel_id not in self.moderators:
            marked = self.told.get(message.channel_id, False)
            self.shown.append(Showing(message.channel_id, message.id, marked, datetime.now(UTC)))
        return message

    def send(self, channel_id: int, view: Any, files: Any) -> Sent:
        """A new message."""
        if channel_id in self.gone:
            raise refusal(404, 10003)
        message = self.put(Sent(next(self._ids), channel_id, view, ()), view, files)
        self.messages.setdefault(channel_id, {})[message.id] = message
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
            self.told[channel_id] = self.marks.get(channel_id, False)
            return SimpleNamespace(nsfw=self.told[channel_id])

        return await self.on_the_way(act)


@dataclass
class Place:
    """Where messages can be sent."""

    posting: Posting
    channel_id: int

    async def send(self, *, view: Any, files: Any, **_: Any) -> Sent:
        """Send one."""
        return await self.posting.on_the_way(lambda: self.posting.send(self.channel_id, view, files))

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
