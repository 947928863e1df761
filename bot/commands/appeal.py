"""``/appeal``: what was decided against whoever asks, and the way to have moderators look at it again."""

import discord
from discord import app_commands
from discord.app_commands import Range

from bot import case_view, configuring
from bot.answering import whisper
from bot.client import Client
from bot.errors import Refused
from bot.moderation.policy import SILENT
from bot.words import appeals as words
from bot.words import mod as said
from storage.moderation.records import CaseState

_SHOWN = 8
_MESSAGE_ROOM = 1900
_AGAINST = (CaseState.REFUSED, CaseState.REJECTED, CaseState.OVERTURNED)


@app_commands.command(
    name="appeal", description="What was decided against you here, and how to have it looked at again"
)
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.describe(case="The case's number; left out, your newest cases are shown")
async def appeal(interaction: discord.Interaction[Client], case: Range[int, 1, 2**53] | None = None) -> None:
    """Open the form for one case, or show the newest and what became of them."""
    if case is not None:
        return await interaction.client.hearings.open(interaction, case)
    client, person = interaction.client, interaction.user.id
    server_id = configuring.server_id(interaction)
    found = await client.cases.newest(server_id, _AGAINST, person=person, limit=_SHOWN)
    shown = [each for each in found if each.rule not in SILENT]
    if not shown:
        raise Refused(said.NO_CASES_OF_YOURS)
    lines = [case_view.for_themselves(await client.sanctions.standing(server_id, person)), f"-# {words.HOW}"]
    for each in shown:
        text = case_view.for_its_person(each, appeal=await client.appeals.of_case(each.id))
        if len("\n".join([*lines, text])) > _MESSAGE_ROOM:
            break
        lines.append(text)
    await whisper(interaction, "\n".join(lines))
