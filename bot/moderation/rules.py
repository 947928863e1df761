"""What holds in one server: its configuration laid over the defaults, and its word lists, compiled.

Nothing here can reach the floor: it is not asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.moderation.circumstances import Person, Place
from bot.moderation.filter import Filter
from storage.moderation.records import EVERYWHERE, ListEntry, ListKind, ReviewMode, ServerConfiguration

#: What holds where a server has not decided. None is no limit but the bot's own.
DEFAULTS = ServerConfiguration(
    review=ReviewMode.FLAGGED,
    explicit=0.5,
    suggestive=0.85,
    age_restricted=False,
    cooldown=0,
    reporters=3,
    strikes=3,
    strike_days=30,
    brake=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one server. ``configuration`` is complete; ``filters`` are by channel, EVERYWHERE's among them."""

    configuration: ServerConfiguration
    filters: Mapping[int, Filter]

    @classmethod
    def of(cls, configuration: ServerConfiguration, entries: Iterable[ListEntry] = ()) -> "Rules":
        """Lay a configuration over the defaults and compile its lists: a tenth of a second for long ones."""
        chosen = {name: getattr(configuration, name) for name in ServerConfiguration.__slots__}
        complete = replace(DEFAULTS, **{name: value for name, value in chosen.items() if value is not None})
        entries = tuple(entries)
        channels = {entry.channel_id for entry in entries} | {EVERYWHERE}
        return cls(configuration=complete, filters={channel: _compile(entries, channel) for channel in channels})

    def answers_in(self, place: Place) -> bool:
        """Whether the bot answers there: everywhere, unless channels were named."""
        named = {channel for channel, each in self.configuration.channels.items() if each.answers}
        return not named or not named.isdisjoint(place.channels)

    def draws_for(self, who: Person) -> bool:
        """Whether somebody may ask for pictures: everybody, unless roles were named."""
        named = {role for role, each in self.configuration.roles.items() if each.draws}
        return not named or not named.isdisjoint(who.roles)

    def is_moderator(self, who: Person) -> bool:
        """Whether somebody has a role that moderates the bot; who manages the server does so anyway."""
        return who.manages or any(
            each.moderates for role, each in self.configuration.roles.items() if role in who.roles
        )

    def daily(self, who: Person) -> int | None:
        """Pictures a day for somebody; None is as many as they like."""
        own = [each.daily for each in self._roles(who) if each.daily is not None]
        return max(own) if own else self.configuration.daily

    def cooldown(self, who: Person) -> timedelta:
        """How long somebody waits between two requests."""
        own = [each.cooldown for each in self._roles(who) if each.cooldown is not None]
        return timedelta(seconds=min(own) if own else self.configuration.cooldown or 0)

    def generous_role(self, who: Person) -> int | None:
        """The role that gives somebody their pictures a day; None where it is the server's own number."""
        own = {role: each.daily for role, each in self.configuration.roles.items() if role in who.roles}
        given = {role: daily for role, daily in own.items() if daily is not None}
        return max(given, key=lambda role: given[role]) if given else None

    def negatives(self, place: Place) -> tuple[str, ...]:
        """What is added to negative prompts there: the server's, then the channel's."""
        channels = [self.configuration.channels.get(channel) for channel in place.channels]
        texts = [self.configuration.negative, *(each.negative for each in channels if each is not None)]
        return tuple(text for text in texts if text)

    def allows_explicit(self, place: Place) -> bool:
        """Whether explicit pictures may be there: the server opted in, and Discord marks the channel."""
        return bool(self.configuration.age_restricted) and place.age_restricted and place.server_id is not None

    def filters_in(self, place: Place) -> tuple[Filter, ...]:
        """The lists that hold there: those of the channel, and of the one a thread hangs from, or the server's."""
        own = tuple(self.filters[channel] for channel in place.channels if channel in self.filters)
        return own or (self.filters[EVERYWHERE],)

    def _roles(self, who: Person) -> list:
        return [each for role, each in self.configuration.roles.items() if role in who.roles]


def _compile(entries: tuple[ListEntry, ...], channel: int) -> Filter:
    """The filter of one channel: the server's entries and its own."""
    here = [entry for entry in entries if entry.channel_id in (EVERYWHERE, channel)]
    blocked, allowed = (
        [entry.text for entry in here if entry.kind is kind] for kind in (ListKind.BLOCK, ListKind.ALLOW)
    )
    return Filter(blocked, allowed)
