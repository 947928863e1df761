"""``ninewords sketch``: trains the small model that comes with the program, and grades what it draws.

torch is imported where it is needed: the other commands start without it.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

application = typer.Typer(no_args_is_help=True, help="Train and grade the small model that comes with the program.")


@application.command()
def train(
    output: Annotated[Path, typer.Option(help="The folder to write the model to.")] = Path("sketch"),
    state: Annotated[Path, typer.Option(help="Where training keeps its state, to go on later.")] = Path("sketch-state"),
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    workers: Annotated[int, typer.Option(min=1, help="Processes with a thread each, on a CPU.")] = 2,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Steps of 32 pictures; the shipped model's when left out.")
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(help="Train the networks of the model in this folder further; new ones when left out."),
    ] = None,
) -> None:
    """Draw the training pictures and train the model, from nothing or further: an hour and a half on two cores."""
    import torch

    from generation.diffusion.sketch.course import Course
    from generation.diffusion.sketch.training import STEPS

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    course = Course(
        state=state,
        output=output,
        device=device,
        workers=workers if device == "cpu" else 1,
        steps=steps or STEPS,
        start=start,
    )
    with _progress() as progress:
        tasks: dict[str, Any] = {}

        def report(stage: str, done: int, total: int, loss: float) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=total)
            shown = f"{stage}  loss {loss:.3f}" if loss else stage
            progress.update(tasks[stage], completed=done, description=shown)

        course.run(report)
    Console().print(f"The model is in {output}.")


@application.command()
def grade(
    folder: Annotated[Path | None, typer.Option(help="The model's folder; the shipped one when left out.")] = None,
    pictures: Annotated[int, typer.Option(min=10, help="Pictures a line.")] = 200,
    steps: Annotated[int, typer.Option(min=1, help="Sampling steps a picture.")] = 12,
    guidance_scale: Annotated[float | None, typer.Option("--cfg", help="The profile's when left out.")] = None,
    part: Annotated[
        list[str] | None,
        typer.Option(help="Measure only this part, such as mouth or avoided; several may be given. All when left out."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write all figures here, as JSON; with --part, those of the part alone.")
    ] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the model card's tables here.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Draw some five thousand pictures with fixed seeds and count how often they show what was asked for."""
    from generation.diffusion.sketch.grading import PARTS, Examination, pictures_drawn
    from generation.diffusion.sketch.model import FOLDER
    from generation.diffusion.sketch.report import read_report
    from generation.profiles import load_profiles

    parts = tuple(part or PARTS)
    if unknown := [name for name in parts if name not in PARTS]:
        raise typer.BadParameter(f"there is no part {unknown[0]!r}; the parts are {'; '.join(PARTS)}")
    former = None
    if part and output is not None and output.exists():
        former = read_report(json.loads(output.read_text(encoding="utf-8")))
    with _progress() as progress:
        task = progress.add_task("pictures", total=pictures_drawn(pictures, parts))
        examination = Examination(
            folder or FOLDER,
            guidance_scale=guidance_scale or load_profiles()["sketch"].cfg_base,
            pictures=pictures,
            steps=steps,
            device=device,
            advance=lambda count: progress.advance(task, count),
        )
        if former is not None and former.settings != examination.settings:
            raise typer.BadParameter(f"its figures were measured with {former.settings}", param_hint="--output")
        report = examination.run(parts)
    if former is not None:
        report = former.renewed(report, PARTS)
    if output is not None:
        output.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
    if markdown is not None:
        markdown.write_text(report.as_markdown(), encoding="utf-8")
    _print(report)


@application.command()
def sheet(
    output: Annotated[Path, typer.Argument(help="The PNG file to write.")],
    folder: Annotated[Path | None, typer.Option(help="The model's folder; the shipped one when left out.")] = None,
    steps: Annotated[int, typer.Option(min=1, help="Sampling steps a picture.")] = 64,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Draw the contact sheet: sixteen prompts, four seeds each, none picked."""
    from generation.diffusion.sketch.easel import Easel
    from generation.diffusion.sketch.model import FOLDER
    from generation.diffusion.sketch.sheet import EACH, PROMPTS, draw_sheet
    from generation.profiles import load_profiles

    with _progress() as progress:
        task = progress.add_task("pictures", total=EACH * len(PROMPTS))
        drawn = draw_sheet(
            Easel(folder or FOLDER, device=device),
            guidance_scale=load_profiles()["sketch"].cfg_base,
            steps=steps,
            report=lambda count: progress.advance(task, count),
        )
    drawn.save(output)


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


def _print(report: Any) -> None:
    """Lay a report out as tables."""
    table = Table("", "measured", "value", "95 %", "pictures", "wanted", "")
    for line in report.lines:
        interval = "" if line.interval is None else f"{line.interval[0]:.3f} to {line.interval[1]:.3f}"
        verdict = {True: "met", False: "missed", None: ""}[line.met]
        table.add_row(
            str(line.item), line.what, f"{line.value:.3f}", interval, str(line.pictures), line.wanted, verdict
        )
    curve = Table("CFG", *report.curve, title="Agreement with the prompt")
    curve.add_row("", *(f"{share:.1%}" for share in report.curve.values()))
    console = Console()
    console.print(table)
    console.print(curve)
