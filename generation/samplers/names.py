"""Names of samplers: those offered, those that people and recipes use for them, and what is known of each.

A canonical name is a sampler, followed by its schedule of noise levels where more than one is in use:
"Euler", "DPM++ 2M Karras". Recipes in AUTOMATIC1111's format keep the two apart and also know a schedule called
"Automatic", the sampler's own: :func:`infotext_names` and :func:`canonical` translate.
"""

import difflib
from dataclasses import dataclass

from generation.errors import InvalidChoice
from generation.samplers.schedules import SCHEDULES, ddim_timesteps, even_timesteps

AUTOMATIC = "Automatic"


@dataclass(frozen=True)
class Sampler:
    """What holds for a sampler whatever its schedule and number of steps.

    ``schedule``: the one that "Automatic" means, None where the sampler has its own timesteps. ``two_calls``: a step
    calls the network twice, except the last. ``drops_last_level``: the lowest level before 0 is skipped. ``eta``: its
    own value where it takes one, which recipes write under ``eta_field``.
    """

    schedule: str | None = "Uniform"
    two_calls: bool = False
    drops_last_level: bool = False
    eta: float | None = None
    eta_field: str | None = None


def _with_eta(schedule: str = "Uniform", *, two_calls: bool = False, drops_last_level: bool = False) -> Sampler:
    return Sampler(schedule, two_calls, drops_last_level, eta=1.0, eta_field="Eta")


SAMPLERS = {
    "Euler": Sampler(),
    "Euler a": _with_eta(),
    "Heun": Sampler(two_calls=True),
    "LMS": Sampler(),
    "DPM2": Sampler("Karras", two_calls=True, drops_last_level=True),
    "DPM2 a": _with_eta("Karras", two_calls=True, drops_last_level=True),
    "DPM++ 2S a": _with_eta("Karras", two_calls=True),
    "DPM++ 2M": Sampler("Karras"),
    "DPM++ SDE": _with_eta("Karras", two_calls=True),
    "DPM++ 2M SDE": _with_eta("Exponential"),
    "DPM++ 3M SDE": _with_eta("Exponential", drops_last_level=True),
    "Restart": Sampler("Karras", two_calls=True),
    "DDIM": Sampler(None, eta=0.0, eta_field="Eta DDIM"),
    "PLMS": Sampler(None),
    "UniPC": Sampler(None),
}

#: The names offered, in the order in which they are offered, with the sampler and schedule each stands for.
_OFFERED = {
    "Euler": ("Euler", "Uniform"),
    "Euler a": ("Euler a", "Uniform"),
    "DDIM": ("DDIM", None),
    "DPM++ 2M Karras": ("DPM++ 2M", "Karras"),
    "DPM++ 2M SDE Karras": ("DPM++ 2M SDE", "Karras"),
    "DPM++ 2M SDE Exponential": ("DPM++ 2M SDE", "Exponential"),
    "DPM++ 3M SDE Exponential": ("DPM++ 3M SDE", "Exponential"),
    "DPM++ SDE Karras": ("DPM++ SDE", "Karras"),
    "DPM++ 2S a Karras": ("DPM++ 2S a", "Karras"),
    "UniPC": ("UniPC", None),
    "Heun": ("Heun", "Uniform"),
    "LMS": ("LMS", "Uniform"),
    "LMS Karras": ("LMS", "Karras"),
    "DPM2 Karras": ("DPM2", "Karras"),
    "DPM2 a Karras": ("DPM2 a", "Karras"),
    "Restart": ("Restart", "Karras"),
    "PLMS": ("PLMS", None),
    "Euler Karras": ("Euler", "Karras"),
    "Euler a Karras": ("Euler a", "Karras"),
    "DPM++ 2M Uniform": ("DPM++ 2M", "Uniform"),
}

#: Canonical names to offer. Every other pair of a sampler and a schedule can be drawn, too, and has a canonical name.
NAMES = tuple(_OFFERED)

#: What programs other than AUTOMATIC1111's call them: k-diffusion's and ComfyUI's spellings.
_ALIASES = {
    "euler_a": "Euler a",
    "euler_ancestral": "Euler a",
    "dpm_2": "DPM2",
    "dpm_2_a": "DPM2 a",
    "dpm_2_ancestral": "DPM2 a",
    "dpmpp_2s_a": "DPM++ 2S a",
    "dpmpp_2s_ancestral": "DPM++ 2S a",
    "dpmpp_2m": "DPM++ 2M",
    "dpmpp_sde": "DPM++ SDE",
    "dpmpp_2m_sde": "DPM++ 2M SDE",
    "dpmpp_3m_sde": "DPM++ 3M SDE",
    "uni_pc": "UniPC",
}

