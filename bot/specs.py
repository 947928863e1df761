"""Specs on their way into the record of jobs and back: plain JSON, every field by its name."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot import words
from bot.errors import Refused
from generation import recipe
from generation.profiles import Profile
from generation.spec import PromptSpec, resolve
from generation.version import program_version

_SEED_END = 2**32
#: How far a variation goes towards other noise, 0 to 1.
_VARIATION = 0.2


#: Beside the fields of a job's spec: that its picture is not drawn but enlarged.
_ENLARGEMENT = "enlargement"


@dataclass(frozen=True, slots=True)
class Enlargement:
    """That picture ``index`` of the job ``job_id`` is made ``factor`` times as large, 2 or 4.

    The result is ``times`` times as large as its spec says, as what is enlarged may have been so before.
    """

    job_id: int
    index: int
    factor: int
    times: int


def written(spec: PromptSpec, enlargement: Enlargement | None = None) -> dict[str, Any]:
    """Write a spec as JSON can hold it; numbers come back exactly."""
    beside = {} if enlargement is None else {_ENLARGEMENT: asdict(enlargement)}
    return asdict(spec) | beside


def enlargement(held: Mapping[str, Any]) -> Enlargement | None:
    """Read which picture a job enlarges; None where it draws one."""
    return Enlargement(**held[_ENLARGEMENT]) if _ENLARGEMENT in held else None


def times_enlarged(held: Mapping[str, Any]) -> int:
    """How many times as large as its spec says the picture of a job is."""
    found = enlargement(held)
    return 1 if found is None else found.times


def read(held: Mapping[str, Any]) -> PromptSpec:
    """Read a spec; raise Refused for one whose fields another version of this program knew."""
    try:
        return PromptSpec(**{name: value for name, value in held.items() if name != _ENLARGEMENT})
    except TypeError as fault:
        raise Refused(words.OLD_JOB) from fault


def choices(spec: PromptSpec, profile: Profile) -> dict[str, Any]:
    """Return the choices that make ``spec``, by way of its recipe, which leaves nothing out."""
    written = recipe.write(spec, version=program_version())
    return recipe.choices(recipe.parse(written), {profile.name: profile})


def recalled(text: str, profile: Profile) -> tuple[PromptSpec, tuple[str, ...]]:
    """Return the spec that a recipe of any tool asks for here, and sentences on what of it is left out.

    What the recipe leaves open is the model's own, not anybody's settings: the same picture is the same for everybody.
    Raises InvalidChoice for a recipe that cannot be drawn.
    """
    fields, known = recipe.parse(text), {profile.name: profile}
    made, said = recipe.choices(fields, known), recipe.left_out(fields, known)
    if made.pop("source", None) is not None:
        del made["strength"]
        said = (*said, words.messages.SOURCE_LEFT_OUT)
    return resolve({"model": profile.name}, made, profiles=known), said


def varied(spec: PromptSpec, subseed: int) -> PromptSpec:
    """Return variations of one picture (a spec whose ``seed`` is that picture's), near enough to be known again."""
    return replace(spec, subseed=subseed % _SEED_END, subseed_strength=_VARIATION)


def counted(spec: PromptSpec, count: int) -> PromptSpec:
    """Return the spec of ``count`` pictures like that of ``spec``."""
    return replace(spec, count=count)


def reseeded(spec: PromptSpec, seed: int, subseed: int) -> PromptSpec:
    """Return the same spec with other seeds; without a variation there is no subseed."""
    return replace(spec, seed=seed % _SEED_END, subseed=subseed % _SEED_END if spec.subseed_strength > 0 else 0)


def with_negatives(spec: PromptSpec, additions: Iterable[str]) -> PromptSpec:
    """Return the spec with ``additions`` at the end of its negative prompt, once.

    The negative prompt then is no longer what a preset wrote, so it has no weight of its own.
    """
    addition, negative = ", ".join(additions), spec.negative_prompt
    if not addition or negative.endswith(addition):
        return spec
    if negative.strip():
        joint = "\n" if "#" in negative else ", "  # a comment goes on to the end of its line
        addition = f"{negative}{joint}{addition}"
    return replace(spec, negative_prompt=addition, preset_weight=None)
