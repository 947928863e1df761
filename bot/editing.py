"""The form in which a picture's settings are changed: what it shows, and what becomes of what was typed.

A form is known by its id alone (``edit:JOB``, ``edit:JOB:INDEX``), so one that was opened before a restart can be sent
after it. What cannot be taken is kept, and shown again when the form is opened again.
"""

import re
from collections.abc import Mapping
from typing import Any

import discord
from discord import ui

from bot import errors, layout, presenting, sheets, specs, words
from bot.answering import answer
from bot.client import Client
from bot.drafts import Key
from bot.errors import Refused
from bot.fields import typed_in
from bot.presenting import Action, Card, Tone
from bot.reading import read_guidance
from generation.errors import InvalidChoice
from generation.presets import decimal
from generation.samplers.names import NAMES
from generation.spec import PromptSpec, picture
from storage.records import Job

_ID = re.compile(r"edit:(?P<job>[0-9]+)(?::(?P<index>[0-9]+))?")
_LONGEST_TEXT, _MOST_OPTIONS = 4000, 25
_BY_LOT = ("", "-1", "random")

Typed = Mapping[str, str]
Interaction = discord.Interaction[Client]


async def edit(
    interaction: Interaction, job: Job, index: int | None = None, *, title: str = words.editing.TITLE
) -> None:
    """Open the form for one picture of a job, or for all of it, with what was typed there before, if anything was."""
    as_it_was = shown(_meant(job, index))
    typed = interaction.client.drafts.find(_key(interaction, job.id, index))
    custom_id = f"edit:{job.id}" if index is None else f"edit:{job.id}:{index}"
    filled = {**as_it_was, **typed}
    await interaction.response.send_modal(form(filled, as_it_was, title=title, custom_id=custom_id))


async def submitted(interaction: Interaction) -> None:
    """Draw what a form asks for; where that cannot be done, say why and keep what was typed."""
    data: Any = interaction.data
    found = _ID.fullmatch(data["custom_id"])
    if found is None:
        return
    job_id, index = int(found["job"]), None if found["index"] is None else int(found["index"])
    key = _key(interaction, job_id, index)
    typed = dict(typed_in(data["components"]))
    try:
        job = await interaction.client.jobs.find(job_id)
        if job is None:
            raise Refused(words.UNKNOWN_PICTURE)
        spec = _meant(job, index)
        desk = interaction.client.desk
        await desk.take_like(interaction, job, desk.altered(spec, changes(spec, typed)))
    except Exception as error:  # noqa: BLE001  (whatever it is, the one who typed must hear of it)
        interaction.client.drafts.keep(key, typed)
        await _give_back(interaction, error, job_id, index)
    else:
        interaction.client.drafts.drop(key)


def changes(spec: PromptSpec, typed: Typed) -> dict[str, Any]:
    """What was typed over what the form showed of ``spec``. Raises InvalidChoice for a line that cannot be read."""
    before = shown(spec)
    changed = {name: text for name, text in typed.items() if text.strip() != before[name].strip()}
    made: dict[str, Any] = {name: changed[name] for name in ("prompt", "sampler") if name in changed}
    if "negative" in changed:
        made["negative_prompt"] = changed["negative"]
    if changed.get("size", "").strip():
        made["size"] = changed["size"]
    if "numbers" in changed:
        made |= _numbers(changed["numbers"], before["numbers"])
    return made


def _numbers(typed: str, shown_before: str) -> dict[str, Any]:
    """Read ``steps, CFG, seed``; what stands there as before is no change."""
    parts = [part.strip() for part in typed.split(",")]
    before = shown_before.split(", ")
    if len(parts) != len(before):
        raise InvalidChoice("numbers", words.editing.not_three(presenting.shortened(typed, 60)))
    steps, guidance, seed = (None if part == was else part for part, was in zip(parts, before, strict=True))
    seed = -1 if seed is not None and seed.casefold() in _BY_LOT else seed
    return {"steps": steps or None, "guidance_scale": read_guidance(guidance or None), "seed": seed}


def _meant(job: Job, index: int | None) -> PromptSpec:
    spec = specs.read(job.spec)
    return spec if index is None else picture(spec, index)


def shown(spec: PromptSpec) -> dict[str, str]:
    """The fields of the form, by their ids; a text that is too long for it is not among them."""
    guidance = "auto" if spec.guidance_rule == "area" else decimal(spec.guidance_scale)
    return {
        "prompt": spec.prompt,
        "negative": spec.negative_prompt,
        "size": f"{spec.width}x{spec.height}",
        "sampler": spec.sampler,
        "numbers": f"{spec.steps}, {guidance}, {spec.seed}",
    }


def form(filled: Typed, shown: Typed, *, title: str, custom_id: str, note: str | None = None) -> ui.Modal:
    """Make the form: ``filled`` in its fields, over what was ``shown`` there at first, with a short ``note``."""
    form = sheets.form(title=title, custom_id=custom_id)
    for name, label in (("prompt", words.editing.PROMPT), ("negative", words.editing.NEGATIVE)):
        if len(shown[name]) > _LONGEST_TEXT:
            form.add_item(ui.TextDisplay(words.editing.too_long_to_edit(label.lower())))
        else:
            form.add_item(_text(label, name, filled[name], paragraph=True))
    form.add_item(_text(words.editing.SIZE, "size", filled["size"], hint=words.editing.SIZE_HINT))
    samplers = list(dict.fromkeys((shown["sampler"], *NAMES)))[:_MOST_OPTIONS]
    options = [discord.SelectOption(label=name, value=name, default=name == filled["sampler"]) for name in samplers]
    select: ui.Select[Any] = ui.Select(custom_id="sampler", options=options)
    form.add_item(ui.Label(text=words.editing.SAMPLER, description=note, component=select))
    form.add_item(_text(words.editing.NUMBERS, "numbers", filled["numbers"], hint=words.editing.NUMBERS_HINT))
    return form


def _text(label: str, name: str, value: str, *, paragraph: bool = False, hint: str | None = None) -> ui.Label[Any]:
    style = discord.TextStyle.paragraph if paragraph else discord.TextStyle.short
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id=name, default=value, style=style, required=False, max_length=_LONGEST_TEXT if paragraph else 100
    )
    return ui.Label(text=label, description=hint, component=field)


def _key(interaction: Interaction, job_id: int, index: int | None) -> Key:
    return interaction.user.id, job_id, index


async def _give_back(interaction: Interaction, error: Exception, job_id: int, index: int | None) -> None:
    failure = errors.recorded(error, interaction=interaction.id, command="edit")
    text = f"{presenting.failure_text(failure)}\n{words.editing.TYPED_IS_KEPT}"
    card = Card(text=text, actions=(Action.EDIT,), tone=Tone.ENDED, index=index)
    await answer(interaction, layout.view(card, job_id))
