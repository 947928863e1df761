"""The sampler and the schedule that a recipe names; older recipes write both in one name, as ``DPM++ 2M Karras``.

This is how the web UI reads its own names, whether or not the sampler is offered here.
"""

from collections.abc import Mapping
from types import MappingProxyType

AUTOMATIC = "Automatic"

#: Every sampler, with the schedule that ``Automatic`` stands for. The first one stands in for an unknown name.
_SAMPLERS: Mapping[str, str | None] = MappingProxyType(
    {
        "DPM++ 2M": "Karras",
        "DPM++ SDE": "Karras",
        "DPM++ 2M SDE": "Exponential",
        "DPM++ 2M SDE Heun": "Exponential",
        "DPM++ 2S a": "Karras",
        "DPM++ 3M SDE": "Exponential",
        "Euler a": None,
        "Euler": None,
        "LMS": None,
        "Heun": None,
        "DPM2": "Karras",
        "DPM2 a": "Karras",
        "DPM fast": None,
        "DPM adaptive": None,
        "Restart": "Karras",
        "DDIM": None,
        "DDIM CFG++": None,
        "PLMS": None,
        "UniPC": None,
        "LCM": None,
    }
)
_STAND_IN = next(iter(_SAMPLERS))

#: Every schedule, with its other spellings. The order matters: of ``SGM Uniform`` first the ``Uniform`` is seen.
_SCHEDULES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        AUTOMATIC: ("automatic",),
        "Uniform": ("uniform",),
        "Karras": ("karras",),
        "Exponential": ("exponential",),
        "Polyexponential": ("polyexponential",),
        "SGM Uniform": ("sgm_uniform", "SGMUniform"),
        "KL Optimal": ("kl_optimal",),
        "Align Your Steps": ("align_your_steps",),
        "Simple": ("simple",),
        "Normal": ("normal",),
        "DDIM": ("ddim",),
        "Beta": ("beta",),
    }
)


def sampler_and_schedule(sampler: str | None, schedule: str | None = None) -> tuple[str, str]:
    """Tell sampler and schedule apart. A schedule in the sampler's name wins over ``schedule``.

    The sampler's own schedule is ``Automatic``; so is an unknown one. An unknown sampler is the first of the list.
    """
    name = sampler or _STAND_IN
    found = _schedule(schedule)
    for label, spellings in _SCHEDULES.items():
        ending = next((f" {one}" for one in (label, *spellings) if name.endswith(f" {one}")), None)
        if ending is not None:
            name, found = name.removesuffix(ending), label
    if name not in _SAMPLERS:
        name = _STAND_IN
    return name, AUTOMATIC if found == _SAMPLERS[name] else found


def _schedule(name: str | None) -> str:
    spelt = (label for label, (own, *_) in _SCHEDULES.items() if name in (label, own))
    return next(spelt, AUTOMATIC)
