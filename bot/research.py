"""What people do with scans and studies: start and stop them, sort, look, compare, take them along.

Statistics and reports are made in a thread: their libraries take seconds to import, and Discord waits for three.
"""

import asyncio
import io
from collections.abc import Mapping
from typing import Any

import discord
from PIL import Image

from bot import survey_layout as layout
from bot import surveys
from bot.answering import whisper
from bot.bench import Bench
from bot.errors import Refused
from bot.presenting import escaped, shortened
from bot.standing import moderates
from bot.studies import comparison, export, table
from bot.studies.report import scan_report, study_report
from bot.survey_buttons import Act
from bot.surveys import Survey
from bot.words import studies as words
from generation.recipe import write
from generation.version import program_version
from storage.records import Study, StudyKind, StudyLabel, StudyState
from storage.studies import Studies

_MESSAGE_ROOM = 1900


class Research:
    """Scans and studies, as people in a server use them."""

    def __init__(self, *, studies: Studies, bench: Bench) -> None:
        self.studies = studies
        self.bench = bench

    async def propose(
        self,
        interaction: discord.Interaction[Any],
        kind: StudyKind,
        *,
        title: str,
        content: Mapping[str, Any],
        samples: int,
        steps: int,
    ) -> None:
        """Say what it would cost, and ask; nothing is drawn before whoever asked says so.

        The interaction has been acknowledged, for them alone.
        """
        if interaction.guild_id is None or interaction.channel_id is None:
            raise Refused(words.GONE)
        record = await self.studies.propose(
            interaction.id,
            kind=kind,
            owner=interaction.user.id,
            guild_id=interaction.guild_id,
            channel_id=interaction.channel_id,
            title=title,
            content=content,
            samples=samples,
        )
        if record is None:
            return
        survey = Survey(record=record, pictures={})
        seconds = self.bench.seconds(list(survey.missing.values()))
        shown = escaped(shortened(title, 100))
        text = words.proposal(shown, samples, steps, seconds)
        await interaction.followup.send(view=layout.proposal_view(survey, text), ephemeral=True)

    async def press(self, interaction: discord.Interaction[Any], act: Act, study_id: int) -> None:
        """Do what a button of a survey's message says."""
        survey = await self._survey(interaction, study_id)
        match act:
            case Act.SORT:
                await self._sort(interaction, survey)
            case Act.TABLE:
                await interaction.response.defer(ephemeral=True, thinking=True)
                await whisper(interaction, await asyncio.to_thread(table_text, [survey]))
            case Act.START | Act.GO_ON:
                await _check_owner(interaction, survey.record)
                await self._start(interaction, survey)
            case Act.DROP:
                await _check_owner(interaction, survey.record)
                await interaction.response.edit_message(view=layout.said_view(words.DROPPED))
            case Act.STOP:
                await _check_owner(interaction, survey.record)
                await interaction.response.defer()
                await self.bench.stop(study_id)

    async def show_picture(self, interaction: discord.Interaction[Any], study_id: int, index: int) -> None:
        """Show one picture to be sorted, in place of the one before or as an answer of its own."""
        survey = await self._survey(interaction, study_id)
        _check_open(survey)
        await self._show(interaction, survey, index)

    async def label(
        self, interaction: discord.Interaction[Any], study_id: int, index: int, category: int, shape: int | None
    ) -> None:
        """Keep what somebody says of a picture, and go on to the next; where a body is seen, ask its shape first."""
        survey = await self._survey(interaction, study_id)
        _check_open(survey)
        sorting = survey.study.sorting
        name = sorting.categories[category]
        if shape is None and sorting.shapes and sorting.has_body(name):
            return await self._show(interaction, survey, index, category)
        said = StudyLabel(
            index=index,
            rater=interaction.user.id,
            category=name,
            shape=None if shape is None else sorting.shapes[shape],
        )
        await self.studies.label(study_id, said)
        await self._sort(interaction, await surveys.read(self.studies, study_id))

    async def open_row(self, interaction: discord.Interaction[Any], study_id: int, row: int) -> None:
        """Show the cells of a row, to choose from."""
        survey = await self._survey(interaction, study_id)
        if not survey.is_scan:
            raise Refused(words.NOT_A_SCAN)
        await interaction.response.send_message(view=layout.row_view(survey, row), ephemeral=True)

    async def open_cell(self, interaction: discord.Interaction[Any], study_id: int, row: int, column: int) -> None:
        """Show one cell with its recipe."""
        survey = await self._survey(interaction, study_id)
        if not survey.is_scan:
            raise Refused(words.NOT_A_SCAN)
        index = row * survey.scan.columns + column
        across, down = survey.scan.place(index)
        recipe = write(survey.spec(index), version=program_version())
        heading = words.cell(
            f"{survey.scan.across.title} {escaped(across)}", f"{survey.scan.down.title} {escaped(down)}"
        )
        shown = recipe if len(recipe) <= _MESSAGE_ROOM else f"{recipe[:_MESSAGE_ROOM]}…"
        text = f"{heading}\n```\n{shown.replace('```', 'ˋˋˋ')}\n```"
        view = layout.picture_view(text, words.picture_alt(index + 1, survey.record.title))
        await interaction.response.send_message(view=view, file=await self._file(survey, index), ephemeral=True)

    async def compare(self, first: int, second: int, *, guild_id: int | None) -> str:
        """Say how two studies differ."""
        one, other = [await self._of_server(study_id, guild_id) for study_id in (first, second)]
        _check_studies(one, other)
        return await asyncio.to_thread(_compared, one, other)

    async def table(self, *study_ids: int, guild_id: int | None) -> str:
        """The table of the notes for one or several studies."""
        found = [await self._of_server(study_id, guild_id) for study_id in study_ids]
        _check_studies(*found)
        return await asyncio.to_thread(table_text, found)

    async def files(self, study_id: int, *, guild_id: int | None) -> list[tuple[str, bytes]]:
        """Everything of a survey: a CSV table and an HTML report."""
        survey = await self._of_server(study_id, guild_id)
        pictures = await self.bench.read_pictures(survey)
        return await asyncio.to_thread(_files, survey, pictures)

    async def close(self, interaction: discord.Interaction[Any], study_id: int) -> None:
        """End the sorting of a study; its table and its files stay."""
        survey = await self._survey(interaction, study_id)
        await _check_owner(interaction, survey.record)
        if survey.record.state is StudyState.DRAWING:
            await self.bench.stop(study_id)
        await self.studies.move(study_id, StudyState.CLOSED)
        await self.bench.show(study_id)

    async def _start(self, interaction: discord.Interaction[Any], survey: Survey) -> None:
        study_id, begun = survey.record.id, await self.bench.begin(survey.record.id)
        if survey.record.state is not StudyState.PROPOSED:
            await interaction.response.defer()
            return await self.bench.show(study_id)
        await interaction.response.edit_message(view=layout.said_view(words.STARTED))
        if begun:
            survey = await surveys.read(self.studies, study_id)
            message = await interaction.followup.send(view=layout.survey_view(survey, "", False), wait=True)
            await self.studies.posted(study_id, message.id)
            await self.bench.show(study_id)

    async def _sort(self, interaction: discord.Interaction[Any], survey: Survey) -> None:
        """Show the next picture that this person has not sorted."""
        _check_open(survey)
        if not survey.shown:
            raise Refused(words.NOTHING_DRAWN)
        left = survey.unsorted_by(interaction.user.id)
        if left:
            return await self._show(interaction, survey, min(left))
        await _answer(interaction, layout.said_view(words.ALL_SORTED), None)

    async def _show(
        self, interaction: discord.Interaction[Any], survey: Survey, index: int, category: int | None = None
    ) -> None:
        if index not in survey.shown:
            raise Refused(words.WITHHELD if index in survey.pictures else words.NOT_DRAWN)
        view = layout.sorting_view(survey, interaction.user.id, index, category)
        await _answer(interaction, view, await self._file(survey, index))

    async def _file(self, survey: Survey, index: int) -> discord.File:
        if index not in survey.shown:
            raise Refused(words.WITHHELD if index in survey.pictures else words.NOT_DRAWN)
        content = await self.studies.read(survey.pictures[index])
        if content is None:
            raise Refused(words.LOST)
        return discord.File(io.BytesIO(content), layout.PICTURE)

    async def _survey(self, interaction: discord.Interaction[Any], study_id: int) -> Survey:
        return await self._of_server(study_id, interaction.guild_id)

    async def _of_server(self, study_id: int, guild_id: int | None) -> Survey:
        """A survey of this server; those of others are not there."""
        survey = await surveys.read(self.studies, study_id)
        if survey.record.guild_id != guild_id:
            raise Refused(words.GONE)
        return survey


