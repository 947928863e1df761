"""One's own finished pictures and favourites, a page at a time; the controls hold all they need, so they work for ever.

``history:all:PAGE``, ``history:favourites:PAGE``   a button that shows that page (from 0)
``history:open``                                    a select whose values are a job and an index
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ui

from bot import circumstances, layout, specs
from bot.answering import apologise
from bot.errors import Refused
from bot.presenting import Upload, quoted, shortened
from bot.sheets import sheet
from bot.uploads import files, files_of, thumbnail
from bot.words import NO_PROMPT, UNKNOWN_PICTURE
from bot.words import history as words
from bot.words import presets as paging
from generation.spec import PromptSpec, picture
from storage.records import Job, Picture

if TYPE_CHECKING:
    from bot.client import Client

#: Pictures on a page; a gallery holds ten.
_ON_A_PAGE = 9
_LABEL = 90


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture of a page: its number, the spec of it alone (None where it cannot be read), and a mark, if any."""

    number: int
    job: Job
    kept: Picture
    spec: PromptSpec | None
    mark: str


class HistoryButton(ui.DynamicItem[ui.Button[Any]], template=r"history:(?P<which>all|favourites):(?P<page>[0-9]{1,6})"):
    """Turns to a page of whoever presses it."""

    def __init__(self, page: int, label: str = paging.NEXT, *, favourites: bool) -> None:
        custom_id = f"history:{'favourites' if favourites else 'all'}:{page}"
        super().__init__(ui.Button(label=label, custom_id=custom_id))
        self._page, self._favourites = page, favourites

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out which page is wanted."""
        return cls(int(match["page"]), favourites=match["which"] == "favourites")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show it in place of the one that is there."""
        try:
            await interaction.response.defer()
            await _show(interaction, self._page, favourites=self._favourites)
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who pressed must hear of it)
            await apologise(interaction, error)


class HistorySelect(ui.DynamicItem[ui.Select[Any]], template=r"history:open"):
    """Opens one picture, with its buttons."""

    def __init__(self, options: Sequence[discord.SelectOption]) -> None:
        super().__init__(ui.Select(custom_id="history:open", placeholder=words.OPEN, options=list(options)))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """There is but one of its kind."""
        return cls(())

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the picture that was chosen, to the one who chose."""
        try:
            await interaction.response.defer(thinking=True, ephemeral=True)
            (chosen,) = interaction.data["values"]  # pyright: ignore[reportOptionalSubscript, reportGeneralTypeIssues]
            job_id, index = map(int, chosen.split(":"))
            await _open(interaction, job_id, index)
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who chose must hear of it)
            await apologise(interaction, error)


async def show(interaction: discord.Interaction["Client"], *, favourites: bool) -> None:
    """Answer with the first page."""
    await interaction.response.defer(thinking=True, ephemeral=True)
    await _show(interaction, 0, favourites=favourites)


async def _show(interaction: discord.Interaction["Client"], page: int, *, favourites: bool) -> None:
    history, owner = interaction.client.history, interaction.user.id
    guild_id, _ = circumstances.place_of(interaction)
    pages = max(1, -(-await history.count(owner, guild_id, favourites=favourites) // _ON_A_PAGE))
    page = min(page, pages - 1)
    before = page * _ON_A_PAGE
    found = await history.page(owner, guild_id, favourites=favourites, limit=_ON_A_PAGE, offset=before)
    entries = [_entry(interaction, number, *each) for number, each in enumerate(found, before + 1)]
    thumbnails = [made for entry in entries if (made := await _thumbnail(interaction, entry)) is not None]
    view: Any = _laid_out(entries, thumbnails, page, pages, favourites=favourites)
    await interaction.edit_original_response(attachments=files(thumbnails), view=view)


async def _open(interaction: discord.Interaction["Client"], job_id: int, index: int) -> None:
    job = await interaction.client.jobs.find(job_id)
    if job is None or not _may_see(interaction, job):
        raise Refused(UNKNOWN_PICTURE)
    if not _is_shown_here(interaction, job):
        raise Refused(words.NOT_SHOWN_HERE)
    card = await interaction.client.gallery.one(job, index, limit=interaction.filesize_limit)
    view: Any = layout.view(card, job.id)
    await interaction.edit_original_response(attachments=files_of(card), view=view)


def _entry(interaction: discord.Interaction[Any], number: int, job: Job, kept: Picture) -> Entry:
    try:
        spec = picture(specs.read(job.spec), kept.index)
    except Refused:
        return Entry(number, job, kept, None, words.OLD)
    if not _is_shown_here(interaction, job):
        return Entry(number, job, kept, spec, words.NOT_HERE)
    return Entry(number, job, kept, spec, words.NO_FILE if kept.path is None else "")


def _may_see(interaction: discord.Interaction[Any], job: Job) -> bool:
    """Whether a picture is one's own, or was shown to everybody in this server."""
    return job.owner == interaction.user.id or (job.reply.guild_id == interaction.guild_id and not job.reply.private)


