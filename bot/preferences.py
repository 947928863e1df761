"""Whose choices hold for a picture, and which of them a person can set, show and take back."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generation.presets import BUILT_IN
from generation.spec import Choices
from storage.preferences import Preferences
from storage.presets import Presets, key
from storage.records import Choice, Scope, ScopeKind, Settings

#: What ``/settings`` offers, as a person calls it, and the choice behind it.
OFFERED: Mapping[str, str] = {
    "negative": "negative_prompt",
    "negative_preset": "negative_preset",
    "weight": "preset_weight",
    "balance": "balance",
    "size": "size",
    "steps": "steps",
    "cfg": "guidance_scale",
    "cfg_rescale": "guidance_rescale",
    "sampler": "sampler",
    "count": "count",
    "clip_skip": "clip_skip",
    "emphasis": "emphasis",
    "noise": "noise_source",
    "hints": "hints",
}

#: Choices that speak of the same thing: to make one is to take back the others that are not made with it.
_RIVALS = {
    "negative_prompt": ("negative_preset", "preset_weight"),
    "negative_preset": ("negative_prompt", "preset_weight"),
    "preset_weight": ("negative_prompt", "negative_preset"),
    "size": ("width", "height"),
    "width": ("size",),
    "height": ("size",),
}

#: Presets whose names are compared with one that nobody has.
_COMPARED = 200


@dataclass(frozen=True, slots=True)
class Chosen:
    """What holds for somebody somewhere: the layers of server, channel and person, and whether they want hints.

    ``preset`` names the preset that lies over them where none is asked for.
    """

    layers: tuple[Choices, ...]
    hints: bool
    preset: str | None = None


def person(user_id: int) -> Scope:
    """The scope of one person."""
    return Scope(ScopeKind.PERSON, user_id)


def server(guild_id: int) -> Scope:
    """The scope of one server."""
    return Scope(ScopeKind.SERVER, guild_id)


async def chosen(preferences: Preferences, *, user_id: int, channel_id: int, guild_id: int) -> Chosen:
    """Read what server, channel and person have chosen."""
    scopes = (server(guild_id), Scope(ScopeKind.CHANNEL, channel_id), person(user_id))
    settings = await preferences.of(*scopes)
    return Chosen(tuple(each.choices for each in settings), _hints(settings), settings[-1].preset)


async def preset(presets: Presets, name: str, *, user_id: int, guild_id: int) -> Choices | None:
    """Return the choices of the preset ``name``: the person's own, the server's, one shown there, or everybody's."""
    own = await presets.find(name, person(user_id), server(guild_id), shown_in=guild_id)
    return own.choices if own is not None else BUILT_IN.get(name.strip().casefold())


async def nearest(presets: Presets, name: str, *, user_id: int, guild_id: int) -> str | None:
    """Return the name, among those of the presets that a person can use in a server, that is most like ``name``."""
    own = await presets.matching("", person(user_id), server(guild_id), shown_in=guild_id, limit=_COMPARED)
    names = {key(each): each for each in (*BUILT_IN, *(one.name for one in own)) if each != "none"}  # which is none
    like = difflib.get_close_matches(key(name), names, n=1)
    return names[like[0]] if like else None


def change(choices: Mapping[str, Any]) -> dict[str, Choice | None]:
    """What to write for ``choices``: they themselves, and None for what contradicts them."""
    taken_back = {rival: None for name in choices for rival in _RIVALS.get(name, ())}
    return taken_back | dict(choices)


def _hints(settings: tuple[Settings, ...]) -> bool:
    """The nearest choice wins; hints are on where nobody has chosen."""
    return next((each.hints for each in reversed(settings) if each.hints is not None), True)
