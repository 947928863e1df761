"""Looks through a channel for what may be there already: an answer was lost, or a run ended before it wrote it down.

Discord forgets a nonce after minutes. What lasts is the message itself: a card is known by its buttons, which hold the
job's id, and an answer by the interaction that Discord names in it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import discord

#: How many messages are looked through, newest first: ten requests at most.
_LOOKED_THROUGH = 1000

Look = Callable[[discord.Message], bool]


async def trace(channel: discord.abc.Messageable, look: Look, *, since: int) -> int | None:
    """Return the id of the newest message in ``channel`` for which ``look`` says yes; None where there is none.

    ``since`` is an id: nothing older is looked at. Raises what Discord answers where the channel cannot be read.
    """
    async for message in channel.history(limit=_LOOKED_THROUGH):
        if message.id < since:
            break
        if look(message):
            return message.id
    return None


def shows(view: discord.ui.LayoutView) -> Look:
    """Whether a message has exactly the buttons of ``view``, and there are any."""
    wanted = frozenset(_custom_ids(view.walk_children()))
    return lambda message: bool(wanted) and frozenset(_custom_ids(_unfolded(message.components))) == wanted


def says(view: discord.ui.LayoutView) -> Look:
    """Whether a message says all that ``view`` does, line by line."""
    wanted = frozenset(_lines(view.walk_children()))
    return lambda message: wanted <= frozenset(_lines(_unfolded(message.components)))


def answers(interaction_id: int) -> Look:
    """Whether a message is the answer to an interaction."""

    def look(message: discord.Message) -> bool:
        asked = message.interaction_metadata
        return asked is not None and asked.id == interaction_id

    return look


def _custom_ids(parts: Iterable[Any]) -> Iterator[str]:
    return (custom_id for part in parts if (custom_id := getattr(part, "custom_id", None)) is not None)


def _lines(parts: Iterable[Any]) -> Iterator[str]:
    for part in parts:
        if isinstance(text := getattr(part, "content", None), str):
            yield from (line.strip() for line in text.splitlines() if line.strip())


def _unfolded(parts: Iterable[Any]) -> Iterator[Any]:
    """Components and all that is in them."""
    for part in parts:
        yield part
        yield from _unfolded(getattr(part, "children", ()))
