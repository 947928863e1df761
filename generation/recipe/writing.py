"""Writes recipes: the web UI's fields in its order, then our own, which other programs carry along unread."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generation.presets import decimal
from generation.recipe.names import (
    ALWAYS_QUOTED,
    CFG_RESCALE,
    CFG_RULE,
    COUNT,
    EXACT_NEGATIVE,
    EXACT_PROMPT,
    PRESET_WEIGHT,
    PROGRAM,
    REGIONS,
    SECOND_STRENGTH,
    SOURCE,
)
from generation.recipe.quoting import quote
from generation.recipe.reading import NEGATIVE, has_fields, parse
from generation.samplers import names
from generation.spec import PromptSpec

_NOISE = {"nv": "NV", "cpu": "CPU"}


def write(
    spec: PromptSpec, *, version: str, model_hash: str | None = None, extra: Iterable[tuple[str, object]] = ()
) -> str:
    """Write the recipe of ``spec``; ``version`` is this program's own, ``extra`` are further fields before it.

    What the form cannot carry in its place (a prompt with space around its lines, or with a line that begins with
    ``Negative prompt:``) is written once more, quoted, among our own fields.
    """
    fields = [*_fields(spec, model_hash), *_own_fields(spec), *extra, ("Version", f"{PROGRAM} {version}")]
    text = compose(spec.prompt, spec.negative_prompt, fields)
    exact = list(_misread(spec, parse(text)))
    return compose(spec.prompt, spec.negative_prompt, [*fields[:-1], *exact, fields[-1]]) if exact else text


def compose(prompt: str, negative_prompt: str, fields: Iterable[tuple[str, object]]) -> str:
    """Lay a recipe out: the prompt, the negative one where there is one, and a line of fields, quoted as needed."""
    line = ", ".join(f"{name}: {quote(value, always=name in ALWAYS_QUOTED)}" for name, value in fields)
    negative = f"\n{NEGATIVE} {negative_prompt}" if negative_prompt else ""
    return f"{prompt}{negative}\n{line}".strip()


def extend(text: str, fields: Iterable[tuple[str, object]], *, version: str) -> str:
    """Add fields to the end of a recipe, whoever wrote it; a text that is none gets a last line that makes it one."""
    added = [f"{name}: {quote(value)}" for name, value in fields]
    if has_fields(text):
        return ", ".join([text.rstrip(), *added])
    return "\n".join(filter(None, [text.rstrip(), ", ".join([*added, f"Version: {PROGRAM} {version}"])]))


def plain(number: float) -> str:
    """Write a number so that it reads back exactly, whole ones without a point: ``18``, ``10.5``."""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _fields(spec: PromptSpec, model_hash: str | None) -> Iterator[tuple[str, object]]:
    sampler, schedule = names.infotext_names(spec.sampler)
    yield "Steps", spec.steps
    yield "Sampler", sampler
    yield "Schedule type", schedule
    yield "CFG scale", plain(spec.guidance_scale)
    yield "Seed", spec.seed
    yield "Size", f"{spec.width}x{spec.height}"
    if model_hash is not None:
        yield "Model hash", model_hash
    yield "Model", spec.model
    if spec.subseed_strength > 0:
        yield "Variation seed", spec.subseed
        yield "Variation seed strength", plain(spec.subseed_strength)
    if spec.source is not None or spec.larger > 1:
        yield "Denoising strength", plain(spec.larger_strength if spec.source is None else spec.strength)
    if spec.clip_skip > 1:
        yield "Clip skip", spec.clip_skip
    if spec.ensd:
        yield "ENSD", spec.ensd
    yield "RNG", _NOISE[spec.noise_source]
    if spec.eta is not None:
        yield names.eta_field(spec.sampler) or "Eta", plain(spec.eta)
    if spec.emphasis != "Original":
        yield "Emphasis", spec.emphasis
    if spec.guidance_rescale > 0:
        yield CFG_RESCALE, plain(spec.guidance_rescale)
    if spec.larger > 1:
        yield "Hires upscale", plain(spec.larger)
        yield "Hires steps", spec.larger_steps
        yield "Hires upscaler", "Latent"
        yield "Hires CFG Scale", plain(spec.larger_guidance_scale)


def _own_fields(spec: PromptSpec) -> Iterator[tuple[str, object]]:
    yield CFG_RULE, spec.guidance_rule
    if spec.preset_weight is not None:
        yield PRESET_WEIGHT, decimal(spec.preset_weight)
    if spec.regions:
        yield REGIONS, spec.regions
    if spec.count > 1:
        yield COUNT, spec.count
    if spec.source is not None:
        yield SOURCE, spec.source
        if spec.larger > 1:
            yield SECOND_STRENGTH, plain(spec.larger_strength)


def _misread(spec: PromptSpec, read: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """The prompts that would read back as something else, as fields."""
    if read["Prompt"] != spec.prompt:
        yield EXACT_PROMPT, spec.prompt
    if read["Negative prompt"] != spec.negative_prompt:
        yield EXACT_NEGATIVE, spec.negative_prompt
