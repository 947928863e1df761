"""What people may do with presets: whose they are, how many there may be, and who else may reach them.

Knows nothing of commands; what it raises is InvalidChoice or Refused, in a sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import discord

from bot import preferences, presenting
from bot.codes import new_code, read_code
from bot.desk import Desk, place_of
from bot.errors import Refused
from bot.manners import manner
from bot.policy import Policy
from bot.standing import moderates
from bot.words import no_preset
from bot.words import presets as words
from generation.presets import BUILT_IN
from generation.spec import Choices, PromptSpec
from storage.errors import NameTaken, TooMany
from storage.presets import Presets, key
from storage.records import Choice, Preset, Scope, ScopeKind
from storage.shares import Shares

if TYPE_CHECKING:
    from bot.client import Client

LONGEST_NAME = 50
#: What stands for no preset where one is named, so no preset may be called so.
NONE = "none"


class Origin(StrEnum):
    """Whose a preset is, seen by somebody in a server."""

    YOURS = words.OF_YOURS
    SERVERS = words.OF_SERVER
    SHOWN = words.OF_MEMBER
    EVERYBODYS = words.OF_EVERYBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A preset as somebody finds it in a server; ``shown``: its holder, who is asking, shows it there."""

    name: str
    origin: Origin
    choices: Choices
    shown: bool = False

    @property
    def held(self) -> str:
        """What it holds, in one line; of those that everybody has, what they are for."""
        return words.BUILT_IN[self.name] if self.origin is Origin.EVERYBODYS else presenting.choices_line(self.choices)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, in which server, and whether they keep that server's presets."""

    user_id: int
    guild_id: int
    keeper: bool

    @classmethod
    async def of(cls, interaction: discord.Interaction[Any]) -> "Asker":
        """Whoever made an interaction."""
        guild_id, _ = place_of(interaction)
        return cls(interaction.user.id, guild_id, await moderates(interaction))

    @property
    def me(self) -> Scope:
        """The scope of their own presets."""
        return preferences.person(self.user_id)

    @property
    def here(self) -> Scope:
        """The scope of the server's presets."""
        return preferences.server(self.guild_id)

    def origin(self, preset: Preset) -> Origin:
        """Whose a preset is, from where they stand."""
        return {self.me: Origin.YOURS, self.here: Origin.SERVERS}.get(preset.holder, Origin.SHOWN)


