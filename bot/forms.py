"""Forms that were sent, handed on by the first word of their ids, so that they may be older than this process."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot import editing, remixing
from bot.editing import Interaction


async def _appeal(interaction: Interaction) -> None:
    await interaction.client.hearings.submitted(interaction)


async def _report(interaction: Interaction) -> None:
    data: Any = interaction.data
    number = data["custom_id"].partition(":")[2]
    if number.isdecimal():
        typed = dict(editing.typed_in(data["components"]))
        await interaction.client.reports.submitted(interaction, int(number), typed.get("reason", ""))


FORMS: Mapping[str, Callable[[Interaction], Awaitable[None]]] = {
    "appeal": _appeal,
    "edit": editing.submitted,
    "remix": remixing.remix_submitted,
    "preset": remixing.preset_submitted,
    "report": _report,
}


async def submitted(interaction: Interaction) -> None:
    """Hand a form to whoever showed it; one that nobody here showed is left alone."""
    data: Any = interaction.data
    taken = FORMS.get(data["custom_id"].partition(":")[0])
    if taken is not None:
        await taken(interaction)
