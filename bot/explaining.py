"""Where each value of a picture comes from, and what it lies over: pure functions over the layers of choices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.preferences import OFFERED
from bot.presenting import plain, spoken, value_text
from bot.words import explaining as words
from generation.presets import DEFAULT_WEIGHT
from generation.profiles import Profile
from generation.spec import CHOICE_NAMES, DEFAULTS, Choices

#: Values that several choices make together, as a person calls them.
_TOGETHER: Mapping[str, tuple[str, ...]] = {
    "negative": ("negative_prompt", "negative_preset", "preset_weight"),
    "size": ("size", "width", "height"),
}
_GROUPED = {name for names in _TOGETHER.values() for name in names}
#: All others, the commonest first.
_ALONE = [name for name in DEFAULTS if name not in _GROUPED] + sorted(CHOICE_NAMES - DEFAULTS.keys() - _GROUPED)
_ROOM = 1700


@dataclass(frozen=True, slots=True)
class Layer:
    """Choices, and whose they are; ``ordinary`` ones nobody here has made."""

    source: str
    choices: Choices
    ordinary: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """One value: what it is, from which layer, and those that it lies over, nearest first."""

    what: str
    value: str
    source: str
    ordinary: bool
    over: tuple[tuple[str, str], ...] = ()


def layers(profile: Profile, chosen: Sequence[Choices], *, preset: str | None, held: Choices) -> tuple[Layer, ...]:
    """Name all layers under the options, weakest first; ``chosen`` are those of server, channel and person."""
    native = {"width": profile.native_width, "height": profile.native_height, "cfg_base": profile.cfg_base}
    model = words.profile(profile.name)
    people = zip((words.SERVER, words.CHANNEL, words.PERSON), chosen, strict=True)
    return (
        Layer(words.BUILT_IN, {**DEFAULTS, "prompt": None, "regions": None, "model": None}, ordinary=True),
        Layer(model, native, ordinary=True),
        Layer(model, profile.defaults, ordinary=True),
        *(Layer(source, choices) for source, choices in people),
        *(() if preset is None else (Layer(words.preset(preset), held),)),
    )


def explained(laid: Sequence[Layer]) -> tuple[Origin, ...]:
    """Say of every value that the layers make which of them it is from."""
    together = [_origin(what, names, laid) for what, names in _TOGETHER.items()]
    origins = together + [_origin(spoken(name), (name,), laid) for name in _ALONE]
    return tuple(origin for origin in origins if origin is not None)


def text(origins: Sequence[Origin], *, missing_preset: str | None = None) -> str:
    """Write it for a small screen: what was chosen first, a value to two lines; of the rest the usual."""
    rows = [_row(origin) for origin in origins if not origin.ordinary] or [words.ALL_ORDINARY]
    usual = [origin for origin in origins if origin.ordinary and origin.what in {*_TOGETHER, *OFFERED}]
    ordinary = ", ".join(f"{origin.what} {origin.value}" for origin in usual)
    notes = [words.ordinary(plain(ordinary)), f"-# {words.OPTIONS_GO_OVER}"]
    if missing_preset is not None:
        notes.append(f"-# {plain(words.default_missing(missing_preset))}")
    return "\n".join([*_fitting(rows), *notes])


def _origin(what: str, names: tuple[str, ...], laid: Sequence[Layer]) -> Origin | None:
    """The strongest layer that speaks of it, and those under it that say otherwise."""
    said = [(_value(made), layer) for layer in laid if (made := _made(names, layer.choices))]
    if not said:
        return None
    value, layer = said[-1]
    over = [(under, below.source) for under, below in reversed(said[:-1]) if under != value]
    return Origin(what, value, layer.source, layer.ordinary, tuple(over))


def _made(names: tuple[str, ...], choices: Choices) -> dict[str, Any]:
    return {name: choices[name] for name in names if choices.get(name) is not None}


def _value(made: Mapping[str, Any]) -> str:
    """What one layer says of one value, as short text."""
    match made:
        case {"negative_prompt": text} | {"prompt": text}:
            return value_text(text) or words.NO_TEXT
        case {"preset_weight": weight}:
            return f"pure at {value_text(float(weight))}"
        case {"negative_preset": "pure"}:
            return f"pure at {value_text(DEFAULT_WEIGHT)}"
        case {"width": width, "height": height}:
            return f"{width}x{height}"
    return ", ".join(value_text(value) if len(made) == 1 else f"{spoken(name)} {value}" for name, value in made.items())


def _row(origin: Origin) -> str:
    over = ", ".join(words.under(plain(value), plain(source)) for value, source in origin.over)
    return words.row(origin.what, plain(origin.value), plain(origin.source), over)


def _fitting(rows: list[str]) -> list[str]:
    """As many rows as fit a message; the last ones are those of the rarest choices."""
    kept: list[str] = []
    for row in rows:
        if sum(map(len, kept)) + len(row) > _ROOM:
            return [*kept, "…"]
        kept.append(row)
    return kept
