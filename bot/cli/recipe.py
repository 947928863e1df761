"""``ninewords recipe``: prints how a picture was drawn."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.speaking import printable
from generation import png
from generation.recipe import parse

HELP = (
    "Print the recipe in a picture.\n\n"
    "Reads PNG, JPEG and WebP from this program, from AUTOMATIC1111's web UI, and from any other that writes its "
    "parameters text. To draw the picture again: ninewords draw --recipe FILE."
)


def recipe(
    file: Annotated[Path, typer.Argument(help="The picture.", metavar="FILE", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print the fields as JSON, each value as written.")] = False,
) -> None:
    """Print the recipe in ``file``."""
    text = png.read(file)
    typer.echo(json.dumps(parse(text), ensure_ascii=False, indent=2) if as_json else printable(text))
