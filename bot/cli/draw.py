"""``ninewords draw``: options in; pictures, and the recipe of them, out."""

from collections.abc import Sequence
from pathlib import Path

import typer

from bot.cli import options as option
from bot.cli.speaking import aside, printable
from generation.errors import InvalidChoice

HELP = (
    "Draw a picture, or several, as PNG.\n\n"
    "What is left out comes from the recipe, the preset, the configuration and the model's profile. With nothing at "
    "all it is the pure negative picture: no prompt, and nine words in the negative, each at weight 0.0001. The recipe "
    "is printed, and is inside each picture."
)


def draw(
    prompt: option.Prompt = None,
    regions: option.Regions = None,
    balance: option.Balance = None,
    negative: option.Negative = None,
    preset: option.Preset = None,
    weight: option.Weight = None,
    size: option.Size = None,
    count: option.Count = None,
    recipe: option.Recipe = None,
    steps: option.Steps = None,
    cfg: option.Cfg = None,
    cfg_rescale: option.CfgRescale = None,
    sampler: option.Sampler = None,
    eta: option.Eta = None,
    clip_skip: option.ClipSkip = None,
    emphasis: option.Emphasis = None,
    seed: option.Seed = None,
    subseed: option.Subseed = None,
    subseed_strength: option.SubseedStrength = None,
    ensd: option.Ensd = None,
    noise: option.Noise = None,
    image: option.Image = None,
    strength: option.Strength = None,
    larger: option.Larger = None,
    larger_strength: option.LargerStrength = None,
    larger_steps: option.LargerSteps = None,
    larger_cfg: option.LargerCfg = None,
    model: option.Model = None,
    profile: option.ProfileName = None,
    vae: option.Vae = None,
    download: option.Download = False,
    device: option.Device = None,
    dtype: option.Dtype = None,
    fast: option.Fast = False,
    output: option.Output = None,
    overwrite: option.Overwrite = False,
    dry_run: option.DryRun = False,
    no_hints: option.NoHints = False,
) -> None:
    """Draw what the options ask for, or only say what it would be."""
    # Imported here, so that --help need not wait for them.
    from bot.cli import files
    from bot.cli.drawing import draw_order
    from bot.cli.order import Wishes, place_order
    from bot.configuration import read_configuration
    from generation import png
    from generation.profiles import load_profiles
    from generation.recipe import write
    from generation.version import program_version

    choices = {
        "prompt": prompt,
        "regions": regions,
        "balance": balance,
        "negative_prompt": negative,
        "size": size,
        "count": count,
        "steps": steps,
        "guidance_scale": number_or_auto("guidance_scale", "--cfg", cfg),
        "guidance_rescale": cfg_rescale,
        "sampler": sampler,
        "eta": number_or_auto("eta", "--eta", eta),
        "clip_skip": clip_skip,
        "emphasis": emphasis,
        "seed": seed,
        "subseed": subseed,
        "subseed_strength": subseed_strength,
        "ensd": ensd,
        "noise_source": noise,
        "strength": strength,
        "larger": larger,
        "larger_strength": larger_strength,
        "larger_steps": number_or_auto("larger_steps", "--larger-steps", larger_steps),
        "larger_guidance_scale": number_or_auto("larger_guidance_scale", "--larger-cfg", larger_cfg),
    }
    wishes = Wishes(
        choices=choices,
        preset=preset,
        weight=weight,
        recipe=recipe,
        image=image,
        profile=profile,
        model=model,
        vae=vae,
        download=download,
        device=device,
        dtype=dtype,
        fast=fast,
        hints=not no_hints,
    )
    configuration = read_configuration()
    order = place_order(wishes, configuration, load_profiles(configuration.profiles_folder))
    console = aside()
    for remark in order.remarks:
        console.print(remark, style="dim")
    if dry_run:
        typer.echo(printable(write(order.spec, version=program_version())))
        return
    places = files.targets(order.spec, output, overwrite=overwrite)
    pictures = [picture.png for picture in draw_order(order, console)]
    files.write(pictures, places, overwrite=overwrite)
    typer.echo(printable(png.read(pictures[0])))
    _say_where(places)


def _say_where(places: Sequence[Path]) -> None:
    typer.echo()
    for place in places:
        typer.echo(place)


def number_or_auto(field: str, name: str, text: str | None) -> float | str | None:
    """Read an option that takes a number, or the word auto; raise InvalidChoice for anything else."""
    if text is None or text.strip().lower() == "auto":
        return text and "auto"
    try:
        return float(text)
    except ValueError:
        raise InvalidChoice(field, f"{name} takes a number, or auto; {text!r} is neither.") from None
