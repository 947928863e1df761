"""Every choice that a preset can hold, as an option of a command; a command that takes them all says so in one line."""

import inspect
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Range

from bot.client import Client
from bot.commands import suggestions
from bot.commands.imagine import LONGEST_SEED
from bot.reading import read_guidance
from generation.presets import BUILT_IN

_Suggest = Callable[[discord.Interaction[Client], str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]
_Callback = Callable[..., Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Offer:
    """One option: the choice behind it, what it takes, what is said of it, what it suggests, or all that it takes."""

    choice: str
    kind: Any
    description: str
    suggest: _Suggest | None = None
    among: tuple[str, ...] = ()


#: The options by name.
OFFERS: Mapping[str, Offer] = {
    "prompt": Offer("prompt", Range[str, 1, 6000], "What to draw; {prompt} in it is where one's own words go"),
    "negative": Offer("negative_prompt", Range[str, 1, 6000], "What to keep away from; {negative} as with the prompt"),
    "negative_preset": Offer("negative_preset", str, "A negative by name, in place of a text", among=tuple(BUILT_IN)),
    "weight": Offer("preset_weight", float, "How loudly the nine words are said; above 0, usually 0.0001"),
    "size": Offer("size", Range[str, 1, 64], "A name, or a width and a height such as 768x512", suggestions.sizes),
    "steps": Offer("steps", Range[int, 1, 150], "How many steps to draw in"),
    "cfg": Offer("guidance_scale", Range[str, 1, 16], "A number, or auto to grow with the size", suggestions.guidance),
    "cfg_rescale": Offer("guidance_rescale", Range[float, 0, 1], "How far the harshness of a high CFG is taken back"),
    "sampler": Offer("sampler", Range[str, 1, 64], "The method of drawing", suggestions.samplers),
    "seed": Offer("seed", Range[int, 0, LONGEST_SEED], "The number that every picture begins from"),
    "count": Offer("count", Range[int, 1, 4], "How many pictures at a time"),
    "clip_skip": Offer("clip_skip", Range[int, 1, 12], "Which layer of the text model is read: 1 is the last"),
    "emphasis": Offer("emphasis", str, "What (word:1.2) does to the rest", among=("Original", "No norm")),
    "noise": Offer("noise_source", str, "Noise of graphics cards, or of processors", among=("nv", "cpu")),
    "subseed": Offer("subseed", Range[int, 0, LONGEST_SEED], "The seed towards which pictures vary"),
    "subseed_strength": Offer("subseed_strength", Range[float, 0, 1], "How far they vary towards it"),
    "strength": Offer("strength", Range[float, 0, 1], "How far a picture that is given is drawn over"),
    "larger": Offer("larger", Range[float, 1, 4], "A second pass over the picture, enlarged so many times"),
    "eta": Offer("eta", Range[float, 0, 1], "How much new noise each step brings, with samplers that bring some"),
    "ensd": Offer("ensd", Range[int, 0, LONGEST_SEED], "What is added to the seed of all noise after the first"),
}


def with_choices(callback: _Callback) -> _Callback:
    """Give a command's callback all of ``OFFERS`` as options after its own; it gets those given as ``given``."""
    signature = inspect.signature(callback, eval_str=True)
    own = [parameter for name, parameter in signature.parameters.items() if name != "given"]
    offered = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=offer.kind | None)
        for name, offer in OFFERS.items()
    ]

    @wraps(callback)
    async def command(interaction: discord.Interaction[Client], **options: Any) -> None:
        given = {name: options.pop(name) for name in OFFERS}
        await callback(interaction, **options, given=_read(given))

    command.__dict__["__signature__"] = signature.replace(parameters=[*own, *offered])
    app_commands.describe(**{name: offer.description for name, offer in OFFERS.items()})(command)
    suggesting = {name: offer.suggest for name, offer in OFFERS.items() if offer.suggest is not None}
    app_commands.autocomplete(**suggesting)(command)
    fixed = {
        name: [app_commands.Choice(name=each, value=each) for each in offer.among] for name, offer in OFFERS.items()
    }
    app_commands.choices(**{name: choices for name, choices in fixed.items() if choices})(command)
    return command


def _read(options: Mapping[str, Any]) -> dict[str, Any]:
    """The choices behind the options that were given."""
    given = {name: value for name, value in options.items() if value is not None}
    choices: dict[str, Any] = dict(BUILT_IN[given.pop("negative_preset")]) if "negative_preset" in given else {}
    if "cfg" in given:
        given["cfg"] = read_guidance(given["cfg"])
    return choices | {OFFERS[name].choice: value for name, value in given.items()}
