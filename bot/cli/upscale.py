"""``ninewords upscale``: a picture in, a larger one out, its recipe kept."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli import options as option
from bot.cli.speaking import aside

HELP = (
    "Enlarge a picture, twice or four times.\n\n"
    "Reads PNG, JPEG and WebP; writes PNG. The network is one for drawn pictures, and no model is loaded. The recipe "
    "inside is kept, and says what was done. To draw detail that was not there: ninewords draw --larger 2."
)

#: The sides that a picture may be made longer by.
Factor = Literal["2", "4"]


def upscale(
    file: Annotated[Path, typer.Argument(help="The picture.", metavar="FILE", show_default=False)],
    factor: Annotated[Factor, typer.Option(help="How many times as wide and as high.")] = "2",
    device: option.Device = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A file, or a folder. Left out, FILE with -x2 or -x4, here."),
    ] = None,
    overwrite: option.Overwrite = False,
) -> None:
    """Enlarge the picture in ``file``."""
    # Imported here, so that --help need not wait for them.
    from bot.cli import files
    from bot.cli.drawing import bar_on
    from bot.cli.overpainting import read_file
    from bot.configuration import read_configuration
    from generation.diffusion.enlarging import extended, readable
    from generation.diffusion.loading import choose_device
    from generation.diffusion.upscaler.upscaler import Upscaler
    from generation.png import embed

    times: Literal[2, 4] = 2 if factor == "2" else 4
    place = files.target(f"{file.stem}-x{times}.png", output, overwrite=overwrite)
    content = read_file(file)
    picture = readable(content, times)
    chosen, _ = choose_device(device or read_configuration().device, "auto")
    work = Upscaler.load(times, device=chosen).work(picture)
    with bar_on(aside()) as bar:
        task = bar.add_task("Enlarging", total=None)
        while True:
            try:
                share = next(work)
            except StopIteration as finished:
                large = finished.value
                break
            bar.update(task, completed=round(100 * share), total=100)
    files.write([embed(large, extended(content, times))], [place], overwrite=overwrite)
    typer.echo(f"{place}\n{large.width}x{large.height}")
