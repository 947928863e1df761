"""The card on which moderators decide on an appeal, and the form it is made in; pure functions of the record."""

from typing import Any

import discord
from discord import ui

from bot import case_view, layout, sheets
from bot.appeal_buttons import Act, VerdictButton
from bot.presenting import escaped
from bot.sheets import sheet
from bot.words import appeals as words
from bot.words import mod as said
from storage.moderation.records import Appeal, AppealState, Case

LONGEST = 500
_WAITING, _DECIDED = discord.Colour(0xC9A24B), discord.Colour(0x7A8794)


def view(appeal: Appeal, case: Case) -> ui.LayoutView:
    """Lay an appeal out for the moderators: open with its buttons, decided with who did."""
    container: ui.Container[Any] = ui.Container(accent_colour=_WAITING if case_view.is_open(appeal) else _DECIDED)
    lines = [
        words.heading(_outcome(appeal), case.id),
        said.about(case.person, case.channel_id),
        said.because(case_view.rule(case)),
        *case_view.decided(case, named=True),
        *([said.appeal_text(case_view.written(appeal))] if appeal.text else []),
    ]
    container.add_item(ui.TextDisplay("\n".join(lines)))
    if case_view.is_open(appeal):
        container.add_item(ui.TextDisplay(f"-# {words.WHAT_IT_MEANS}"))
        container.add_item(layout.row(VerdictButton(act, appeal.id) for act in Act))
    elif appeal.state is AppealState.UPHELD and case.entry is not None:
        container.add_item(ui.TextDisplay(f"-# {words.let_through(escaped(case.entry))}"))
    return sheet().add_item(container)


def outcome(appeal: Appeal) -> str:
    """Say what became of an appeal, and who decided."""
    said_by = words.upheld_by if appeal.state is AppealState.UPHELD else words.dismissed_by
    return said_by(appeal.reviewer)


def form(case_id: int) -> ui.Modal:
    """The form in which somebody says why a decision was wrong."""
    form = sheets.form(title=words.FORM, custom_id=f"appeal:{case_id}")
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id="why", style=discord.TextStyle.paragraph, required=True, max_length=LONGEST
    )
    return form.add_item(ui.Label(text=words.WHY, description=words.WHY_HINT, component=field))


def _outcome(appeal: Appeal) -> str:
    return words.OPEN if case_view.is_open(appeal) else outcome(appeal).removesuffix(".")
