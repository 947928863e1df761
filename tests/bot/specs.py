"""Specs for tests, every field given."""

from typing import Any

from generation.spec import PromptSpec

_FIELDS: dict[str, Any] = {
    "prompt": "a cat",
    "negative_prompt": "",
    "preset_weight": 1e-4,
    "width": 768,
    "height": 512,
    "steps": 64,
    "guidance_scale": 12.0,
    "guidance_rule": "area",
    "sampler": "Euler",
    "eta": None,
    "seed": 5,
    "ensd": 0,
    "subseed": 6,
    "subseed_strength": 0.0,
    "count": 1,
    "clip_skip": 1,
    "emphasis": "Original",
    "noise_source": "nv",
    "model": "sketch",
}


def spec(**changes: Any) -> PromptSpec:
    """A spec with ``changes``."""
    return PromptSpec(**(_FIELDS | changes))
