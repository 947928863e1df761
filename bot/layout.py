"""Cards as Discord lays them out: one container with text, pictures, small lines, a select and rows of buttons."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import discord
from discord import ui

from bot.appeal_buttons import AppealButton
from bot.buttons import JobButton, PictureSelect
from bot.presenting import Card, Tone, Upload
from bot.sheets import sheet

_BUTTONS_A_ROW = 5
_COLOURS: Mapping[Tone, discord.Colour] = {
    Tone.UNDER_WAY: discord.Colour(0x7A8794),
    Tone.FINISHED: discord.Colour(0x4F8A6B),
    Tone.ENDED: discord.Colour(0xB0735A),
}


def view(card: Card, job_id: int, *, above: str = "") -> ui.LayoutView:
    """Lay a card out, with the buttons of one job; ``above`` is said before it, outside of its frame."""
    laid_out = sheet()
    if above:
        laid_out.add_item(ui.TextDisplay(above))
    return laid_out.add_item(_container(card, job_id))


def row(items: Iterable[ui.Item[Any]]) -> ui.ActionRow[Any]:
    """Put controls into a row."""
    made: ui.ActionRow[Any] = ui.ActionRow()
    for item in items:
        made.add_item(item)
    return made


def media(upload: Upload, *, spoiler: bool) -> discord.MediaGalleryItem:
    """A file that goes with the message, as part of a gallery."""
    return discord.MediaGalleryItem(
        f"attachment://{upload.name}", description=upload.description or None, spoiler=spoiler
    )


def _container(card: Card, job_id: int) -> ui.Container[Any]:
    container: ui.Container[Any] = ui.Container(accent_colour=_COLOURS[card.tone])
    container.add_item(ui.TextDisplay(card.text))
    if card.uploads:
        container.add_item(ui.MediaGallery(*_shown(card)))
    if card.notes:
        container.add_item(ui.TextDisplay("\n".join(f"-# {note}" for note in card.notes)))
    if card.picks:
        container.add_item(row([PictureSelect(job_id, card.picks, card.index)]))
    pressed: list[ui.Item[Any]] = [JobButton(action, job_id, card.index) for action in card.actions]
    if card.case_id is not None:
        pressed.append(AppealButton(card.case_id))
    if pressed:
        each = math.ceil(len(pressed) / math.ceil(len(pressed) / _BUTTONS_A_ROW))  # rows of about the same length
        for first in range(0, len(pressed), each):
            container.add_item(row(pressed[first : first + each]))
    return container


def _shown(card: Card) -> list[discord.MediaGalleryItem]:
    return [media(upload, spoiler=card.spoiler) for upload in card.uploads or ()]
