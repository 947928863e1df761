"""Buttons and lists of scans and studies. They hold ids and numbers alone, so they work for ever, after restarts too.

What each does is handed to the client; see :mod:`bot.research`.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.answering import apologise
from bot.presenting import shortened
from bot.words import studies as words

if TYPE_CHECKING:
    from bot.client import Client

_LABEL_SHOWN = 80


class Act(StrEnum):
    """What a button of a survey's message does; the word is part of its identity, for ever."""

    START = "start"
    DROP = "drop"
    STOP = "stop"
    GO_ON = "go_on"
    SORT = "sort"
    TABLE = "table"


_LABELS = {
    Act.START: words.START,
    Act.DROP: words.NEVER_MIND,
    Act.STOP: words.STOP,
    Act.GO_ON: words.GO_ON,
    Act.SORT: words.SORT,
    Act.TABLE: words.TABLE,
}
_LOUD = {Act.START, Act.SORT}
_loud, _quiet = discord.ButtonStyle.primary, discord.ButtonStyle.secondary


class _Item(discord.ui.DynamicItem[Any], template=r"survey:never"):
    """What all of them share: whatever goes wrong, the one who pressed hears of it."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do it."""
        try:
            await self.act(interaction)
        except Exception as error:  # noqa: BLE001  (as the class says)
            await apologise(interaction, error)

    async def act(self, interaction: "discord.Interaction[Client]") -> None:
        """What it is for."""
        raise AssertionError("every item has an act")


class SurveyButton(_Item, template=rf"survey:(?P<act>{'|'.join(Act)}):(?P<study>[0-9]+)"):
    """One of the buttons on a survey's message."""

    def __init__(self, act: Act, study_id: int) -> None:
        style = _loud if act in _LOUD else _quiet
        super().__init__(discord.ui.Button(label=_LABELS[act], style=style, custom_id=f"survey:{act}:{study_id}"))
        self.what, self.study_id = act, study_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out what was pressed."""
        return cls(Act(match["act"]), int(match["study"]))

    async def act(self, interaction: "discord.Interaction[Client]") -> None:
        """Hand over."""
        await interaction.client.research.press(interaction, self.what, self.study_id)


class SortButton(_Item, template=r"survey:(?P<way>back|skip|show):(?P<study>[0-9]+):(?P<index>[0-9]{1,4})"):
    """Shows one picture of a study, to be sorted."""

    def __init__(self, study_id: int, index: int, way: str = "show", *, disabled: bool = False) -> None:
        super().__init__(
            discord.ui.Button(
                label=words.SKIP if way == "skip" else words.BACK,
                style=_quiet,
                custom_id=f"survey:{way}:{study_id}:{index}",
                disabled=disabled,
            )
        )
        self.study_id, self.index = study_id, index

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out which picture is wanted."""
        return cls(int(match["study"]), int(match["index"]))

    async def act(self, interaction: "discord.Interaction[Client]") -> None:
        """Hand over."""
        await interaction.client.research.show_picture(interaction, self.study_id, self.index)


class LabelButton(
    _Item,
    template=r"survey:label:(?P<study>[0-9]+):(?P<index>[0-9]{1,4}):(?P<category>[0-9]{1,2})(?::(?P<shape>[0-9]{1,2}))?",
):
    """Sorts a picture into a heap, or says its body shape."""

    def __init__(self, study_id: int, index: int, category: int, shape: int | None, label: str = "") -> None:
        ending = "" if shape is None else f":{shape}"
        super().__init__(
            discord.ui.Button(
                label=shortened(label, _LABEL_SHOWN) or "–",
                style=_loud,
                custom_id=f"survey:label:{study_id}:{index}:{category}{ending}",
            )
        )
        self.study_id, self.index, self.category, self.shape = study_id, index, category, shape

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out what was said."""
        shape = None if match["shape"] is None else int(match["shape"])
        return cls(int(match["study"]), int(match["index"]), int(match["category"]), shape)

    async def act(self, interaction: "discord.Interaction[Client]") -> None:
        """Hand over."""
        await interaction.client.research.label(interaction, self.study_id, self.index, self.category, self.shape)


class RowSelect(_Item, template=r"survey:row:(?P<study>[0-9]+)"):
    """Opens one row of a scan."""

    def __init__(self, study_id: int, labels: Sequence[str] = (), title: str = "") -> None:
        super().__init__(_select(f"survey:row:{study_id}", words.OPEN_ROW, labels, title))
        self.study_id = study_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out whose row."""
        return cls(int(match["study"]))

    async def act(self, interaction: "discord.Interaction[Client]") -> None:
        """Hand over."""
        await interaction.client.research.open_row(interaction, self.study_id, _chosen(interaction))


class CellSelect(_Item, template=r"survey:cell:(?P<study>[0-9]+):(?P<row>[0-9]{1,2})"):
    """Opens one cell of a row."""

    def __init__(self, study_id: int, row: int, labels: Sequence[str] = (), title: str = "") -> None:
        super().__init__(_select(f"survey:cell:{study_id}:{row}", words.OPEN_CELL, labels, title))
        self.study_id, self.down = study_id, row

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out which row's cell."""
        return cls(int(match["study"]), int(match["row"]))

    async def act(self, interaction: "discord.Interaction[Client]") -> None:
        """Hand over."""
        await interaction.client.research.open_cell(interaction, self.study_id, self.down, _chosen(interaction))


ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (SurveyButton, SortButton, LabelButton, RowSelect, CellSelect)


def _select(custom_id: str, placeholder: str, labels: Sequence[str], title: str) -> discord.ui.Select[Any]:
    options = [
        discord.SelectOption(label=shortened(f"{title} {label}", _LABEL_SHOWN), value=str(number))
        for number, label in enumerate(labels)
    ]
    return discord.ui.Select(
        custom_id=custom_id, placeholder=placeholder, options=options or [discord.SelectOption(label="–", value="0")]
    )


def _chosen(interaction: discord.Interaction[Any]) -> int:
    data: Any = interaction.data
    return int(data["values"][0])