def _is_shown_here(interaction: discord.Interaction[Any], job: Job) -> bool:
    """What was drawn in an age-restricted channel, or in one that is not known any more, is shown in such alone."""
    if circumstances.place(interaction).age_restricted or job.reply.channel_id == interaction.channel_id:
        return True
    guild = interaction.guild
    channel = None if guild is None else guild.get_channel_or_thread(job.reply.channel_id)
    known = channel.parent_id if isinstance(channel, discord.Thread) else channel and channel.id
    return known is not None and not circumstances.is_age_restricted(guild, known)


async def _thumbnail(interaction: discord.Interaction["Client"], entry: Entry) -> Upload | None:
    """A small picture, or None where there is none to be shown."""
    if entry.mark or entry.spec is None:
        return None
    content = await interaction.client.pictures.read(entry.kept)
    return None if content is None else await thumbnail(content, entry.spec, name=f"{entry.number}.webp")


def _laid_out(
    entries: Sequence[Entry], thumbnails: Sequence[Upload], page: int, pages: int, *, favourites: bool
) -> ui.LayoutView:
    container: ui.Container[Any] = ui.Container()
    container.add_item(ui.TextDisplay(_title(entries, favourites=favourites)))
    if thumbnails:
        covered = {f"{entry.number}.webp" for entry in entries if entry.job.reply.spoiler}
        shown = (layout.media(each, spoiler=each.name in covered) for each in thumbnails)
        container.add_item(ui.MediaGallery(*shown))
    if entries:
        lines = [*map(_line, entries), f"-# {paging.page(page + 1, pages)}"]
        container.add_item(ui.TextDisplay("\n".join(lines)))
    if options := [_option(entry) for entry in entries if entry.mark not in (words.NOT_HERE, words.OLD)]:
        container.add_item(layout.row([HistorySelect(options)]))
    container.add_item(layout.row(_turning(page, pages, favourites=favourites)))
    return sheet().add_item(container)


def _title(entries: Sequence[Entry], *, favourites: bool) -> str:
    if not entries:
        return words.NO_FAVOURITES if favourites else words.NONE_YET
    return words.FAVOURITES if favourites else words.YOURS


def _line(entry: Entry) -> str:
    prompt = "" if entry.spec is None or entry.mark == words.NOT_HERE else quoted(entry.spec.prompt, short=True)
    return words.line(entry.number, prompt, entry.job.created_at.timestamp(), entry.mark)


def _option(entry: Entry) -> discord.SelectOption:
    prompt = "" if entry.spec is None else entry.spec.prompt
    label = words.option(entry.number, shortened(prompt or NO_PROMPT, _LABEL))
    return discord.SelectOption(label=label, value=f"{entry.job.id}:{entry.kept.index}")


def _turning(page: int, pages: int, *, favourites: bool) -> list[ui.Item[Any]]:
    turns: list[ui.Item[Any]] = []
    if page > 0:
        turns.append(HistoryButton(page - 1, paging.BACK, favourites=favourites))
    if page < pages - 1:
        turns.append(HistoryButton(page + 1, paging.NEXT, favourites=favourites))
    other = words.ALL if favourites else words.ONLY_FAVOURITES
    return [*turns, HistoryButton(0, other, favourites=not favourites)]
