"""What a recipe leaves unsaid because the version that wrote it knew no other way.

Versions look like ``v1.6.0``, ``v1.8.0-RC`` (before 1.8.0) or, 225 commits after 1.7.0, ``v1.7.0-225-g1234abcd``.
"""

import re
from collections.abc import Mapping
from typing import Any

Version = tuple[tuple[int, ...], int]

_CANDIDATE = -1
_VERSION = re.compile(
    r"""
    v?(?P<release>\d+(?:\.\d+)*)
    (?:
        (?: -?(?P<candidate>rc)\d* | -(?P<commits>\d+) )
        (?: -.* )?
    )?
    """,
    re.VERBOSE | re.IGNORECASE,
)

_PROMPT_TIMELINES: Version = (1, 6), 0  # a fraction in [a:b:0.5] is one of each pass, no longer of both together
_TERMINAL_SNR: Version = (1, 7), 225  # alphas_cumprod is no longer kept in half precision
_REFINER: Version = (1, 8), 0  # the refiner takes over at a noise level, no longer at a step
_HIRES_PROMPTS: Version = (1, 8), 0  # from here on a hires prompt like the first one is left empty


def read_version(text: str | None) -> Version | None:
    """Read a version so that versions compare; None for what is none, other programs' included."""
    match = _VERSION.fullmatch((text or "").strip())
    if match is None:
        return None
    release = tuple(int(part) for part in match["release"].split("."))
    while release and not release[-1]:
        release = release[:-1]
    return release, _CANDIDATE if match["candidate"] else int(match["commits"] or 0)


def implied(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the version in ``fields`` implies, as further fields."""
    version = read_version(fields.get("Version"))
    if version is None:
        return {}
    made: dict[str, Any] = {}
    if version < _PROMPT_TIMELINES and "[" in fields.get("Prompt", ""):
        made["Old prompt editing timelines"] = True
    if version < _PROMPT_TIMELINES and fields.get("Sampler") in ("DDIM", "PLMS"):
        made["Pad conds v0"] = True
    if version < _TERMINAL_SNR:
        made["Downcast alphas_cumprod"] = True
    if version < _REFINER and fields.get("Refiner"):
        made["Refiner switch by sampling steps"] = True
    return made


def repeats_are_empty(fields: Mapping[str, Any]) -> bool:
    """Whether a hires prompt that repeats the first one reads as empty."""
    version = read_version(fields.get("Version"))
    return version is None or version > _HIRES_PROMPTS
