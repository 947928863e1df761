"""The loopback Discord: gateway, REST API and CDN on one free port of this machine."""

from __future__ import annotations

import secrets
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import AbstractContextManager
from fnmatch import fnmatchcase
from typing import Any, Self

from aiohttp import web

from tests.discord_server.attachments import LIFETIME, Attachment
from tests.discord_server.channels import Channel
from tests.discord_server.clock import Clock
from tests.discord_server.commands import Commands
from tests.discord_server.faults import Faults
from tests.discord_server.gateway import Gateway
from tests.discord_server.guilds import UPLOAD_LIMITS, Guild
from tests.discord_server.interactions import Interaction
from tests.discord_server.invoking import Invoking
from tests.discord_server.messages import Message, Version
from tests.discord_server.people import Person
from tests.discord_server.redirection import redirect
from tests.discord_server.requests import Request
from tests.discord_server.routes import application
from tests.discord_server.snowflakes import Snowflakes
from tests.discord_server.watching import Watched

_REMEMBERED = 100_000  # requests


class DiscordServer(Watched):
    """A Discord of one application. Everything in it may be read; what tests do with it are the methods.

    `acknowledge_within` and `token_lifetime` are Discord's 3 s and 15 min, measured by `clock`, which a test may put
    forward. `nonce_lifetime` is how long a nonce is remembered. `privileged_intents` are those granted to the bot.
    """

    def __init__(self) -> None:
        super().__init__()
        self.snowflake = Snowflakes()
        self.clock = Clock()
        self.faults = Faults()
        self.acknowledge_within = 3.0
        self.token_lifetime = 15 * 60.0
        self.nonce_lifetime = 5 * 60.0
        self.privileged_intents = 0
        self.token = f"loopback.{secrets.token_urlsafe(24)}"
        self.application_id = self.snowflake()
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.people: dict[int, Person] = {}
        self.files: dict[int, Attachment] = {}
        self.interactions: dict[int, Interaction] = {}
        self.interactions_by_token: dict[str, Interaction] = {}
        self.commands = Commands(self)
        self.gateway = Gateway(self)
        self.invoking = Invoking(self)
        self.requests: deque[Request] = deque(maxlen=_REMEMBERED)
        self.statuses: Counter[int] = Counter()
        self.failures: list[Exception] = []
        self.port = 0
        self.bot = Person(self, "ninewords", bot=True)
        self.people[self.bot.id] = self.bot
        self._nonces: dict[str, tuple[float, Message]] = {}
        self._runner = web.AppRunner(application(self), access_log=None, shutdown_timeout=0.5)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.gateway.close(1001)
        await self._runner.cleanup()
        if self.failures:
            raise ExceptionGroup("The loopback server itself failed", self.failures)

    @property
    def address(self) -> str:
        """Where it listens: `http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def invalid_requests(self) -> int:
        """Answers of 401, 403 and 429: Discord bans the address at 10,000 in ten minutes."""
        return sum(self.statuses[status] for status in (401, 403, 429))

    def redirect(self) -> AbstractContextManager[None]:
        """Point every discord.py client of this process here for the length of a `with`."""
        return redirect(self.address)

    def add_guild(self, name: str = "the atelier", *, boost_tier: int = 0, locale: str = "en-US") -> Guild:
        """Make a guild with an owner, a bot and no channels; a connected bot is told that it joined."""
        guild = Guild(self, name, boost_tier=boost_tier, locale=locale)
        self.guilds[guild.id] = guild
        self.gateway.dispatch("GUILD_CREATE", guild.payload(), guild=guild)
        return guild

    def add_person(self, name: str, *, locale: str = "en-US", age: float = 0.0) -> Person:
        """Make an account that is in no guild yet, as if ``age`` seconds ago."""
        person = Person(self, name, locale=locale, age=age)
        self.people[person.id] = person
        return person

    def expire(self, interaction: Interaction) -> None:
        """Let an interaction's token die now."""
        interaction.expired = True

    def redeliver(self, interaction: Interaction) -> bool:
        """Tell the bot of an interaction a second time, as a replay may; returns whether a session took it."""
        return self.gateway.dispatch("INTERACTION_CREATE", interaction.payload())

    def forget(self, interaction: Interaction) -> None:
        """Drop an interaction with its messages and files, so that a long run does not fill the memory."""
        self.interactions.pop(interaction.id, None)
        self.interactions_by_token.pop(interaction.token, None)
        for message in interaction.messages:
            message.channel.messages.pop(message.id, None)
            for version in message.history:
                for attachment in version.attachments:
                    self.files.pop(attachment.id, None)

    async def bot_ready(self, *, within: float = 10.0) -> None:
        """Wait until a client is connected to the gateway."""
        await self.until(lambda: self.gateway.connected, what="the bot to connect", within=within)

    async def synced(self, *, within: float = 10.0) -> None:
        """Wait until the client has registered commands."""
        await self.until(lambda: self.commands.syncs, what="the commands to be synced", within=within)

    def requests_to(self, pattern: str) -> list[Request]:
        """The requests so far that match "METHOD /path", as in Faults."""
        return [each for each in self.requests if fnmatchcase(f"{each.method} {each.path}", pattern)]

    def messages(self) -> Iterator[Message]:
        """Every message that exists, in whatever channel."""
        for channel in self.channels.values():
            yield from channel.messages.values()

    # What the routes and the people need.

    def direct_channel(self, person: Person) -> Channel:
        """The channel between the bot and a person, made when first asked for."""
        for channel in self.channels.values():
            if channel.person is person:
                return channel
        channel = Channel(self, person=person)
        self.channels[channel.id] = channel
        return channel

    def post(
        self,
        channel: Channel,
        author: Person,
        version: Version,
        *,
        interaction: Interaction | None = None,
        nonce: str | None = None,
        reference: dict[str, Any] | None = None,
    ) -> Message:
        """Put a message into a channel and tell those concerned."""
        message = Message(channel, author, version, interaction=interaction, nonce=nonce, reference=reference)
        channel.messages[message.id] = message
        message.tell()
        if not message.ephemeral:
            self.gateway.dispatch("MESSAGE_CREATE", message.event(), guild=channel.guild, about=message)
        return message

    def with_nonce(self, nonce: str) -> Message | None:
        """The message that the bot made with that nonce in the last minutes."""
        made_at, message = self._nonces.get(nonce, (0.0, None))
        return message if self.clock.now() - made_at < self.nonce_lifetime else None

    def remember_nonce(self, nonce: str, message: Message) -> None:
        """Let `with_nonce` find a message for some minutes."""
        self._nonces[nonce] = self.clock.now(), message

    def signed(self, path: str) -> str:
        """The address of a file, with the signature that makes it good for a day."""
        expires = int(self.clock.now() + LIFETIME)
        return f"{self.address}{path}?ex={expires:x}&is={expires - int(LIFETIME):x}&hm={secrets.token_hex(32)}&"

    def filesize_limit_of(self, channel: Channel) -> int:
        """Bytes that one file may have in a channel."""
        return channel.guild.filesize_limit if channel.guild else UPLOAD_LIMITS[0]

    def note(self, method: str, path: str, status: int, code: int) -> None:
        """Note a request and its answer."""
        self.requests.append(Request(method, path, status, code, self.clock.now()))
        self.statuses[status] += 1

    def account(self) -> str:
        last = [f"  {each.status} {each.method} {each.path}" for each in list(self.requests)[-10:]]
        return "\n".join(["The last requests were:", *last])
