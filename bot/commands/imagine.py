"""``/imagine``: options in, a job out."""

import discord
from discord import app_commands
from discord.app_commands import Range

from bot import circumstances, overpainting
from bot.client import Client
from bot.commands import suggestions
from bot.reading import read_guidance
from bot.words import overpainting as words
from generation.errors import InvalidChoice

LONGEST_SEED = 2**53 - 1


@app_commands.command(description="Draw a picture; every option may be left out, the prompt too")
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.describe(
    prompt="What to draw; may be empty, and then only the negative prompt speaks",
    preset="A set of choices by name; the other options go over it",
    size="A name, or a width and a height such as 768x512",
    count="How many pictures",
    negative="What to keep away from, in place of your usual negative prompt",
    seed="The number a picture begins from; the same seed and options give the same picture",
    steps="How many steps to draw in; more is slower and finer",
    cfg="How closely to follow the prompt: a number, or auto to let it grow with the size",
    sampler="The method of drawing",
    image="A picture to draw over: PNG, JPEG or WebP",
    strength="How far to draw over it: 0 keeps it, 1 leaves nothing; usually 0.75",
    private="Whether only you see it; what takes over 15 minutes comes as a direct message",
    spoiler="Whether to cover the pictures until somebody presses them",
    regions="A prompt for each part: red hair | blue hair; rows: sky | sea; 2x2: a | b | c | d",
    balance="Below 0 objects and scenery, above 0 the subject goes first, -1 to 1; 0.4 is 1.0 : 0.8",
    weight="How loudly the nine words of the pure negative are said; above 0, usually 0.0001",
    cfg_rescale="How far to take back the harshness of a high CFG: 0 not at all, 0.7 is usual, 1 wholly",
    clip_skip="Which layer of the text model is read: 1 is the last",
)
@app_commands.autocomplete(
    regions=suggestions.regions,
    preset=suggestions.presets,
    size=suggestions.sizes,
    sampler=suggestions.samplers,
    cfg=suggestions.guidance,
)
async def imagine(
    interaction: discord.Interaction[Client],
    prompt: Range[str, 0, 6000] | None = None,
    preset: Range[str, 1, 64] | None = None,
    size: Range[str, 1, 64] | None = None,
    count: Range[int, 1, 10] | None = None,
    negative: Range[str, 0, 6000] | None = None,
    seed: Range[int, -1, LONGEST_SEED] | None = None,
    steps: Range[int, 1, 150] | None = None,
    cfg: Range[str, 1, 16] | None = None,
    sampler: Range[str, 1, 64] | None = None,
    image: discord.Attachment | None = None,
    strength: Range[float, 0, 1] | None = None,
    private: bool = False,
    spoiler: bool = False,
    regions: Range[str, 0, 6000] | None = None,
    balance: Range[float, -1, 1] | None = None,
    weight: float | None = None,
    cfg_rescale: Range[float, 0, 1] | None = None,
    clip_skip: Range[int, 1, 12] | None = None,
) -> None:
    """Take a request; what cannot be drawn is answered by the tree."""
    options = {
        "prompt": prompt,
        "regions": regions,
        "balance": balance,
        "negative_prompt": negative,
        "preset_weight": weight,
        "size": size,
        "steps": steps,
        "guidance_scale": read_guidance(cfg),
        "guidance_rescale": cfg_rescale,
        "seed": seed,
        "sampler": sampler,
        "count": count,
        "clip_skip": clip_skip,
    }
    desk = interaction.client.desk
    if image is None:
        if strength is not None:
            raise InvalidChoice("strength", words.NEEDS_IMAGE)
        spec = await desk.spec(interaction, options, preset=preset)
        return await desk.take(interaction, spec, private=private, spoiler=spoiler)
    overpainting.check(image)
    await desk.spec(interaction, options, preset=preset)  # what cannot be drawn is said before anything is fetched
    await interaction.response.defer(thinking=True, ephemeral=private)
    place = circumstances.place(interaction)
    ground = await interaction.client.overpainting.take(image, owner=interaction.user.id, where=place)
    over = {"source": ground.digest, "strength": strength}
    spec = await desk.spec(interaction, options | over, preset=preset, under=ground.under)
    await desk.take(interaction, spec, private=private, spoiler=spoiler)
