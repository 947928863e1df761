"""``ninewords scan``: a grid of pictures over two axes, as PNG, CSV and one HTML page."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import options as option
from bot.cli.speaking import aside
from generation.errors import InvalidChoice

if TYPE_CHECKING:
    from bot.cli.orders import Orders
    from bot.studies.axes import Axis
    from bot.studies.folder import Folder
    from bot.studies.scan import Scan
    from generation.profiles import Profile

HELP = (
    "Draw a grid: one picture for every pair of values of two axes, all else the same.\n\n"
    "An axis is written as cfg=1,2,4 or cfg=1..12 or steps=4..192* (powers of two and, between them, three quarters of "
    "the next), and may be cfg, steps, sampler, size, seed, weight, clip skip, or a word's weight: "
    '"word red hair=0.6,1,1.4". The folder holds the grid, a table, a report and every picture with its recipe. '
    "What was interrupted goes on when its folder is named again."
)
_MOST_CELLS = 576
_PRACTICES = ("native", "larger")

_Across = Annotated[str | None, typer.Option(help="The axis from left to right.", metavar="AXIS")]
_Down = Annotated[str | None, typer.Option(help="The axis downwards.", metavar="AXIS")]
_Practice = Annotated[
    str | None,
    typer.Option(
        help="A ready-made scan: native is CFG 1 to 12 against steps 4 to 192; larger the same with CFG times 2.25, at "
        "one and a half times the side.",
        metavar="native|larger",
    ),
]
_Place = Annotated[
    Path, typer.Argument(help="The folder to make, or to go on with.", metavar="FOLDER", show_default=False)
]


def scan(
    folder: _Place,
    prompt: option.Prompt = None,
    across: _Across = None,
    down: _Down = None,
    practice: _Practice = None,
    negative: option.Negative = None,
    preset: option.Preset = None,
    weight: option.Weight = None,
    size: option.Size = None,
    steps: option.Steps = None,
    cfg: option.Cfg = None,
    sampler: option.Sampler = None,
    clip_skip: option.ClipSkip = None,
    seed: option.Seed = None,
    model: option.Model = None,
    profile: option.ProfileName = None,
    device: option.Device = None,
    dtype: option.Dtype = None,
) -> None:
    """Draw what is missing of a scan, and write what is to be seen of it."""
    # Imported here, so that --help need not wait for them.
    from bot.cli.draw import number_or_auto
    from bot.cli.gathering import gather
    from bot.cli.order import Wishes
    from bot.cli.orders import Orders
    from bot.studies.folder import Folder
    from bot.studies.scan import network_calls_of

    choices = {
        "prompt": prompt,
        "negative_prompt": negative,
        "size": size,
        "steps": steps,
        "guidance_scale": number_or_auto("guidance_scale", "--cfg", cfg),
        "sampler": sampler,
        "clip_skip": clip_skip,
        "seed": seed,
    }
    orders = Orders(Wishes(preset=preset, weight=weight, profile=profile, model=model, device=device, dtype=dtype))
    place = Folder(folder)
    made = _made(orders, place, choices, (across, down, practice))
    console = aside()
    console.print(f"{len(made.cells)} pictures, {network_calls_of(made)} steps of the network in all.", style="dim")
    gather(orders.process_order(made.cells[0].model), dict(enumerate(made.cells)), place, console)
    for file in _write(place, made):
        typer.echo(file)


def _made(
    orders: "Orders", place: "Folder", choices: Mapping[str, Any], axes: tuple[str | None, str | None, str | None]
) -> "Scan":
    """The scan that the folder holds, or a new one, written down there."""
    from bot.studies.scan import make_scan

    held = place.scan() if place.holds_scan else None
    if held is not None and not any(axes):
        for cell in held.cells:
            orders.judge(cell)
        return held
    chosen, across, down = _axes(*axes, orders.profile(choices))
    seed = held.cells[0].seed if held is not None and choices["seed"] is None else choices["seed"]
    wanted = {**choices, **chosen, "seed": seed}
    made = make_scan(wanted, across, down, spec=orders.spec, most_cells=_MOST_CELLS)
    if held is None:
        place.begin(made)
    elif held != made:
        raise InvalidChoice(
            "folder", f"{place.path} holds another scan; name a new folder, or this one alone to go on with it."
        )
    return made


def _axes(
    across: str | None, down: str | None, practice: str | None, profile: "Profile"
) -> tuple[dict[str, Any], "Axis", "Axis"]:
    from bot.studies.axes import parse_axis
    from bot.studies.scan import practice as ready_made

    if practice is not None:
        if practice not in _PRACTICES or across or down:
            raise InvalidChoice("practice", "--practice is native or larger, and brings both axes with it.")
        return ready_made(profile, larger=practice == "larger")
    if across is None or down is None:
        raise InvalidChoice("axis", "A scan needs two axes, such as --across cfg=1..6 --down steps=8,16,32.")
    return {}, parse_axis(across), parse_axis(down)


def _write(place: "Folder", scan: "Scan") -> list[Path]:
    from bot.studies.export import scan_csv
    from bot.studies.grid import draw_grid
    from bot.studies.report import scan_report

    pictures, measures = place.pictures(), place.measures()
    files = [place.path / name for name in ("grid.png", "cells.csv", "report.html")]
    draw_grid(scan, pictures).save(files[0])
    files[1].write_text(scan_csv(scan, measures), encoding="utf-8")
    files[2].write_text(scan_report(scan, pictures, measures), encoding="utf-8")
    return files
