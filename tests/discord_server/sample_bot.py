"""A small bot on the real discord.py, for the loopback server's own tests."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import discord
from discord import app_commands
from PIL import Image

from tests.discord_server import DiscordServer


def png(size: tuple[int, int] = (8, 8), colour: str = "navy") -> bytes:
    """The bytes of a picture of one colour."""
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    return data.getvalue()


class AgainButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"again:(?P<seed>\d+)"):
    """A button that lives for ever: what it needs is in its custom_id."""

    def __init__(self, seed: int) -> None:
        super().__init__(discord.ui.Button(label="Again", custom_id=f"again:{seed}"))
        self.seed = seed

    @classmethod
    async def from_custom_id(cls, interaction, item, match, /):  # type: ignore[override] - the base spells its generics out
        return cls(int(match["seed"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"again from {self.seed}", ephemeral=True)


class EditForm(discord.ui.Modal, title="Edit"):
    """A form with a label and a deprecated row, as both are still about."""

    prompt = discord.ui.Label(
        text="Prompt", component=discord.ui.TextInput(custom_id="prompt", default="a cat", max_length=40)
    )
    seed = discord.ui.TextInput(label="Seed", custom_id="seed", required=False)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.prompt.component, discord.ui.TextInput)
        await interaction.response.edit_message(
            content=f"{self.prompt.component.value!r} {self.seed.value!r}", view=None
        )


class PictureView(discord.ui.View):
    """The buttons and the select under a picture."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(AgainButton(7))

    @discord.ui.button(label="Edit", custom_id="edit")
    async def edit(self, interaction: discord.Interaction, _: discord.ui.Button) -> None:
        await interaction.response.send_modal(EditForm())

    @discord.ui.button(label="Cancel", custom_id="cancel", style=discord.ButtonStyle.danger)
    async def cancel(self, interaction: discord.Interaction, _: discord.ui.Button) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="cancelled", attachments=[], view=None)

    @discord.ui.select(
        placeholder="Take one", custom_id="take", options=[discord.SelectOption(label=name) for name in ("one", "two")]
    )
    async def take(self, interaction: discord.Interaction, select: discord.ui.Select) -> None:
        await interaction.response.send_message(f"took {select.values[0]}", ephemeral=True)


class SampleBot(discord.Client):
    """Draws a square."""

    def __init__(self, *, intents: discord.Intents | None = None, heartbeat_timeout: float = 60.0) -> None:
        super().__init__(
            intents=intents or discord.Intents(guilds=True),
            guild_ready_timeout=0.05,
            heartbeat_timeout=heartbeat_timeout,
        )
        self.tree = app_commands.CommandTree(self)
        self._errors: asyncio.Queue[BaseException] = asyncio.Queue()
        self.tree.error(self._note)
        self.seen: list[str] = []
        self._read = asyncio.Event()
        self._add_commands()

    async def setup_hook(self) -> None:
        self.add_dynamic_items(AgainButton)
        await self.tree.sync()

    async def knows(self, look: Callable[[], object]) -> None:
        """Wait until the gateway has told the bot enough for `look` to say yes."""
        async with asyncio.timeout(10):
            while not look():
                await self.wait_for("socket_event_type")

    async def on_message(self, message: discord.Message) -> None:
        self.seen.append(message.content)
        self._read.set()

    async def read(self, count: int) -> None:
        """Wait until the bot has been shown so many messages."""
        async with asyncio.timeout(10):
            while len(self.seen) < count:
                self._read.clear()
                await self._read.wait()

    async def _note(self, _: discord.Interaction, error: app_commands.AppCommandError) -> None:
        self._errors.put_nowait(error.original if isinstance(error, app_commands.CommandInvokeError) else error)

    async def failed(self) -> BaseException:
        """The next error of a command."""
        return await asyncio.wait_for(self._errors.get(), 10)

    def _add_commands(self) -> None:
        @self.tree.command(description="Draw a square.")
        @app_commands.guild_only()
        @app_commands.choices(shape=[app_commands.Choice(name="Square", value="square")])
        async def imagine(
            interaction: discord.Interaction,
            prompt: app_commands.Range[str, 1, 100],
            steps: app_commands.Range[int, 1, 150] = 20,
            cfg: app_commands.Range[float, 1.0, 30.0] | None = None,
            preset: str | None = None,
            shape: str | None = None,
            image: discord.Attachment | None = None,
            private: bool = False,
        ) -> None:
            await interaction.response.defer(ephemeral=private)
            await interaction.edit_original_response(content=f"{steps} steps")
            data = await image.read() if image else png()
            file = discord.File(io.BytesIO(data), "picture.png", description=prompt)
            await interaction.edit_original_response(content=prompt, attachments=[file], view=PictureView())

        @imagine.autocomplete("preset")
        async def _presets(_: discord.Interaction, text: str) -> list[app_commands.Choice[str]]:
            names = ["pure", "pure-0.105", "none"]
            return [app_commands.Choice(name=name, value=name) for name in names if name.startswith(text)]

        settings = app_commands.Group(name="settings", description="One's own defaults.")

        @settings.command(name="set", description="Set a default.")
        async def set_default(
            interaction: discord.Interaction, channel: discord.TextChannel, by: discord.Member
        ) -> None:
            await interaction.response.send_message(f"{channel.name} by {by.name}", ephemeral=True)

        self.tree.add_command(settings)

        @self.tree.context_menu(name="Recipe")
        async def recipe(interaction: discord.Interaction, message: discord.Message) -> None:
            await interaction.response.send_message(f"{message.content} {len(message.attachments)}")


@asynccontextmanager
async def running(server: DiscordServer, bot: discord.Client) -> AsyncIterator[None]:
    """The bot, connected to the server."""
    with server.redirect():
        task = asyncio.create_task(bot.start(server.token))
        try:
            await server.bot_ready()
            while not bot.is_ready():  # noqa: ASYNC110 - the client has no event to wait for before it has begun
                await asyncio.sleep(0.01)
            yield
        finally:
            await bot.close()
            await asyncio.gather(task, return_exceptions=True)