_FOLDED_SAMPLERS = {name.casefold(): name for name in SAMPLERS} | _ALIASES
_FOLDED_SCHEDULES = {name.casefold(): name for name in (AUTOMATIC, *SCHEDULES)}


def canonical(name: str, schedule: str | None = None) -> str:
    """Return the canonical name for ``name``, in any spelling known, with the schedule in it or beside it.

    As in recipes, a schedule in the name goes before one beside it. Raises InvalidChoice (field ``sampler``) for a
    sampler or schedule that is not known.
    """
    sampler, within = _split(name)
    wanted = within or _known_schedule(schedule)
    own = SAMPLERS[sampler].schedule
    if own is None:
        return sampler
    pair = (sampler, own if wanted == AUTOMATIC else wanted)
    return next((offered for offered, meant in _OFFERED.items() if meant == pair), f"{sampler} {pair[1]}")


def parts(name: str) -> tuple[str, str | None]:
    """Return the sampler, a key of SAMPLERS, and the schedule, a key of SCHEDULES or None, that a name stands for."""
    sampler, schedule = _split(canonical(name))
    return sampler, schedule or SAMPLERS[sampler].schedule


def infotext_names(name: str) -> tuple[str, str]:
    """Return ``Sampler`` and ``Schedule type`` as AUTOMATIC1111 writes them in a recipe for this name.

    It writes "Automatic" only where the sampler has no preferred schedule.
    """
    sampler, schedule = parts(name)
    if schedule is None or (schedule == "Uniform" and SAMPLERS[sampler].schedule == "Uniform"):
        return sampler, AUTOMATIC
    return sampler, schedule


def calls_per_step(name: str) -> int:
    """Return how many times a step calls the network (1 or 2), by which prompts that change on the way count."""
    return 2 if SAMPLERS[parts(name)[0]].two_calls else 1


def network_calls(name: str, steps: int) -> int:
    """Return how many rows the table of this name has: for most the steps, for some a few more or fewer."""
    sampler, schedule = parts(name)
    if schedule is None:
        stops = len(even_timesteps(steps))
        return stops - 1 if sampler == "DDIM" or (stops == 1 and sampler == "PLMS") else stops
    facts = SAMPLERS[sampler]
    dropped = facts.drops_last_level
    stops = len(ddim_timesteps(steps + dropped)) - dropped if schedule == "DDIM" else steps
    return 2 * stops - 1 if facts.two_calls else stops


def least_steps(name: str) -> int:
    """Return the fewest steps of which a picture comes: DDIM and PLMS spend their first one on where they end."""
    return 2 if parts(name)[0] in ("DDIM", "PLMS") else 1


def eta_field(name: str) -> str | None:
    """Return the recipe field in which this sampler's eta is written; None where it takes none."""
    return SAMPLERS[parts(name)[0]].eta_field


def _split(name: str) -> tuple[str, str | None]:
    """The sampler, and the schedule where the name ends in one; the longest ending that leaves a sampler decides."""
    folded = " ".join(name.split()).casefold()
    spellings = (folded, folded.removeprefix("k_"), folded.removeprefix("sample_"))
    for spelling in spellings:
        if spelling in _FOLDED_SAMPLERS:
            return _FOLDED_SAMPLERS[spelling], None
    for ending, schedule in sorted(_FOLDED_SCHEDULES.items(), key=lambda item: -len(item[0])):
        for spelling in spellings:
            sampler = spelling.removesuffix(ending).rstrip(" _")
            if spelling.endswith((" " + ending, "_" + ending)) and sampler in _FOLDED_SAMPLERS:
                return _FOLDED_SAMPLERS[sampler], schedule
    near = difflib.get_close_matches(folded, [each.casefold() for each in NAMES], n=1)
    nearest = "".join(f" The nearest is {each}." for each in NAMES if each.casefold() in near)
    raise InvalidChoice("sampler", f"No sampler is called {name!r}.{nearest} There are: {', '.join(NAMES)}.")


def _known_schedule(schedule: str | None) -> str:
    if schedule is None:
        return AUTOMATIC
    if (known := _FOLDED_SCHEDULES.get(schedule.strip().casefold())) is None:
        raise InvalidChoice(
            "sampler", f"No schedule is called {schedule!r}. There are: {', '.join((AUTOMATIC, *SCHEDULES))}."
        )
    return known
