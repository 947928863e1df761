"""``/settings``: one's own defaults; only what one has chosen is kept."""

from typing import Any, Literal

import discord
from discord import app_commands
from discord.app_commands import Range

from bot import explaining, preferences, presenting, words
from bot.answering import whisper
from bot.client import Client
from bot.commands import suggestions
from bot.errors import Refused
from bot.reading import read_guidance
from generation.presets import BUILT_IN

#: What taking back one of the names offered takes back with it.
_TOGETHER = {"negative_preset": ("negative_preset", "preset_weight")}

settings = app_commands.Group(
    name="settings",
    description="Your own defaults, so that you need not type them each time",
    guild_only=True,
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)


@settings.command(name="set", description="Keep choices for all your pictures from now on")
@app_commands.describe(
    negative="Your usual negative prompt, in place of a preset's",
    negative_preset="Your usual negative by name, in place of a text",
    weight="How loudly the nine words of the pure negative are said; above 0, usually 0.0001",
    balance="Below 0 objects and scenery, above 0 the subject goes first, -1 to 1; 0.4 is 1.0 : 0.8",
    size="A name, or a width and a height such as 768x512",
    steps="How many steps to draw in",
    cfg="How closely to follow the prompt: a number, or auto to let it grow with the size",
    cfg_rescale="How far to take back the harshness of a high CFG: 0 not at all, 0.7 is usual, 1 wholly",
    sampler="The method of drawing",
    count="How many pictures at a time",
    clip_skip="Which layer of the text model is read: 1 is the last",
    emphasis="What (word:1.2) does to the rest of the prompt",
    noise="Where the noise comes from: nv is that of graphics cards, cpu that of processors",
    hints="Whether to show hints under your pictures",
)
@app_commands.choices(negative_preset=[app_commands.Choice(name=name, value=name) for name in BUILT_IN])
@app_commands.autocomplete(size=suggestions.sizes, sampler=suggestions.samplers, cfg=suggestions.guidance)
async def keep(
    interaction: discord.Interaction[Client],
    negative: Range[str, 0, 6000] | None = None,
    negative_preset: str | None = None,
    weight: float | None = None,
    balance: Range[float, -1, 1] | None = None,
    size: Range[str, 1, 64] | None = None,
    steps: Range[int, 1, 150] | None = None,
    cfg: Range[str, 1, 16] | None = None,
    cfg_rescale: Range[float, 0, 1] | None = None,
    sampler: Range[str, 1, 64] | None = None,
    count: Range[int, 1, 10] | None = None,
    clip_skip: Range[int, 1, 12] | None = None,
    emphasis: Literal["Original", "No norm"] | None = None,
    noise: Literal["nv", "cpu"] | None = None,
    hints: bool | None = None,
) -> None:
    """Keep what is given, if a picture can be drawn with it."""
    given: dict[str, Any] = {
        **BUILT_IN.get(negative_preset or "", {}),
        **_given(negative_prompt=negative, preset_weight=weight, size=size, steps=steps, sampler=sampler),
        **_given(guidance_scale=read_guidance(cfg), guidance_rescale=cfg_rescale, balance=balance),
        **_given(count=count, clip_skip=clip_skip, emphasis=emphasis, noise_source=noise),
    }
    if not given and hints is None:
        raise Refused(words.NOTHING_GIVEN)
    desk = interaction.client.desk
    await desk.spec(interaction, given)
    me = preferences.person(interaction.user.id)
    await desk.preferences.choose(me, preferences.change(given), hints=hints)
    kept = given | _given(hints=None if hints is None else "on" if hints else "off")
    await whisper(interaction, presenting.plain(words.settings_kept(presenting.choices_line(kept))))


@settings.command(name="show", description="What you have set, and what a picture would be drawn with now")
async def show(interaction: discord.Interaction[Client]) -> None:
    """Show one's own choices."""
    desk = interaction.client.desk
    (own,) = await desk.preferences.of(preferences.person(interaction.user.id))
    _, missing = await desk.layers(interaction)
    holding = own.preset if missing is None else None  # one that is not here changes nothing here
    text = presenting.settings(own.choices, own.hints, holding, await desk.spec(interaction, {}))
    await whisper(interaction, text)


@settings.command(name="explain", description="Where each value of your next picture comes from, and what it overrides")
@app_commands.describe(preset="As if this preset were asked for; left out, your default one")
@app_commands.autocomplete(preset=suggestions.presets)
async def explain(interaction: discord.Interaction[Client], preset: Range[str, 1, 64] | None = None) -> None:
    """Show the layers, value by value."""
    desk = interaction.client.desk
    layers, missing = await desk.layers(interaction, preset=preset)
    await whisper(interaction, explaining.text(explaining.explained(layers), missing_preset=missing))


@settings.command(name="reset", description="Go back to the bot's defaults, in one thing or in all")
@app_commands.describe(setting="Which one; left out, all of them")
@app_commands.choices(setting=[app_commands.Choice(name=name, value=name) for name in preferences.OFFERED])
async def reset(interaction: discord.Interaction[Client], setting: str | None = None) -> None:
    """Take choices back."""
    me = preferences.person(interaction.user.id)
    if setting is None:
        names: tuple[str, ...] = ()
    else:
        names = _TOGETHER.get(setting, (preferences.OFFERED[setting],))
    await interaction.client.desk.preferences.forget(me, *names)
    await whisper(interaction, words.ALL_RESET if setting is None else words.setting_reset(setting))


def _given(**choices: Any) -> dict[str, Any]:
    """Those that were chosen."""
    return {name: value for name, value in choices.items() if value is not None}
