"""What a job's message shows at each point of its life: pure functions from records to cards."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot import words
from bot.errors import Failure
from bot.preferences import OFFERED
from generation.presets import decimal
from generation.spec import PromptSpec, picture
from generation.updates import Progress, Waiting

_PROMPT_SHOWN, _PROMPT_SHORT = 300, 80
_ALT_PROMPT = 800
_SENTENCE = 1500
#: What Discord reads as more than a character: markdown, mentions, links.
_MEANT = re.compile(r"([\\*_~|`#\[\]<>@]|:(?=//))")
_VALUE_SHOWN = 60
_SPOKEN = {choice: name for name, choice in OFFERED.items()}


class Action(StrEnum):
    """What a button does; the word is part of the button's identity, for ever."""

    CANCEL = "cancel"
    AGAIN = "again"
    VARY = "vary"
    EDIT = "edit"
    RECIPE = "recipe"
    MORE = "more"
    LARGER = "larger"
    TWICE = "twice"
    ENLARGE = "enlarge"
    ENLARGE_FOUR = "enlarge4"
    FAVOURITE = "favourite"
    UNFAVOURITE = "unfavourite"
    PRESET = "preset"
    REPORT = "report"
    DELETE = "delete"
    ERASE = "erase"
    KEEP = "keep"
    TAKE = "take"
    TURN = "turn"


#: What can be done with a finished picture at once; the rest is behind More.
_ON_A_PICTURE = (Action.AGAIN, Action.VARY, Action.EDIT, Action.RECIPE, Action.MORE)


class Tone(StrEnum):
    """What a card is at a glance."""

    UNDER_WAY = "under way"
    FINISHED = "finished"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to show: a name of ours, its bytes, and a description for those who cannot see it."""

    name: str
    content: bytes
    description: str


@dataclass(frozen=True, slots=True)
class Pick:
    """One of several pictures, to be taken: its index from 0, its name, and what tells it from the others."""

    index: int
    name: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One state of a job's message: ``text`` above its pictures, ``notes`` below them, a small line each.

    ``uploads`` None leaves the pictures that are there; an empty tuple removes them. ``picks`` are those that can be
    taken alone, ``index`` that of the one that was. ``spoiler`` covers the pictures until they are pressed. ``case_id``
    is that of a decision which can be appealed against.
    """

    text: str
    notes: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    uploads: tuple[Upload, ...] | None = ()
    tone: Tone = Tone.UNDER_WAY
    picks: tuple[Pick, ...] = ()
    index: int | None = None
    spoiler: bool = False
    case_id: int | None = None


def starting() -> Card:
    """Show a job that has only just been taken up."""
    return Card(text=words.STARTING, actions=(Action.CANCEL,))


def waiting(update: Waiting, spec: PromptSpec, *, begun_before: bool = False) -> Card:
    """Show the place in the queue. ``begun_before``: the drawing process died over it and begins anew."""
    text = words.waiting(update.place, update.seconds)
    if begun_before:
        text = f"{words.WAITING_AGAIN} {text}"
    return Card(text=f"{asked(spec)}\n{text}", actions=(Action.CANCEL,))


def drawing(update: Progress, spec: PromptSpec) -> Card:
    """Show how far the picture is, with the newest preview, or with the one before where there is no new one."""
    preview = None if update.preview is None else (Upload("preview.jpg", update.preview, words.PREVIEW_ALT),)
    lines = (
        asked(spec),
        words.progress_bar(update.step, update.steps),
        words.drawing(update.step, update.steps, update.seconds_left),
    )
    return Card(text="\n".join(lines), actions=(Action.CANCEL,), uploads=preview)


def finished(
    spec: PromptSpec, uploads: Sequence[Upload], remarks: Sequence[str] = (), *, left: Sequence[int] = ()
) -> Card:
    """Show the pictures with what they were asked to be, the short recipe, and remarks, a line each.

    ``left`` are the indices of those that can be taken alone, where there were several.
    """
    return Card(
        text=asked(spec),
        notes=(summary(spec), *map(plain, remarks)),
        actions=_ON_A_PICTURE,
        uploads=tuple(uploads),
        tone=Tone.FINISHED,
        picks=_picks(spec, left),
    )


def taken(spec: PromptSpec, index: int, upload: Upload | None, *, left: Sequence[int]) -> Card:
    """Show one picture alone, for the one who took it; its file may have made room."""
    put_away = () if upload is not None else (words.history.PUT_AWAY,)
    return Card(
        text=asked(spec) if spec.count == 1 else words.pictures.which(index + 1, spec.count),
        notes=(summary(picture(spec, index)), *put_away),
        actions=_ON_A_PICTURE,
        uploads=() if upload is None else (upload,),
        tone=Tone.FINISHED,
        picks=_picks(spec, left),
        index=index,
    )


def said(sentence: str) -> Card:
    """Say one sentence of the catalogue, with nothing more to press."""
    return Card(text=sentence)


def cancelled() -> Card:
    """Show that it was taken back; it can be asked for again."""
    return Card(text=words.CANCELLED, actions=(Action.AGAIN,), tone=Tone.ENDED)


