"""Answers that only the person who asked sees; a failure is worded, recorded, and never hides another."""

from typing import Any

import discord
import structlog

from bot import appeal_buttons, errors, presenting
from bot.patience import NETWORK_ERRORS

_log = structlog.get_logger(__name__)

_UNKNOWN_INTERACTION = 10062


async def whisper(
    interaction: discord.Interaction[Any],
    text: str,
    *,
    file: discord.File | None = None,
    view: discord.ui.View | None = None,
) -> None:
    """Answer so that only the one who asked sees it, whether or not the interaction was acknowledged."""
    files, below = [] if file is None else [file], discord.utils.MISSING if view is None else view
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True, files=files, view=below)
    else:
        await interaction.response.send_message(text, ephemeral=True, files=files, view=below)


async def answer(interaction: discord.Interaction[Any], view: discord.ui.LayoutView) -> None:
    """Answer with a card that only the one who asked sees; it takes the place of the one whose button was pressed."""
    if interaction.response.is_done():
        await interaction.followup.send(view=view, ephemeral=True)
    elif interaction.type is discord.InteractionType.component:
        await interaction.response.edit_message(view=view)
    else:
        await interaction.response.send_message(view=view, ephemeral=True)


async def apologise(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Record ``error`` and say it in one sentence; if Discord does not take even that, the record remains.

    An interaction that Discord has forgotten, because it was answered too late, is noted, and nobody can be told.
    Under a refusal that has a case there is a button to appeal against it.
    """
    command = _name(interaction)
    if isinstance(error, discord.NotFound) and error.code == _UNKNOWN_INTERACTION:
        late = (discord.utils.utcnow() - interaction.created_at).total_seconds()
        _log.warning("answered too late", interaction=interaction.id, command=command, seconds=round(late, 1))
        return
    failure = errors.recorded(error, interaction=interaction.id, command=command)
    try:
        below = appeal_buttons.below(failure.case_id)
        await whisper(interaction, presenting.failure_text(failure), view=below)
    except (*NETWORK_ERRORS, discord.HTTPException) as trouble:
        _log.warning("an answer was lost", error_id=failure.error_id, kind=type(trouble).__name__)


def _name(interaction: discord.Interaction[Any]) -> str:
    """What was used, as the log has it; the library looks it up in a payload that may not be readable."""
    try:
        return interaction.command.qualified_name if interaction.command else "button"
    except Exception:  # noqa: BLE001  (whatever a payload makes the library raise)
        return "unreadable"
