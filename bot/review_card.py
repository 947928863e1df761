"""The card on which moderators decide, and what its person sees meanwhile; both are pure functions of the record."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import discord
from discord import ui

from bot import layout
from bot.presenting import Card, Tone, Upload
from bot.review_buttons import Act, ReviewButton
from bot.sheets import sheet
from bot.words import review as words
from storage.moderation.records import Case, CaseState

#: How long a card waits for an answer.
PATIENCE = timedelta(hours=24)
_WAITING, _DECIDED = discord.Colour(0xC9A24B), discord.Colour(0x7A8794)


def view(
    case: Case,
    uploads: Sequence[Upload],
    *,
    private: bool = False,
    said: str = "",
    note: str = "",
    withdrawn: bool = False,
) -> ui.LayoutView:
    """Lay a case out for the moderators: open with its buttons, decided with who did.

    ``said`` is what members wrote of it; ``note`` is a last small line. ``withdrawn`` says that it was taken back
    before anybody decided.
    """
    is_open = case.state is CaseState.OPEN
    container: ui.Container[Any] = ui.Container(accent_colour=_WAITING if is_open else _DECIDED)
    text = _text(case, private=private, withdrawn=withdrawn)
    container.add_item(ui.TextDisplay("\n".join(filter(None, (text, said)))))
    if uploads:
        container.add_item(ui.MediaGallery(*(layout.media(each, spoiler=True) for each in uploads)))
    notes = [words.case_line(case.id), _scores(case), *([] if uploads else [words.GONE]), *([note] if note else [])]
    container.add_item(ui.TextDisplay("\n".join(f"-# {line}" for line in notes)))
    if is_open:
        container.add_item(layout.row(ReviewButton(act, case.id, kind=case.kind) for act in Act))
    return sheet().add_item(container)


def due(case: Case) -> datetime:
    """When an open case expires."""
    return (case.hidden_at or case.created_at) + PATIENCE


def held(case: Case) -> Card:
    """Tell somebody that a moderator looks at their picture first."""
    said = words.HELD.get(case.rule, words.HELD["review"])
    return Card(text=said, notes=(words.case_line(case.id),))


def ended(case: Case, sentence: str) -> Card:
    """Tell somebody that their picture does not come, and why."""
    appealable = case.id if case.state is CaseState.REJECTED else None
    return Card(text=sentence, notes=(words.case_line(case.id),), tone=Tone.ENDED, case_id=appealable)


def _text(case: Case, *, private: bool, withdrawn: bool) -> str:
    lines = [
        f"**{words.TITLE[case.kind]}**" if case.state is CaseState.OPEN else f"**{_outcome(case, withdrawn)}**",
        words.whose(case.person, case.channel_id, private=private),
        words.WHY.get(case.rule, case.rule),
    ]
    if case.state is CaseState.OPEN:
        lines.append(words.until(case.kind, due(case)))
    return "\n".join(lines)


def _outcome(case: Case, withdrawn: bool) -> str:
    return words.WITHDRAWN if withdrawn else words.outcome(case.kind, case.state, case.reviewer)


def _scores(case: Case) -> str:
    scores: Mapping[str, float] = case.scores or {}
    if not {"explicit", "suggestive"} <= scores.keys():
        return words.NO_SCORES
    return words.scores(scores["explicit"], scores["suggestive"])
