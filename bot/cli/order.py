"""What ``ninewords draw`` is asked for: options, preset, recipe and configuration, laid over one another to a spec."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.cli import overpainting
from bot.cli.exits import CommandFailed, Exit
from bot.configuration import PROFILE_OF_ONES_OWN_MODEL, Configuration
from bot.moderation.floor import Floor
from generation import hints, png
from generation.acceleration import Acceleration
from generation.errors import InvalidChoice
from generation.presets import BUILT_IN
from generation.profiles import Profile
from generation.recipe import choices, left_out, parse
from generation.spec import PromptSpec, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What stands on the command line; None is no choice."""

    choices: Mapping[str, Any] = field(default_factory=dict)
    preset: str | None = None
    weight: float | None = None
    recipe: Path | None = None
    image: Path | None = None
    profile: str | None = None
    model: str | None = None
    vae: str | None = None
    download: bool = False
    device: str | None = None
    dtype: str | None = None
    fast: bool = False
    hints: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A request that is complete and allowed: what to draw, with what, and what is worth remarking.

    ``image`` holds the pixels of the picture to draw over, where the spec has a source.
    """

    spec: PromptSpec
    image: bytes | None
    profile: Profile
    model: str | None
    vae: str | None
    download: bool
    device: str
    dtype: str
    fast: bool
    acceleration: Acceleration
    remarks: tuple[str, ...]


def place_order(
    wishes: Wishes, configuration: Configuration, profiles: Mapping[str, Profile], *, floor: Floor | None = None
) -> Order:
    """Resolve ``wishes``, and let nothing pass that is never drawn: an order is made nowhere else.

    The model is that of ``profile``, else the recipe's, else anything-v3 for a ``model`` of one's own, else the
    configured one. ``floor`` spares many orders its loading. Raises InvalidChoice, UnreadableRecipe, CommandFailed for
    what is refused, and FloorDamaged.
    """
    fields = {} if wishes.recipe is None else parse(png.read(wishes.recipe))
    layers = _layers(wishes, fields, configuration, profiles)
    given = None if wishes.image is None else overpainting.open_picture(wishes.image)
    spec = resolve(*layers, profiles=profiles)
    if given is not None:
        spec = resolve(*overpainting.over(given, layers, profiles[spec.model]), profiles=profiles)
    if refusal := (floor or Floor.load()).judge_spec(spec):
        raise CommandFailed(Exit.REFUSED, refusal.reason)
    profile = profiles[spec.model]
    configured = spec.model == configuration.profile
    remarks = [
        *(left_out(fields, profiles) if fields else ()),
        profile.remark_on(spec.width, spec.height),
        hints.hint(f"{spec.prompt}\n{spec.regions}") if wishes.hints else None,
    ]
    return Order(
        spec=spec,
        image=overpainting.pixels(given, spec),
        profile=profile,
        model=wishes.model or (configuration.model if configured else None),
        vae=wishes.vae or (configuration.vae if configured else None),
        download=wishes.download,
        device=wishes.device or configuration.device,
        dtype=wishes.dtype or configuration.dtype,
        fast=wishes.fast or not configuration.reproducible,
        # What must warm up first is not worth it for one order.
        acceleration=replace(configuration.acceleration, compile="off", cuda_graphs="off"),
        remarks=tuple(remark for remark in remarks if remark),
    )


def _layers(
    wishes: Wishes, fields: Mapping[str, Any], configuration: Configuration, profiles: Mapping[str, Profile]
) -> tuple[Mapping[str, Any], ...]:
    if wishes.weight is not None and wishes.choices.get("negative_prompt") is not None:
        raise InvalidChoice("preset_weight", "--weight is of the nine words, which --negative replaces; give one.")
    return (
        {"model": PROFILE_OF_ONES_OWN_MODEL if wishes.model else configuration.profile},
        choices(fields, profiles) if fields else {},
        _preset(wishes.preset, wishes.weight),
        {**wishes.choices, "model": wishes.profile},
    )


def _preset(name: str | None, weight: float | None) -> dict[str, Any]:
    if name is None:
        return {"preset_weight": weight}
    preset = BUILT_IN.get(name.strip().casefold())
    if preset is None:
        raise InvalidChoice("preset", f"No preset is called {name!r}. There are: {', '.join(BUILT_IN)}.")
    return dict(preset) if weight is None else {**preset, "preset_weight": weight}
