"""Specs on their way into the record of jobs and back: plain JSON, every field by its name."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from bot import words
from bot.errors import Refused
from generation.spec import PromptSpec

_SEED_END = 2**32


def written(spec: PromptSpec) -> dict[str, Any]:
    """Write a spec as JSON can hold it; numbers come back exactly."""
    return asdict(spec)


def read(held: Mapping[str, Any]) -> PromptSpec:
    """Read a spec; raise Refused for one whose fields another version of this program knew."""
    try:
        return PromptSpec(**held)
    except TypeError as fault:
        raise Refused(words.OLD_JOB) from fault


def reseeded(spec: PromptSpec, seed: int, subseed: int) -> PromptSpec:
    """Return the same spec with other seeds; without a variation there is no subseed."""
    return replace(spec, seed=seed % _SEED_END, subseed=subseed % _SEED_END if spec.subseed_strength > 0 else 0)
