"""Makes choices of a recipe that was read, and says what of it no choice can be made of."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from generation.errors import InvalidChoice
from generation.presets import pure_negative
from generation.profiles import Profile, load_profiles
from generation.prompt.preparation import extract_extra_networks
from generation.prompt.regions import parse_regions
from generation.recipe.names import (
    CFG_RESCALE,
    CFG_RESCALE_ELSEWHERE,
    CFG_RULE,
    COUNT,
    DRAWING_MODE,
    EXACT_NEGATIVE,
    EXACT_PROMPT,
    PRESET_WEIGHT,
    REGIONS,
)
from generation.recipe.passes import USED as PASSES_USED
from generation.recipe.passes import passes
from generation.recipe.reading import DEFAULTS
from generation.samplers import names
from generation.spec import Emphasis, area_guidance

_Found = Iterator[tuple[str, Any]]
_Say = Callable[[str], None]

#: Whole numbers and fractions: the choice, the field, and what it means that the field is not there.
_WHOLE = (
    ("steps", "Steps", None),
    ("width", "Size-1", None),
    ("height", "Size-2", None),
    ("seed", "Seed", None),
    ("subseed", "Variation seed", None),
    ("clip_skip", "Clip skip", None),
    ("ensd", "ENSD", 0),
    ("count", COUNT, 1),
)
_FRACTIONS = (
    ("guidance_scale", "CFG scale", None),
    ("guidance_rescale", CFG_RESCALE, 0.0),
    *(("guidance_rescale", name, None) for name in CFG_RESCALE_ELSEWHERE),
    ("subseed_strength", "Variation seed strength", 0.0),
    ("eta", "Eta", None),
    ("eta", "Eta DDIM", None),
)
_NOISE = {"GPU": "nv", "NV": "nv", "CPU": "cpu"}

#: Fields that choices are made of.
_USED = {name for _, name, _ in _WHOLE + _FRACTIONS} | PASSES_USED | {
    "Prompt", "Negative prompt", EXACT_PROMPT, EXACT_NEGATIVE, PRESET_WEIGHT, CFG_RULE, REGIONS,
    "Sampler", "Schedule type", "RNG", "Emphasis", "Model",
}  # fmt: skip
#: Fields that tell of the drawing without changing it, or that another field has told already.
_TELLING = {
    DRAWING_MODE,
    "Model hash", "VAE hash", "Lora hashes", "TI hashes", "Hashes", "Version", "User", "Batch size", "Batch pos",
    "Hypernet", "Hypernet hash", "Hypernet strength", "Refiner switch by sampling steps", "Downcast alphas_cumprod",
    "Pad conds", "Pad conds v0", "Old prompt editing timelines", "Cache FP16 weight for LoRA",
}  # fmt: skip


def choices(fields: Mapping[str, Any], profiles: Mapping[str, Profile] | None = None) -> dict[str, Any]:
    """Make a layer for :func:`generation.spec.resolve` of what :func:`generation.recipe.parse` returned.

    It leaves open what the recipe does not say. ``profiles`` are the models there are (None: the shipped ones).
    """
    return _understand(fields, profiles)[0]


def left_out(fields: Mapping[str, Any], profiles: Mapping[str, Profile] | None = None) -> tuple[str, ...]:
    """Say in sentences, for the person who asked, what of the recipe is not among the choices."""
    return _understand(fields, profiles)[1]


def _understand(
    fields: Mapping[str, Any], profiles: Mapping[str, Profile] | None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    profiles = load_profiles() if profiles is None else profiles
    said: list[str] = []
    made = {
        **dict(_texts(fields, said.append)),
        **dict(_numbers(fields, said.append)),
        **dict(_names(fields, profiles, said.append)),
        **dict(passes(fields, said.append)),
    }
    made |= _area_rule(fields, made, profiles)
    if strange := sorted(_strange(fields)):
        said.append(f"Left out, because there is nothing like it here: {', '.join(strange)}.")
    return made, tuple(said)


def _texts(fields: Mapping[str, Any], say: _Say) -> _Found:
    prompt = fields.get(EXACT_PROMPT, fields.get("Prompt", ""))
    negative = fields.get(EXACT_NEGATIVE, fields.get("Negative prompt", ""))
    yield "prompt", prompt
    yield "balance", 0.0  # its weights are in the prompt
    yield "regions", _regions(fields.get(REGIONS, ""), say)
    weight = _preset_weight(fields, negative)
    if weight is None:
        yield "negative_prompt", negative
    else:
        yield "negative_preset", "pure"
        yield "preset_weight", weight
    if networks := extract_extra_networks(prompt)[1]:
        calls = (f"<{kind}:{':'.join(rest)}>" for kind, found in networks.items() for rest in found)
        say(f"Networks that the prompt calls are not used here: {_short(', '.join(calls))}.")


def _regions(regions: str, say: _Say) -> str:
    """Regions that can be read; a field of that name from another program may be anything."""
    try:
        if regions:
            parse_regions(regions)
    except InvalidChoice as fault:
        say(f"The regions are left out. {fault}")
        return ""
    return regions


def _preset_weight(fields: Mapping[str, Any], negative: str) -> float | None:
    """The weight of the nine words, if they are what stands in the negative prompt."""
    try:
        weight = float(fields[PRESET_WEIGHT])
        return weight if pure_negative(weight) == negative else None
    except (KeyError, ValueError, InvalidChoice):
        return None


def _numbers(fields: Mapping[str, Any], say: _Say) -> _Found:
    for rows, kind in ((_WHOLE, int), (_FRACTIONS, float)):
        for choice, name, absent in rows:
            value = fields.get(name, absent)
            if value is None or (choice in ("seed", "subseed") and value == "-1"):  # −1: one is drawn
                continue
            try:
                number = kind(value)
            except ValueError:
                number = math.nan
            if math.isfinite(number):
                yield choice, number
            else:
                say(f"{name} is left out: {_short(value)} is no number that it can have.")
    if "Eta" not in fields and "Eta DDIM" not in fields:
        yield "eta", "auto"


def _names(fields: Mapping[str, Any], profiles: Mapping[str, Profile], say: _Say) -> _Found:
    if (sampler := fields.get("Sampler")) is not None:
        yield "sampler", _sampler(sampler, fields.get("Schedule type"), say)
    if (model := fields.get("Model")) is not None:
        if (profile := _model(model, profiles)) is not None:
            yield "model", profile
        else:
            say(f"The model {_short(model)} is not here; another one is used, and the picture will be another.")
    noise, emphasis = fields.get("RNG", "GPU"), fields.get("Emphasis", "Original")
    if noise in _NOISE:
        yield "noise_source", _NOISE[noise]
    else:
        say(f"The noise source {_short(noise)} is unknown here; another one is used.")
    if emphasis in get_args(Emphasis):
        yield "emphasis", emphasis
    else:
        say(f"The emphasis {_short(emphasis)} is unknown here; another one is used.")


def _sampler(name: str, schedule: str | None, say: _Say) -> str | None:
    """The canonical name; without the schedule where only that is unknown, and None where the sampler is."""
    try:
        return names.canonical(name, schedule)
    except InvalidChoice:
        pass
    try:
        alone = names.canonical(name)
    except InvalidChoice:
        say(f"The sampler {_short(name)} is not offered here; another one is used.")
        return None
    say(f"The schedule {_short(schedule)} is not offered here; {alone} is used.")
    return alone


def _model(name: str, profiles: Mapping[str, Profile]) -> str | None:
    return next((known for known in profiles if known == name), None) or next(
        (known for known in profiles if known.casefold() == name.casefold()), None
    )


def _area_rule(fields: Mapping[str, Any], made: Mapping[str, Any], profiles: Mapping[str, Profile]) -> dict[str, Any]:
    """Where CFG followed the area it still does, from the base that gives this very CFG at the recipe's size."""
    if fields.get(CFG_RULE) != "area" or not {"guidance_scale", "width", "height", "model"} <= made.keys():
        return {}
    native = profiles[made["model"]].native_area
    scale, width, height = made["guidance_scale"], made["width"], made["height"]
    near = scale * native / (width * height) if width and height else math.nan
    candidates = (near, math.nextafter(near, math.inf), math.nextafter(near, -math.inf))
    exact = (base for base in candidates if area_guidance(base, width, height, native) == scale)
    base = next(exact, None)
    return {} if base is None else {"guidance_scale": "auto", "cfg_base": base}


def _strange(fields: Mapping[str, Any]) -> set[str]:
    """Names of the fields that nothing was made of, where they say other than what their absence would."""
    unread = (name for name in fields if name not in _USED | _TELLING and fields[name] != DEFAULTS.get(name))
    return {name.removesuffix("-1").removesuffix("-2") for name in unread}


def _short(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= 60 else f"{text[:59]}…")
