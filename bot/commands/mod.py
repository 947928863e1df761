"""``/mod``: cases, blocks and purges, for moderators; every act is in the log with who did it."""

import re
from datetime import UTC, datetime
from typing import Any, Self

import discord
from discord import app_commands
from discord.app_commands import Range

from bot import case_pages, case_view, configuring, specs
from bot.answering import apologise, whisper
from bot.client import Client
from bot.durations import read_duration
from bot.errors import Refused
from bot.presenting import escaped
from bot.sheets import controls
from bot.standing import check_moderates
from bot.words import mod as words
from generation.spec import PromptSpec
from storage.moderation.records import Case, CaseKind

_LONGEST_REASON = 200

mod = app_commands.Group(
    name="mod",
    description="Cases, blocks and purges; for moderators",
    guild_only=True,
    default_permissions=discord.Permissions(manage_messages=True),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)


@mod.command(name="case", description="What is known of one case: rule, time, decision, who decided")
@app_commands.describe(number="The case's number")
async def case(interaction: discord.Interaction[Client], number: Range[int, 1, 2**53]) -> None:
    """Show it."""
    await check_moderates(interaction)
    client = interaction.client
    found = await client.cases.find(number)
    if found is None or found.server_id != configuring.server_id(interaction):
        raise Refused(words.NO_CASE)
    appeal = await client.appeals.of_case(found.id)
    reports = len(await client.cases.reports(found.id)) if found.kind is CaseKind.REPORTED else 0
    spec = await _spec(client, found)
    await whisper(interaction, case_view.for_moderators(found, appeal=appeal, reports=reports, spec=spec))


@mod.command(name="cases", description="The cases of this server, or of one person, and what stands against them")
@app_commands.describe(person="Whose; left out, everybody's")
async def cases(interaction: discord.Interaction[Client], person: discord.User | None = None) -> None:
    """Show the first page."""
    await check_moderates(interaction)
    await case_pages.show_cases(interaction, case_pages.EVERYBODY if person is None else person.id)


@mod.command(name="block", description="Keep a person from using the bot here, for a time")
@app_commands.describe(
    person="Who", duration="How long: 30m, 12h, 7d, 1w 3d; a year at most", reason="What they read when they try"
)
async def block(
    interaction: discord.Interaction[Client],
    person: discord.User,
    duration: Range[str, 1, 40],
    reason: Range[str, 1, _LONGEST_REASON],
) -> None:
    """Block them, in place of any block before."""
    await check_moderates(interaction)
    if person.bot:
        raise Refused(words.NO_BOTS)
    ends_at = datetime.now(UTC) + read_duration(duration)
    reason = " ".join(reason.split())
    await interaction.client.sanctions.block(
        configuring.server_id(interaction), person.id, ends_at=ends_at, reason=reason, by=interaction.user.id
    )
    await whisper(interaction, words.blocked(person.id, ends_at, escaped(reason)))


@mod.command(name="unblock", description="End a block early")
@app_commands.describe(person="Who")
async def unblock(interaction: discord.Interaction[Client], person: discord.User) -> None:
    """Unblock them."""
    await check_moderates(interaction)
    server_id = configuring.server_id(interaction)
    if not await interaction.client.sanctions.unblock(server_id, person.id, by=interaction.user.id):
        raise Refused(words.NOT_BLOCKED)
    await whisper(interaction, words.unblocked(person.id))


@mod.command(name="purge", description="Cancel what a person waits for and delete their pictures here; asks first")
@app_commands.describe(person="Who")
async def purge(interaction: discord.Interaction[Client], person: discord.User) -> None:
    """Ask whether it is meant."""
    await check_moderates(interaction)
    waiting, messages = await interaction.client.purging.extent(configuring.server_id(interaction), person.id)
    view = controls()
    view.add_item(PurgeButton(person.id, meant=True))
    view.add_item(PurgeButton(person.id, meant=False))
    text = words.ask_purge(person.id, waiting, messages)
    await interaction.response.send_message(text, view=view, ephemeral=True)


class PurgeButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"purge:(?P<meant>yes|no):(?P<person>[0-9]+)"
):
    """An answer to the question whether all of somebody's pictures shall be taken down."""

    def __init__(self, person: int, *, meant: bool) -> None:
        style = discord.ButtonStyle.danger if meant else discord.ButtonStyle.secondary
        custom_id = f"purge:{'yes' if meant else 'no'}:{person}"
        super().__init__(
            discord.ui.Button(label=words.PURGE if meant else words.LEAVE, style=style, custom_id=custom_id)
        )
        self.person, self.meant = person, meant

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out what was answered, and of whom."""
        return cls(int(match["person"]), meant=match["meant"] == "yes")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do as the moderator answers: first it is written down, then said, then done."""
        try:
            await check_moderates(interaction)
            if self.meant:
                await _purge(interaction, self.person)
            else:
                await interaction.response.edit_message(content=words.PURGE_LEFT, view=None)
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who pressed must hear of it)
            await apologise(interaction, error)


async def _purge(interaction: discord.Interaction[Client], person: int) -> None:
    purging = interaction.client.purging
    wanted = await purging.ask(configuring.server_id(interaction), person, by=interaction.user.id)
    await interaction.response.edit_message(content=words.PURGING, view=None)
    outcome = await purging.carry_out(wanted)
    said = words.purged(person, outcome.cancelled, outcome.deleted, outcome.unreachable)
    await interaction.edit_original_response(content=said)


async def _spec(client: Client, found: Case) -> PromptSpec | None:
    """What the picture of a case was asked to be; None where there is none, or it can no longer be read."""
    job = None if found.job_id is None else await client.jobs.find(found.job_id)
    try:
        return None if job is None else specs.read(job.spec)
    except Refused:
        return None
