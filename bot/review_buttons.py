"""The buttons on a moderators' card: ``review:ACT:CASE``. They hold only the case's number, so they work for ever."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

import discord

from bot.answering import apologise
from bot.words import review as words
from storage.moderation.records import CaseKind


class Act(StrEnum):
    """What a moderator decides; the word is part of the button's identity, for ever."""

    APPROVE = "approve"
    REJECT = "reject"
    BLOCK = "block"


_GREEN, _QUIET, _RED = discord.ButtonStyle.success, discord.ButtonStyle.secondary, discord.ButtonStyle.danger
_STYLES: Mapping[Act, discord.ButtonStyle] = {Act.APPROVE: _GREEN, Act.REJECT: _QUIET, Act.BLOCK: _RED}
_HELD: Mapping[Act, str] = {
    Act.APPROVE: words.APPROVE,
    Act.REJECT: words.REJECT,
    Act.BLOCK: words.REJECT_AND_BLOCK,
}
_REPORTED: Mapping[Act, str] = {
    Act.APPROVE: words.RESTORE,
    Act.REJECT: words.REMOVE,
    Act.BLOCK: words.REMOVE_AND_BLOCK,
}


class ReviewButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"review:(?P<act>{'|'.join(Act)}):(?P<case>[0-9]+)",
):
    """One decision on one case."""

    def __init__(self, act: Act, case_id: int, *, kind: CaseKind = CaseKind.HELD) -> None:
        label = (_REPORTED if kind is CaseKind.REPORTED else _HELD)[act]
        super().__init__(discord.ui.Button(label=label, style=_STYLES[act], custom_id=f"review:{act}:{case_id}"))
        self._act, self._case_id = act, case_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out what was pressed."""
        return cls(Act(match["act"]), int(match["case"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Decide, and word what goes wrong."""
        try:
            await interaction.client.review.press(interaction, self._act, self._case_id)
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who pressed must hear of it)
            await apologise(interaction, error)
