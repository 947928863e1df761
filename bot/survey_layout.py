"""How scans and studies look in Discord: their message, a picture to be sorted, a row of cells, a cell."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.layout import row
from bot.presenting import escaped, shortened
from bot.sheets import sheet
from bot.studies.table import agreement_line
from bot.survey_buttons import Act, CellSelect, LabelButton, RowSelect, SortButton, SurveyButton
from bot.surveys import Survey
from bot.words import studies as words
from storage.records import StudyState

_COLOUR = discord.Colour(0x5B7DB1)
_TITLE_SHOWN = 100
OVERVIEW = "overview.webp"
PICTURE = "picture.png"


def survey_view(survey: Survey, why: str, overview: bool) -> ui.LayoutView:
    """The message of a survey; ``why`` it stopped, if it did; whether its picture of all pictures goes with it."""
    record = survey.record
    title = escaped(shortened(record.title, _TITLE_SHOWN))
    text = [words.standing(title, str(record.state), len(survey.pictures), record.samples)]
    if why:
        text.append(words.stopped(escaped(why)))
    elif not survey.is_scan and survey.labels:
        text.append(f"-# {agreement_line(survey.study)}")
    if hidden := len(survey.pictures) - len(survey.shown):
        text.append(f"-# {words.withheld(hidden)}")
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(text)), accent_colour=_COLOUR)
    if overview:
        alt = words.overview_alt(record.title, len(survey.pictures), record.samples)
        container.add_item(_gallery(OVERVIEW, shortened(alt, 1000)))
    if survey.is_scan and survey.pictures:
        container.add_item(row([RowSelect(record.id, survey.scan.down.labels, survey.scan.down.title)]))
    if buttons := [SurveyButton(act, record.id) for act in _acts(survey)]:
        container.add_item(row(buttons))
    return _framed(container)


def proposal_view(survey: Survey, text: str) -> ui.LayoutView:
    """What is asked before anything is drawn."""
    buttons = row([SurveyButton(Act.START, survey.record.id), SurveyButton(Act.DROP, survey.record.id)])
    return _framed(ui.Container(ui.TextDisplay(text), buttons, accent_colour=_COLOUR))


def said_view(text: str) -> ui.LayoutView:
    """Nothing but a sentence."""
    return _framed(ui.Container(ui.TextDisplay(text), accent_colour=_COLOUR))


def sorting_view(survey: Survey, person: int, index: int, category: int | None = None) -> ui.LayoutView:
    """One picture, with a button a heap; or, once the ``category`` is known, a button a body shape."""
    sorting, study_id = survey.study.sorting, survey.record.id
    if category is None:
        text = [words.which_heap(index + 1, survey.record.samples, len(survey.unsorted_by(person)))]
        if (label := survey.label_of(person, index)) is not None:
            text.append(f"-# {words.said(escaped(label.category), label.shape and escaped(label.shape))}")
        choices = [LabelButton(study_id, index, number, None, name) for number, name in enumerate(sorting.categories)]
    else:
        text = [words.which_shape(index + 1, escaped(sorting.categories[category]))]
        choices = [LabelButton(study_id, index, category, number, name) for number, name in enumerate(sorting.shapes)]
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(text)), accent_colour=_COLOUR)
    container.add_item(_gallery(PICTURE, words.picture_alt(index + 1, survey.record.title)))
    for each in _rows(choices):
        container.add_item(each)
    container.add_item(row(_steps(survey, index)))
    return _framed(container)


def row_view(survey: Survey, down: int) -> ui.LayoutView:
    """The cells of one row, to open one of them."""
    scan = survey.scan
    text = f"**{escaped(scan.down.title)} {escaped(scan.down.labels[down])}**"
    select = CellSelect(survey.record.id, down, scan.across.labels, scan.across.title)
    return _framed(ui.Container(ui.TextDisplay(text), row([select]), accent_colour=_COLOUR))


def picture_view(text: str, alt: str) -> ui.LayoutView:
    """One picture with what is to be said of it."""
    return _framed(ui.Container(ui.TextDisplay(text), _gallery(PICTURE, alt), accent_colour=_COLOUR))


def _acts(survey: Survey) -> Sequence[Act]:
    acts: list[Act] = []
    state = survey.record.state
    if not survey.is_scan and state is not StudyState.CLOSED and survey.shown:
        acts.append(Act.SORT)
    if not survey.is_scan and survey.shown:
        acts.append(Act.TABLE)
    if state is StudyState.DRAWING:
        acts.append(Act.STOP)
    if state is StudyState.STOPPED:
        acts.append(Act.GO_ON)
    return acts


def _steps(survey: Survey, index: int) -> list[SortButton]:
    """One picture back and one on, among those that are drawn."""
    drawn = sorted(survey.shown)
    place = drawn.index(index)
    before, after = drawn[place - 1 : place], drawn[place + 1 : place + 2]
    return [
        SortButton(survey.record.id, (before or [index])[0], "back", disabled=not before),
        SortButton(survey.record.id, (after or [index])[0], "skip", disabled=not after),
    ]


def _rows(buttons: Sequence[LabelButton], width: int = 5) -> list[ui.ActionRow[Any]]:
    return [row(buttons[start : start + width]) for start in range(0, len(buttons), width)]


def _gallery(name: str, alt: str) -> ui.MediaGallery[Any]:
    return ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{name}", description=alt))


def _framed(container: ui.Container[Any]) -> ui.LayoutView:
    return sheet().add_item(container)
