"""The gateway's client: slash commands and buttons, no privileged intents, dependencies handed in."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands

from bot.buttons import Deed
from bot.desk import Desk
from bot.drafts import Drafts
from bot.found import Findings
from bot.gallery import Gallery
from bot.menus import FoundDeed, What
from bot.office import Office
from bot.overpainting import Overpainting
from bot.oversight import Oversight
from bot.presenting import Action
from bot.presets import Shelf
from bot.privacy import Privacy
from bot.queue import Queue
from bot.research import Research
from bot.review import Review
from bot.tree import CommandTree, tolerant
from storage.favourites import Favourites
from storage.history import History
from storage.jobs import Jobs
from storage.moderation.log import Log
from storage.pictures import Pictures

_log = structlog.get_logger(__name__)

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nothing here speaks


class Client(discord.Client):
    """Receives interactions; what they ask for is done by ``desk``, ``shelf``, ``privacy`` and ``queue``.

    ``trace`` is told of every request to Discord. With a ``home_guild`` (an id) the commands are registered there, at
    once; without one, everywhere.
    """

    def __init__(
        self,
        *,
        desk: Desk,
        shelf: Shelf,
        privacy: Privacy,
        oversight: Oversight,
        review: Review,
        office: Office,
        overpainting: Overpainting,
        queue: Queue,
        research: Research,
        jobs: Jobs,
        pictures: Pictures,
        log: Log,
        favourites: Favourites,
        history: History,
        gallery: Gallery,
        drafts: Drafts,
        findings: Findings,
        commands: Sequence[app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu],
        buttons: Sequence[type[discord.ui.DynamicItem[Any]]],
        deeds: Mapping[Action, Deed],
        found_deeds: Mapping[What, FoundDeed],
        forms: Callable[[discord.Interaction["Client"]], Awaitable[None]],
        translator: app_commands.Translator | None = None,
        trace: aiohttp.TraceConfig | None = None,
        home_guild: int | None = None,
    ) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            http_trace=trace or aiohttp.TraceConfig(),
        )
        self.desk, self.shelf, self.privacy, self.queue = desk, shelf, privacy, queue
        self.jobs, self.pictures, self.log = jobs, pictures, log
        self.hearings, self.purging = office.hearings, office.purging
        self.cases, self.appeals, self.sanctions = office.cases, office.appeals, office.sanctions
        self.oversight, self.review, self.overpainting = oversight, review, overpainting
        self.reports = review.reports
        self.research = research
        self.favourites, self.history, self.gallery = favourites, history, gallery
        self.drafts, self.findings = drafts, findings
        self._commands, self._buttons, self._forms = commands, buttons, forms
        self.deeds, self.found_deeds = deeds, found_deeds
        self._home_guild = home_guild
        self._translator = translator
        self.watching: dict[int, int] = {}
        self.tree = CommandTree(self)
        readers = self._connection.parsers
        readers["INTERACTION_CREATE"] = tolerant(readers["INTERACTION_CREATE"])

    async def setup_hook(self) -> None:
        """Register commands and buttons, before the gateway connects."""
        for command in self._commands:
            self.tree.add_command(command)
        self.add_dynamic_items(*self._buttons)
        await self.tree.set_translator(self._translator)
        guild = None if self._home_guild is None else discord.Object(self._home_guild)
        if guild is not None:
            self.tree.copy_global_to(guild=guild)
        try:
            registered = await self.tree.sync(guild=guild)
        except discord.Forbidden:
            _log.error("the commands could not be registered: is the bot in its home server?", guild=self._home_guild)
        else:
            _log.info("commands registered", count=len(registered), guild=self._home_guild)

    async def on_interaction(self, interaction: discord.Interaction["Client"]) -> None:
        """Take a form that was sent: known by its id alone, so that it may have been opened before a restart."""
        if interaction.type is discord.InteractionType.modal_submit:
            await self._forms(interaction)

    async def on_ready(self) -> None:
        """Say so in the log."""
        _log.info("connected", user=str(self.user), guilds=len(self.guilds))