def delayed(failure: Failure) -> Card:
    """Show what keeps a job waiting that nobody has begun; it can be taken back."""
    return Card(text=failure_text(failure), actions=(Action.CANCEL,))


def failed(failure: Failure) -> Card:
    """Show why there is no picture; it can be asked for again."""
    return Card(text=failure_text(failure), actions=(Action.AGAIN,), tone=Tone.ENDED, case_id=failure.case_id)


def failure_text(failure: Failure) -> str:
    """The sentence with its error id, for a message of its own."""
    return words.failure(plain(failure.sentence), failure.error_id, failure.case_id)


def summary(spec: PromptSpec, *, seeds: bool = True) -> str:
    """Write the recipe in one line: size, steps, sampler, CFG, seeds, negative."""
    width, height = spec.finished_size
    parts = [
        f"{width}×{height}",
        words.counted(spec.steps, "step"),
        spec.sampler,
        f"CFG {spec.guidance_scale:g}",
    ]
    if spec.guidance_rescale > 0:
        parts.append(f"CFG rescale {spec.guidance_rescale:g}")
    if seeds:
        parts.append(_seeds(spec))
    if spec.preset_weight is not None:
        parts.append(f"pure at {decimal(spec.preset_weight)}")
    if spec.clip_skip != 1:
        parts.append(f"clip skip {spec.clip_skip}")
    if spec.source is not None:
        parts.append(words.pictures.over(decimal(spec.strength)))
    return " · ".join(parts)


def choices_line(choices: Mapping[str, Any]) -> str:
    """Write a set of choices in one line, each by the name that people use."""
    return ", ".join(f"{spoken(name)} {value_text(value)}" for name, value in choices.items())


def settings(own: Mapping[str, Any], hints: bool | None, preset: str | None, next_picture: PromptSpec) -> str:
    """Show what a person has set, the preset that holds for them, and what a picture would be drawn with now."""
    set_up = {**own} if hints is None else {**own, "hints": "on" if hints else "off"}
    lines = [f"- {spoken(name)}: {plain(value_text(value))}" for name, value in set_up.items()]
    if preset is not None:
        lines.append(f"- {words.presets.holds(plain(preset))}")
    lines = lines or [words.NO_SETTINGS]
    return "\n".join([*lines, f"-# {words.next_picture(summary(next_picture, seeds=False))}"])


def spoken(choice: str) -> str:
    """The name that people use for a choice."""
    return _SPOKEN.get(choice, choice.replace("_", " "))


def value_text(value: object) -> str:
    """Write a choice's value, short, and numbers without exponents."""
    return decimal(value) if isinstance(value, float) else shortened(str(value), _VALUE_SHOWN)


def alt_text(spec: PromptSpec) -> str:
    """Describe one picture (a spec with a count of 1) by what it was asked to be."""
    said = "; ".join(filter(None, (spec.prompt, spec.regions)))
    return words.alt_text(shortened(said, _ALT_PROMPT), *spec.finished_size, spec.seed)


def asked(spec: PromptSpec) -> str:
    """Show what a picture was asked to be: the prompt, and under it those of its regions."""
    return f"{quoted(spec.prompt)}\n{quoted(spec.regions)}" if spec.regions else quoted(spec.prompt)


def quoted(prompt: str, *, short: bool = False) -> str:
    """Show a prompt as it was written; inside the quotes of code nothing is a mention, a link or markdown."""
    shown = shortened(prompt, _PROMPT_SHORT if short else _PROMPT_SHOWN).replace("`", "ˋ")
    return f"`{shown}`" if shown else f"*{words.NO_PROMPT}*"


def plain(sentence: str) -> str:
    """Show a sentence, which may repeat what somebody typed, as nothing but its characters."""
    return escaped(shortened(sentence, _SENTENCE))


def escaped(text: str) -> str:
    """Show a text, however long, as nothing but its characters."""
    return _MEANT.sub(r"\\\1", text)


def _picks(spec: PromptSpec, left: Sequence[int]) -> tuple[Pick, ...]:
    """The pictures that can be taken alone: none where there is but one."""
    if spec.count == 1 or not left:
        return ()
    alone, variation = {index: picture(spec, index) for index in left}, words.pictures.variation
    return tuple(
        Pick(index, words.pictures.pick(index + 1), variation(each.subseed) if each.subseed_strength else _seeds(each))
        for index, each in alone.items()
    )


def _seeds(spec: PromptSpec) -> str:
    """The seeds of a batch; where the pictures are variations of one, the seed of that one."""
    if spec.count == 1 or spec.subseed_strength > 0:
        return f"seed {spec.seed}"
    return f"seeds {spec.seed} to {spec.seed + spec.count - 1}"


def shortened(text: str, length: int) -> str:
    """Bring a text into one line of at most ``length`` characters, cut at a space where there is one near."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    head, _, tail = cut.rpartition(" ")
    return f"{head if head and len(tail) < length // 4 else cut}…"