def table_text(found: list[Survey]) -> str:
    """The table and what was measured, as Discord shows text of one width."""
    studies = [each.study for each in found]
    lines = [
        "```",
        table.aligned(table.rows(studies)),
        "",
        table.aligned(table.measure_rows(studies)),
        "```",
        *(f"-# {escaped(shortened(study.title, 60))}: {table.agreement_line(study)}" for study in studies),
    ]
    return "\n".join(lines)


def _compared(one: Survey, other: Survey) -> str:
    found = comparison.compare(one.study, other.study)
    if not found:
        raise Refused(words.NOTHING_TO_COMPARE)
    names = [escaped(shortened(each.record.title, 60)) for each in (one, other)]
    if names[0] == names[1]:
        names = [f"{names[0]} (1)", f"{names[1]} (2)"]
    lines = [f"- {comparison.sentence(each, *names)}" for each in found]
    return "\n".join([*lines, f"-# {comparison.caution(found)}"])


def _files(survey: Survey, pictures: Mapping[int, Image.Image]) -> list[tuple[str, bytes]]:
    if survey.is_scan:
        text = export.scan_csv(survey.scan, survey.measures)
        page = scan_report(survey.scan, pictures, survey.measures)
    else:
        text, page = export.study_csv(survey.study), study_report([survey.study], [pictures])
    return [("study.csv", text.encode()), ("report.html", page.encode())]


async def _answer(
    interaction: discord.Interaction[Any], view: discord.ui.LayoutView, file: discord.File | None
) -> None:
    """Change the answer that holds the pressed button; where that is everybody's message, answer beside it."""
    message = interaction.message
    files = [] if file is None else [file]
    if message is not None and message.flags.ephemeral:
        await interaction.response.edit_message(view=view, attachments=files)
    else:
        await interaction.response.send_message(view=view, files=files, ephemeral=True)


async def _check_owner(interaction: discord.Interaction[Any], record: Study) -> None:
    if interaction.user.id != record.owner and not await moderates(interaction):
        raise Refused(words.NOT_YOURS)


def _check_open(survey: Survey) -> None:
    if survey.is_scan:
        raise Refused(words.NOT_A_STUDY)
    if survey.record.state is StudyState.CLOSED:
        raise Refused(words.CLOSED)


def _check_studies(*found: Survey) -> None:
    if any(each.is_scan for each in found):
        raise Refused(words.NOT_A_STUDY)
