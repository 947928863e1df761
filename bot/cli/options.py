"""The options of ``ninewords draw``: their names, and what a person reads of them."""

from pathlib import Path
from typing import Annotated

import typer

_PICTURE = "The picture"
_MANNER = "How it is drawn"
_NOISE = "Seeds and noise"
_PASSES = "Over a picture, and larger"
_MODEL = "The model"
_OUTPUT = "What comes out"

Prompt = Annotated[
    str | None,
    typer.Argument(
        help="What to draw, in the language of prompts: (word:1.2), \\[word], a AND b, … May be empty.",
        metavar="PROMPT",
    ),
]

Regions = Annotated[
    str | None,
    typer.Option(
        help='A prompt for each part of the picture, beside the common one: "red hair | blue hair", '
        '"columns 2:1: a | b", "rows: sky #orange | sea :0.8", "2x2: a | b | c | d".',
        rich_help_panel=_PICTURE,
    ),
]
Balance = Annotated[
    float | None,
    typer.Option(
        help="How the subject weighs against objects and scenery, -1 to 1; 0.4 is as 1.0 to 0.8, 0 changes nothing.",
        rich_help_panel=_PICTURE,
    ),
]
Negative = Annotated[
    str | None,
    typer.Option(help="What to keep away from, in place of the preset's words.", rich_help_panel=_PICTURE),
]
Preset = Annotated[
    str | None,
    typer.Option(help="A set of choices: pure, pure-0.105, 24x\\[, 12x\\[ or none.", rich_help_panel=_PICTURE),
]
Weight = Annotated[
    float | None,
    typer.Option(
        help="The weight of each of the nine words: as low as you like, but above 0. Usually 0.0001.",
        rich_help_panel=_PICTURE,
    ),
]
Size = Annotated[
    str | None,
    typer.Option(
        help="Width and height in multiples of 8, or a name: square, portrait, landscape, wide, large.",
        metavar="768x512",
        rich_help_panel=_PICTURE,
    ),
]
Count = Annotated[
    int | None,
    typer.Option(help="How many pictures; the seed of each is one more than the last.", rich_help_panel=_PICTURE),
]
Recipe = Annotated[
    Path | None,
    typer.Option(
        help="Draw the picture in this file again, by its recipe; other options go over it.",
        metavar="FILE",
        rich_help_panel=_PICTURE,
    ),
]

Steps = Annotated[int | None, typer.Option(help="Steps to draw in; 64 is usual.", rich_help_panel=_MANNER)]
Cfg = Annotated[
    str | None,
    typer.Option(
        help="How closely to follow the prompt: a number, or auto, which grows with the picture's area.",
        metavar="auto|NUMBER",
        rich_help_panel=_MANNER,
    ),
]
CfgRescale = Annotated[
    float | None,
    typer.Option(
        help="How far to take back the harshness of a high CFG: 0 not at all, 0.7 is usual, 1 wholly.",
        rich_help_panel=_MANNER,
    ),
]
Sampler = Annotated[
    str | None,
    typer.Option(help='By name: Euler, "Euler a", DDIM, "DPM++ 2M Karras", UniPC, …', rich_help_panel=_MANNER),
]
Eta = Annotated[
    str | None,
    typer.Option(
        help="How much fresh noise the sampler adds, 0 to 1; auto is the sampler's own.",
        metavar="auto|NUMBER",
        rich_help_panel=_MANNER,
    ),
]
ClipSkip = Annotated[
    int | None,
    typer.Option(help="The layer of the text model that is read: 1 is the last.", rich_help_panel=_MANNER),
]
Emphasis = Annotated[
    str | None,
    typer.Option(
        help='How weights act: Original keeps the mean of the text, "No norm" does not.',
        metavar="NAME",
        rich_help_panel=_MANNER,
    ),
]

