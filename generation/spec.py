"""The prompt spec: one complete, frozen, valid description of a picture; the same spec is the same picture.

Partial settings are all of one shape, a mapping of choices. :func:`resolve` lays them over one another and is the only
place where a spec is made from them. After that nothing is random.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from generation.checks import AREA_STEP, number, one_of, side, text, whole, within
from generation.errors import InvalidChoice
from generation.presets import DEFAULT_WEIGHT, NEGATIVES, check_weight
from generation.profiles import Profile
from generation.prompt.balance import balanced
from generation.prompt.regions import parse_regions
from generation.samplers import names

Choices = Mapping[str, Any]
Emphasis = Literal["Original", "No norm", "None", "Ignore"]
NoiseSource = Literal["nv", "cpu"]
GuidanceRule = Literal["area", "given"]

#: Seeds are whole numbers below this one; what recipes of other tools hold lies well within.
SEED_END = 2**63
_RANDOM_SEED_END = 2**32
_DIGEST = re.compile(r"[0-9a-f]{64}")

#: What holds where nobody, not even the model's profile, has chosen.
DEFAULTS: Choices = {
    "prompt": "",
    "regions": "",
    "negative_preset": "pure",
    "model": "sketch",
    "steps": 64,
    "guidance_scale": "auto",
    "guidance_rescale": 0.0,
    "balance": 0.0,
    "sampler": "Euler",
    "eta": "auto",
    "seed": None,
    "ensd": 0,
    "subseed": None,
    "subseed_strength": 0.0,
    "count": 1,
    "clip_skip": 1,
    "emphasis": "Original",
    "noise_source": "nv",
    "strength": 0.75,
    "larger": 1.0,
    "larger_strength": 0.6,
    "larger_steps": "auto",
    "larger_guidance_scale": "auto",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSpec:
    """A picture, or ``count`` of them, described completely.

    ``regions`` are prompts for parts of the picture (:mod:`generation.prompt.regions`), beside the common ``prompt``;
    without any it is empty. Sizes are in pixels. ``preset_weight`` is the weight of the nine words where the preset
    ``pure`` wrote ``negative_prompt``, else None. ``guidance_rule`` says whether ``guidance_scale`` was given or
    follows the area. ``guidance_rescale`` is how far the spread that guidance adds is taken back, 0 (not at all) to 1.
    ``eta`` None is the sampler's own; ``ensd`` is added to the seed of every noise after the first. The picture varies
    from that of ``seed`` towards that of ``subseed`` by ``subseed_strength``, 0 to 1; at 0 the subseed is 0.
    ``clip_skip`` 1 reads the text encoder's last layer, 2 the last but one. ``model`` is a profile's name.

    ``source`` is the digest (:func:`generation.source.digest`) of a picture to draw over, and ``strength`` how far,
    0 (keep it) to 1; without one it is 0. ``larger`` above 1 asks for a second pass over the picture enlarged so many
    times, in ``larger_steps`` steps at ``larger_guidance_scale``, and ``larger_strength`` how far it goes; at 1 the
    three are 0. What has been finished has the size ``finished_size``.
    """

    prompt: str
    regions: str = ""
    negative_prompt: str
    preset_weight: float | None
    width: int
    height: int
    steps: int
    guidance_scale: float
    guidance_rule: GuidanceRule
    guidance_rescale: float = 0.0
    sampler: str
    eta: float | None
    seed: int
    ensd: int
    subseed: int
    subseed_strength: float
    count: int
    clip_skip: int
    emphasis: Emphasis
    noise_source: NoiseSource
    model: str
    source: str | None = None
    strength: float = 0.0
    larger: float = 1.0
    larger_strength: float = 0.0
    larger_steps: int = 0
    larger_guidance_scale: float = 0.0

    @property
    def finished_size(self) -> tuple[int, int]:
        """Width and height of the finished picture: of the second pass, where there is one."""
        return enlarged_size(self.width, self.height, self.larger)


#: Every key that a layer of choices may hold: the spec's fields, and the ones that become fields in ``resolve``.
CHOICE_NAMES = frozenset(field.name for field in fields(PromptSpec)) - {"guidance_rule"} | {
    "negative_preset",
    "balance",
    "cfg_base",
    "size",
}


def resolve(
    *layers: Choices,
    profiles: Mapping[str, Profile],
    draw_seed: Callable[[], int] = lambda: secrets.randbelow(_RANDOM_SEED_END),
) -> PromptSpec:
    """Make the one spec that ``layers`` (weakest first: server, channel, person, preset, options) ask for.

    Below them lie the built-in defaults and the profile of the model that the layers chose. None is no choice.
    Raises InvalidChoice, naming the field, for anything that cannot be drawn.
    """
    profile = _chosen_profile(layers, profiles)
    choices: dict[str, Any] = {}
    for layer in (
        DEFAULTS,
        {"width": profile.native_width, "height": profile.native_height},
        profile.defaults,
        *layers,
    ):
        choices.update(_laid_over(choices, layer, profile))
    return _complete(choices, profile, draw_seed)


def picture(spec: PromptSpec, index: int) -> PromptSpec:
    """Return the spec of picture ``index`` (from 0) of a batch, alone.

    Picture k has seed + k. Where a variation is asked for (``subseed_strength`` above zero) the seed stays and the
    subseed counts up, so that the batch is variations of one picture.
    """
    if spec.subseed_strength > 0:
        return replace(spec, subseed=spec.subseed + index, count=1)
    return replace(spec, seed=spec.seed + index, count=1)


def area_guidance(base: float, width: int, height: int, native_area: int) -> float:
    """Scale ``base`` by picture area: base × width × height / native area (pixels)."""
    return base * width * height / native_area


def enlarged_size(width: int, height: int, factor: float) -> tuple[int, int]:
    """Sides ``factor`` times as long, cut to multiples that can be drawn."""
    return int(width * factor) // AREA_STEP * AREA_STEP, int(height * factor) // AREA_STEP * AREA_STEP


def two_passes(choices: Choices, first: PromptSpec) -> PromptSpec:
    """``first``, with the second pass that ``choices`` ask for, if they do.

    Of itself it has steps as dense as the first one's, and a CFG that has grown with the area.
    """
    factor = within("larger", choices["larger"], 1.0, 4.0)
    if factor == 1:
        return first
    made = replace(
        first, larger=factor, larger_strength=within("larger_strength", choices["larger_strength"], 0.1, 1.0)
    )
    least, steps = names.least_steps(first.sampler), choices["larger_steps"]
    scale, (width, height) = choices["larger_guidance_scale"], made.finished_size
    if steps == "auto":
        steps = max(least, round(first.steps * made.larger_strength))
    if scale == "auto":
        scale = area_guidance(first.guidance_scale, width, height, first.width * first.height)
    return replace(
        made,
        larger_steps=whole("larger_steps", steps, least),
        larger_guidance_scale=number("larger_guidance_scale", scale),
    )


def _chosen_profile(layers: tuple[Choices, ...], profiles: Mapping[str, Profile]) -> Profile:
    name = next((layer["model"] for layer in reversed(layers) if layer.get("model") is not None), DEFAULTS["model"])
    if name not in profiles:
        raise InvalidChoice("model", f"There is no model called {name!r}. There are: {', '.join(sorted(profiles))}.")
    return profiles[name]


def _laid_over(below: Choices, layer: Choices, profile: Profile) -> dict[str, Any]:
    """What ``layer`` changes of what lies below it."""
    if unknown := layer.keys() - CHOICE_NAMES:
        raise InvalidChoice(min(unknown), f"Nothing is called {min(unknown)!r}: it cannot be chosen.")
    made = {name: value for name, value in layer.items() if value is not None and name != "size"}
    if layer.get("size") is not None:
        width, height = parse_size(layer["size"], profile)
        made = {"width": width, "height": height} | made
    return made | _negative(below, made)


def _negative(below: Choices, made: Choices) -> dict[str, Any]:
    """The negative prompt a layer asks for: its own text, or a named one at a weight; a weight alone means ``pure``."""
    weight = made.get("preset_weight")
    if weight is not None:
        check_weight(number("preset_weight", weight))
    if "negative_prompt" in made:
        if weight is not None:
            raise InvalidChoice(
                "preset_weight", "A weight is of the nine words, which a negative prompt replaces; give one of them."
            )
        return {"negative_preset": None, "preset_weight": None}
    if "negative_preset" not in made and weight is None:
        return {}
    preset = made.get("negative_preset", "pure")
    if preset not in NEGATIVES:
        raise InvalidChoice("negative_preset", f"No negative is called {preset!r}. There are: {', '.join(NEGATIVES)}.")
    if weight is not None and preset != "pure":
        raise InvalidChoice("preset_weight", f"The negative {preset!r} takes no weight; only pure does.")
    kept = below.get("preset_weight") if below.get("negative_preset") == preset else None
    return {"negative_prompt": None, "negative_preset": preset, "preset_weight": kept if weight is None else weight}


def parse_size(size: object, profile: Profile) -> tuple[int, int]:
    """Read ``"768x512"`` or a name from the profile; raise InvalidChoice for anything else."""
    text = str(size).strip().lower()
    if text in profile.sizes:
        return profile.sizes[text]
    width, cross, height = text.replace("×", "x").partition("x")
    if cross and all(side.strip().isascii() and side.strip().isdigit() for side in (width, height)):
        return int(width), int(height)
    known = ", ".join(profile.sizes)
    raise InvalidChoice("size", f"{size} is not a size. Write one like 768x512, or a name: {known}.")


def _complete(choices: Choices, profile: Profile, draw_seed: Callable[[], int]) -> PromptSpec:
    width, height = (side(name, choices[name]) for name in ("width", "height"))
    negative, weight = _written_negative(choices)
    guidance, rule = _guidance(choices, profile, width, height)
    count = whole("count", choices["count"], 1)
    sampler = names.canonical(str(choices["sampler"]))
    strength = within("subseed_strength", choices["subseed_strength"], 0.0, 1.0)
    first = PromptSpec(
        prompt=balanced(text("prompt", choices["prompt"]), within("balance", choices["balance"], -1.0, 1.0)),
        regions=_regions(choices["regions"]),
        negative_prompt=negative,
        preset_weight=weight,
        width=width,
        height=height,
        steps=whole("steps", choices["steps"], names.least_steps(sampler)),
        guidance_scale=guidance,
        guidance_rule=rule,
        guidance_rescale=within("guidance_rescale", choices["guidance_rescale"], 0.0, 1.0),
        sampler=sampler,
        eta=None if choices["eta"] == "auto" else within("eta", choices["eta"], 0.0, 1.0),
        seed=_seed("seed", choices.get("seed"), count, draw_seed),
        ensd=whole("ensd", choices["ensd"], 0, SEED_END),
        subseed=_seed("subseed", choices.get("subseed"), count, draw_seed) if strength > 0 else 0,
        subseed_strength=strength,
        count=count,
        clip_skip=whole("clip_skip", choices["clip_skip"], 1, profile.text_layers + 1),
        emphasis=one_of("emphasis", choices["emphasis"], get_args(Emphasis)),
        noise_source=one_of("noise_source", choices["noise_source"], get_args(NoiseSource)),
        model=profile.name,
        **_over_a_picture(choices),
    )
    return two_passes(choices, first)


def _over_a_picture(choices: Choices) -> dict[str, Any]:
    """What is drawn over, and how far; a strength alone, as settings may hold it, is nothing."""
    if choices.get("source") is None:
        return {}
    source = text("source", choices["source"]).lower()
    if not _DIGEST.fullmatch(source):
        raise InvalidChoice("source", "The picture to draw over is named by its SHA-256 digest; this is none.")
    return {"source": source, "strength": within("strength", choices["strength"], 0.0, 1.0)}


def _regions(value: object) -> str:
    """Regions as they were written, once they can be read; white space alone is none."""
    regions = text("regions", value).strip()
    if regions:
        parse_regions(regions)
    return regions


def _written_negative(choices: Choices) -> tuple[str, float | None]:
    if choices.get("negative_prompt") is not None:
        return text("negative_prompt", choices["negative_prompt"]), None
    preset = choices["negative_preset"]
    weight = choices.get("preset_weight")
    weight = DEFAULT_WEIGHT if weight is None else float(weight)
    return NEGATIVES[preset](weight), weight if preset == "pure" else None


def _guidance(choices: Choices, profile: Profile, width: int, height: int) -> tuple[float, GuidanceRule]:
    given = choices["guidance_scale"]
    if given != "auto":
        return number("guidance_scale", given), "given"
    base = number("cfg_base", choices.get("cfg_base", profile.cfg_base))
    return number("guidance_scale", area_guidance(base, width, height, profile.native_area)), "area"


def _seed(field: str, given: object, count: int, draw_seed: Callable[[], int]) -> int:
    """A seed as given; none, or the −1 that other tools write for it, is drawn here."""
    if given is None or given in (-1, "-1"):
        return draw_seed()
    return whole(field, given, 0, SEED_END - count)