class Shelf:
    """The presets of everybody."""

    def __init__(self, *, desk: Desk, presets: Presets, shares: Shares, policy: Policy) -> None:
        self._desk = desk
        self._presets = presets
        self._shares = shares
        self._policy = policy

    async def save(self, asker: Asker, name: str, choices: Choices, *, for_server: bool = False) -> Preset:
        """Keep ``choices`` as a new preset of the person, or of the server."""
        if for_server and not asker.keeper:
            raise Refused(words.ONLY_MODERATORS)
        if not choices:
            raise Refused(words.NOTHING_TO_KEEP)
        name = await self._checked_name(name)
        await self._desk.approve(choices)
        try:
            holder = asker.here if for_server else asker.me
            return await self._presets.save(holder, name, choices, most=self._policy.presets)
        except NameTaken as fault:
            raise Refused(words.name_taken(name)) from fault
        except TooMany as fault:
            raise Refused(words.too_many_presets(self._policy.presets)) from fault

    async def edit(
        self, asker: Asker, preset: Preset, change: Mapping[str, Choice | None], *, name: str | None = None
    ) -> Preset:
        """Lay ``change`` over a preset that the person may change, and call it ``name``."""
        self._check_may_change(asker, preset)
        if name is not None:
            name = await self._checked_name(name)
        changed = {**preset.choices, **change}
        made = {each: value for each, value in changed.items() if value is not None}
        if not made:
            raise Refused(words.NOTHING_LEFT)
        await self._desk.approve(made)
        try:
            result = await self._presets.change(preset, change, name=name)
        except NameTaken as fault:
            raise Refused(words.name_taken(name or preset.name)) from fault
        if result is None:
            raise Refused(words.GONE)
        return result

    async def delete(self, asker: Asker, preset: Preset) -> None:
        """Let go of a preset that the person may change."""
        self._check_may_change(asker, preset)
        if not await self._presets.delete(preset):
            raise Refused(words.GONE)

    async def one_of(self, asker: Asker, name: str, *, of_server: bool = False) -> Preset:
        """Return the preset that is meant by ``name``: the person's own, the server's, or one that is shown there.

        ``of_server``: the server's own. Raises Refused for one that everybody has, because nobody changes these.
        """
        if of_server:
            found = await self._presets.find(name, asker.here)
        else:
            found = await self._presets.find(name, asker.me, asker.here, shown_in=asker.guild_id)
        if found is not None:
            return found
        raise Refused(words.built_in(key(name))) if key(name) in BUILT_IN else await self._no_preset(asker, name)

    async def entry(self, asker: Asker, name: str) -> Entry:
        """Return what ``name`` leads to, everybody's presets among it."""
        found = await self._presets.find(name, asker.me, asker.here, shown_in=asker.guild_id)
        if found is not None:
            (entry,) = await self._entries(asker, found)
            return entry
        if key(name) not in BUILT_IN:
            raise await self._no_preset(asker, name)
        return Entry(name=key(name), origin=Origin.EVERYBODYS, choices=BUILT_IN[key(name)])

    async def entries(self, asker: Asker, typed: str = "", *, limit: int, offset: int = 0) -> tuple[Entry, ...]:
        """Return up to ``limit`` presets with ``typed`` in their names: one's own, the server's, shown, everybody's."""
        where = {"shown_in": asker.guild_id}
        found = await self._presets.matching(typed, asker.me, asker.here, **where, limit=limit, offset=offset)
        entries = await self._entries(asker, *found)
        room = limit - len(entries)
        if room == 0:
            return entries
        before = offset - await self._presets.count(asker.me, asker.here, **where) if offset else 0
        names = await self._everybodys(asker, typed)
        rest = names[max(0, before) : max(0, before) + room]
        return *entries, *(Entry(name=name, origin=Origin.EVERYBODYS, choices=BUILT_IN[name]) for name in rest)

    async def count(self, asker: Asker) -> int:
        """Return how many presets somebody can use in a server."""
        kept = await self._presets.count(asker.me, asker.here, shown_in=asker.guild_id)
        return kept + len(await self._everybodys(asker, ""))

    async def changeable(self, asker: Asker, typed: str, *, limit: int) -> tuple[Entry, ...]:
        """Return up to ``limit`` presets with ``typed`` in their names that somebody may change."""
        whose = (asker.me, asker.here) if asker.keeper else (asker.me,)
        return await self._entries(asker, *await self._presets.matching(typed, *whose, limit=limit))

    async def _entries(self, asker: Asker, *presets: Preset) -> tuple[Entry, ...]:
        shown = await self._shares.shown_in(asker.guild_id) if presets else ()
        return tuple(
            Entry(
                name=each.name,
                origin=(origin := asker.origin(each)),
                choices=each.choices,
                shown=origin is Origin.YOURS and each.id in shown,
            )
            for each in presets
        )

    async def _everybodys(self, asker: Asker, typed: str) -> list[str]:
        """The presets that come with the bot, but for those whose names lead elsewhere."""
        names = [name for name in BUILT_IN if key(typed) in name]
        hidden = await self._presets.taken(names, asker.me, asker.here, shown_in=asker.guild_id)
        return [name for name in names if name not in hidden]

    async def share_by_code(self, asker: Asker, preset: Preset) -> str:
        """Return a code under which others find the preset as it is now."""
        self._check_may_change(asker, preset)
        try:
            return await self._shares.offer(preset, new_code(), most=self._policy.codes)
        except TooMany as fault:
            raise Refused(words.too_many_codes(self._policy.codes)) from fault

    async def show_here(self, asker: Asker, preset: Preset) -> None:
        """Let all members of the server use a person's preset."""
        self._check_may_change(asker, preset)
        if preset.holder.kind is ScopeKind.SERVER:
            raise Refused(words.SERVERS_ALREADY)
        if await self._presets.find(preset.name, asker.here) is not None:
            raise Refused(words.shown_already(preset.name))
        try:
            await self._shares.show(preset, asker.guild_id)
        except NameTaken as fault:
            raise Refused(words.shown_already(preset.name)) from fault

    async def withdraw(self, asker: Asker, preset: Preset) -> None:
        """Share a preset with nobody any more; a keeper takes another's out of the server."""
        if asker.keeper and preset.holder not in (asker.me, asker.here):
            withdrawn = await self._shares.hide(preset, asker.guild_id)
        else:
            self._check_may_change(asker, preset)
            withdrawn = await self._shares.withdraw(preset)
        if not withdrawn:
            raise Refused(words.NOT_SHARED)

    async def take_over(self, asker: Asker, code: str, name: str | None = None) -> Preset:
        """Keep a copy of what is behind ``code``, as the person's own."""
        shared = await self._shares.behind(read_code(code))
        if shared is None:
            raise Refused(words.NO_SUCH_CODE)
        return await self.save(asker, name or shared.name, shared.choices)

    async def save_from_spec(
        self, asker: Asker, name: str, spec: PromptSpec, *, prompt: bool = False, seed: bool = False
    ) -> Preset:
        """Keep the manner in which a picture was drawn, with its prompt and seeds where they are wanted."""
        return await self.save(asker, name, manner(spec, self._desk.profile, prompt=prompt, seed=seed))

    async def _no_preset(self, asker: Asker, name: str) -> Refused:
        near = await preferences.nearest(self._presets, name, user_id=asker.user_id, guild_id=asker.guild_id)
        return Refused(no_preset(presenting.shortened(name, LONGEST_NAME), near))

    def _check_may_change(self, asker: Asker, preset: Preset) -> None:
        """Raise Refused for a preset that is somebody else's. Ids decide, never names."""
        if preset.holder == asker.me:
            return
        if preset.holder != asker.here:
            raise Refused(words.SOMEBODY_ELSES)
        if not asker.keeper:
            raise Refused(words.ONLY_MODERATORS)

    async def _checked_name(self, name: str) -> str:
        """A name as it is kept; others may read it, so it is judged as a prompt is."""
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise Refused(words.bad_name(LONGEST_NAME))
        if key(name) == NONE:
            raise Refused(words.RESERVED_NAME)
        await self._desk.approve({"prompt": name})
        return name


async def save_from_spec(
    interaction: discord.Interaction["Client"], name: str, spec: PromptSpec, *, prompt: bool = False, seed: bool = False
) -> Preset:
    """Keep a picture's manner as a preset of whoever asks; raise InvalidChoice or Refused where it cannot be."""
    asker = await Asker.of(interaction)
    return await interaction.client.shelf.save_from_spec(asker, name, spec, prompt=prompt, seed=seed)