Seed = Annotated[
    int | None,
    typer.Option(help="The number a picture begins from; -1, or left out, draws one.", rich_help_panel=_NOISE),
]
Subseed = Annotated[
    int | None, typer.Option(help="A second seed, to vary the picture of the first.", rich_help_panel=_NOISE)
]
SubseedStrength = Annotated[
    float | None, typer.Option(help="How far to go towards the second seed, 0 to 1.", rich_help_panel=_NOISE)
]
Ensd = Annotated[
    int | None,
    typer.Option(help="Added to the seed for every noise after the first; 31337 is common.", rich_help_panel=_NOISE),
]
Noise = Annotated[
    str | None,
    typer.Option(help="Where noise comes from: nv, as on a GPU, or cpu.", metavar="nv|cpu", rich_help_panel=_NOISE),
]

Image = Annotated[
    Path | None,
    typer.Option(
        help="Draw over the picture in this file. It fills the size, and loses its edges where the shapes differ; with "
        "no size, the size follows its shape.",
        metavar="FILE",
        rich_help_panel=_PASSES,
    ),
]
Strength = Annotated[
    float | None,
    typer.Option(
        help="How far to go from that picture: 0 keeps it, 1 draws a new one; 0.75 is usual.", rich_help_panel=_PASSES
    ),
]
Larger = Annotated[
    float | None,
    typer.Option(
        help="Draw a second pass over the picture, so many times as large: 1.5 or 2, 4 at most.",
        rich_help_panel=_PASSES,
    ),
]
LargerStrength = Annotated[
    float | None,
    typer.Option(help="How far the second pass goes from the first, 0.1 to 1; usually 0.6.", rich_help_panel=_PASSES),
]
LargerSteps = Annotated[
    str | None,
    typer.Option(
        help="Steps of the second pass; auto is the first one's, times the strength.",
        metavar="auto|NUMBER",
        rich_help_panel=_PASSES,
    ),
]
LargerCfg = Annotated[
    str | None,
    typer.Option(
        help="CFG of the second pass; auto has grown with the area.", metavar="auto|NUMBER", rich_help_panel=_PASSES
    ),
]

Model = Annotated[
    str | None,
    typer.Option(
        help="Weights of your own: a diffusers folder, a .safetensors or .ckpt file, or a hub id.",
        metavar="MODEL",
        rich_help_panel=_MODEL,
    ),
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        help="What the weights were trained for: sketch, anything-v3, or one of yours. Left out, anything-v3 where "
        "--model is given, and else the configured one.",
        metavar="NAME",
        rich_help_panel=_MODEL,
    ),
]
Vae = Annotated[
    str | None,
    typer.Option(help="Another autoencoder: a file, a folder, or a hub id.", metavar="VAE", rich_help_panel=_MODEL),
]
Download = Annotated[
    bool, typer.Option("--download", help="Fetch a hub id that is not on this machine.", rich_help_panel=_MODEL)
]
Device = Annotated[
    str | None,
    typer.Option(help="Where to draw: auto, cpu, cuda, cuda:1, …", metavar="DEVICE", rich_help_panel=_MODEL),
]
Dtype = Annotated[
    str | None,
    typer.Option(
        help="Numbers to draw in: auto, float32, float16 or bfloat16.", metavar="DTYPE", rich_help_panel=_MODEL
    ),
]
Fast = Annotated[
    bool,
    typer.Option(
        "--fast",
        help="Skip what keeps a picture bit for bit the same in any company; it may differ in the last bits.",
        rich_help_panel=_MODEL,
    ),
]

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="A file, numbered where there are several pictures, or a folder. Left out, pictures are called for "
        "their seeds, here.",
        metavar="FILE",
        rich_help_panel=_OUTPUT,
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Write over files that are there.", rich_help_panel=_OUTPUT)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Draw nothing; print the recipe.", rich_help_panel=_OUTPUT)]
NoHints = Annotated[bool, typer.Option("--no-hints", help="No hints on the prompt.", rich_help_panel=_OUTPUT)]
