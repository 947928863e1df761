"""How a picture was drawn, rather than which one it was: its spec read back into choices."""

from dataclasses import fields
from typing import Any

from bot import preferences
from generation.profiles import Profile
from generation.spec import CHOICE_NAMES, DEFAULTS, PromptSpec, area_guidance
from storage.records import Choice

#: What of a picture is its own rather than its manner.
_NOT_MANNER = {"prompt", "regions", "seed", "subseed", "subseed_strength", "count", "model", "source"}
#: What says nothing where no picture is drawn over, and where there is no second pass.
_OF_SOURCE = {"strength"}
_OF_SECOND_PASS = {"larger", "larger_strength", "larger_steps", "larger_guidance_scale"}
#: What is said in other words.
_OTHERWISE = {"negative_prompt", "preset_weight", "width", "height", "guidance_scale", "eta"}


def manner(spec: PromptSpec, profile: Profile, *, prompt: bool = False, seed: bool = False) -> dict[str, Choice]:
    """Read a spec back into choices: how a picture was drawn, not which one it was.

    With ``prompt`` and ``seed`` these too, and then the choices draw the same picture with ``profile``. What nobody
    chooses in ordinary settings is kept only where it was chosen.
    """
    made: dict[str, Any] = {"prompt": spec.prompt} if prompt else {}
    if prompt and spec.regions:
        made["regions"] = spec.regions
    if spec.preset_weight is None:
        made["negative_prompt"] = spec.negative_prompt
    else:
        made |= {"negative_preset": "pure", "preset_weight": spec.preset_weight}
    made["size"] = f"{spec.width}x{spec.height}"
    by_area = area_guidance(profile.cfg_base, spec.width, spec.height, profile.native_area)
    follows = spec.guidance_rule == "area" and spec.guidance_scale == by_area
    made["guidance_scale"] = "auto" if follows else spec.guidance_scale
    unasked = _OF_SOURCE if spec.source is None else set()
    unasked = unasked | (_OF_SECOND_PASS if spec.larger <= 1 else set())
    named = [field.name for field in fields(spec) if field.name in CHOICE_NAMES - _NOT_MANNER - _OTHERWISE - unasked]
    usual = preferences.OFFERED.values()
    made |= {name: value for name in named if (value := getattr(spec, name)) != DEFAULTS.get(name) or name in usual}
    if spec.eta is not None:
        made["eta"] = spec.eta
    if seed:
        made["seed"] = spec.seed
        if spec.subseed_strength > 0:
            made |= {"subseed": spec.subseed, "subseed_strength": spec.subseed_strength}
    return {name: value for name, value in made.items() if isinstance(value, str | int | float)}
