"""``ninewords study``: many pictures of one spec, sorted by people, with honest statistics; each study is a folder."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import options as option
from bot.cli.speaking import aside, printable
from generation.errors import InvalidChoice

if TYPE_CHECKING:
    from bot.studies.folder import Folder
    from bot.studies.study import Label, Sorting, Study

application = typer.Typer(
    no_args_is_help=True,
    help="Draw many pictures of one spec, let people sort them, and count. Each study is a folder.",
)

_Place = Annotated[Path, typer.Argument(help="The study's folder.", metavar="FOLDER", show_default=False)]
_Places = Annotated[list[Path], typer.Argument(help="Folders of studies.", metavar="FOLDER…", show_default=False)]
_Rater = Annotated[str, typer.Option("--as", help="Who sorts.", metavar="NAME")]


@application.command("new")
def new(
    folder: _Place,
    prompt: option.Prompt = None,
    samples: Annotated[int, typer.Option(help="How many pictures; their seeds follow one another.")] = 20,
    title: Annotated[str | None, typer.Option(help="What the study is called; the folder's name if left out.")] = None,
    categories: Annotated[
        str | None, typer.Option(help="The heaps to sort into, with commas; those of the notes if left out.")
    ] = None,
    shapes: Annotated[str | None, typer.Option(help="Body shapes to choose from, with commas; empty for none.")] = None,
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
    """Begin a study and draw its pictures."""
    from bot.cli.draw import number_or_auto
    from bot.cli.order import Wishes
    from bot.cli.orders import Orders
    from bot.studies.folder import Folder
    from bot.studies.study import Study

    choices = {
        "prompt": prompt,
        "negative_prompt": negative,
        "size": size,
        "steps": steps,
        "guidance_scale": number_or_auto("guidance_scale", "--cfg", cfg),
        "sampler": sampler,
        "clip_skip": clip_skip,
        "seed": seed,
        "count": 1,
    }
    orders = Orders(Wishes(preset=preset, weight=weight, profile=profile, model=model, device=device, dtype=dtype))
    study = Study(
        title=title or folder.name,
        spec=orders.spec(choices),
        samples=samples,
        sorting=_sorting(categories, shapes),
    )
    Folder(folder).begin(study)
    draw(folder, model=model, device=device, dtype=dtype)


@application.command("draw")
def draw(
    folder: _Place,
    model: option.Model = None,
    device: option.Device = None,
    dtype: option.Dtype = None,
) -> None:
    """Draw what is missing of a study that was interrupted."""
    from bot.cli.gathering import gather
    from bot.cli.order import Wishes
    from bot.cli.orders import Orders
    from bot.studies.folder import Folder

    place = Folder(folder)
    study = place.study()
    orders = Orders(Wishes(model=model, profile=study.spec.model, device=device, dtype=dtype))
    orders.judge(study.spec)
    specs = {index: study.picture_spec(index) for index in range(study.samples)}
    gather(orders.process_order(study.spec.model), specs, place, aside())
    typer.echo(f"{len(place.drawn())} of {study.samples} pictures are in {folder / 'pictures'}.")


@application.command("label")
def label(
    folder: _Place,
    rater: _Rater,
    labels: Annotated[
        Path | None,
        typer.Option("--from", help="Take labels from a CSV file: picture, category and shape.", metavar="FILE"),
    ] = None,
    picture: Annotated[int | None, typer.Option(help="One picture, to sort or to sort anew.", metavar="NUMBER")] = None,
    category: Annotated[str | None, typer.Option(help="The heap for --picture.")] = None,
    shape: Annotated[str | None, typer.Option(help="The body shape for --picture.")] = None,
) -> None:
    """Sort pictures: one after another, or one by its number, or all of a list.

    Without options it shows where each picture lies that this person has not sorted, and asks for its heap.
    """
    from bot.studies.folder import Folder, read_labels
    from bot.studies.study import Label

    place = Folder(folder)
    if labels is not None:
        return place.label(read_labels(labels, rater=rater))
    if picture is not None:
        if category is None:
            raise InvalidChoice("category", "--picture needs --category, the heap it is sorted into.")
        return place.label([Label(index=picture - 1, rater=rater, category=category, shape=shape)])
    for each in _asked(place, rater):
        place.label([each])


@application.command("table")
def table(folders: _Places) -> None:
    """Print the table of the notes, a row a study, with intervals; and what was measured."""
    from bot.studies.table import agreement_line, markdown, measure_rows, rows

    studies = _studies(folders)
    typer.echo(markdown(rows(studies)))
    typer.echo("\n" + markdown(measure_rows(studies)) + "\n")
    for study in studies:
        typer.echo(printable(f"{study.title}: {agreement_line(study)}"))


@application.command("compare")
def compare(
    first: Annotated[Path, typer.Argument(help="A study's folder.", show_default=False)],
    second: Annotated[Path, typer.Argument(help="Another study's folder.", show_default=False)],
) -> None:
    """Say how two studies differ, and what that allows to say."""
    from bot.studies.comparison import caution, sentence
    from bot.studies.comparison import compare as compared

    one, other = _studies([first, second])
    found = compared(one, other)
    if not found:
        raise InvalidChoice("study", "There is nothing to compare yet: sort some pictures of both studies first.")
    for difference in found:
        typer.echo(printable(sentence(difference, one.title, other.title)))
    typer.echo(caution(found))


@application.command("report")
def report(
    folders: _Places,
    output: Annotated[Path, typer.Option("--output", "-o", help="The HTML file to write.")] = Path("report.html"),
) -> None:
    """Write one HTML page with tables, plots and pictures; of two studies, also how they differ."""
    from bot.studies.folder import Folder
    from bot.studies.report import study_report

    studies = _studies(folders)
    page = study_report(studies, [Folder(folder).pictures() for folder in folders])
    output.write_text(page, encoding="utf-8")
    typer.echo(output)


@application.command("export")
def export(
    folder: _Place,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The CSV file; printed if left out.")] = None,
) -> None:
    """Write every picture's spec, seed, measures and labels as one CSV table."""
    from bot.studies.export import study_csv
    from bot.studies.folder import Folder

    written = study_csv(Folder(folder).study())
    if output is None:
        typer.echo(printable(written), nl=False)
    else:
        output.write_text(written, encoding="utf-8")
        typer.echo(output)


def _studies(folders: Sequence[Path]) -> "list[Study]":
    from bot.studies.folder import Folder

    studies = [Folder(folder).study() for folder in folders]
    if len({study.sorting.categories for study in studies}) > 1:
        raise InvalidChoice("study", "These studies are sorted into different categories; show them one by one.")
    return studies


def _sorting(categories: str | None, shapes: str | None) -> "Sorting":
    from bot.studies.study import CATEGORIES, SHAPES, Sorting

    return Sorting(
        categories=CATEGORIES if categories is None else _names(categories),
        shapes=SHAPES if shapes is None else _names(shapes),
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _asked(place: "Folder", rater: str) -> "Iterator[Label]":
    """Ask about each drawn picture that ``rater`` has not sorted, until there is none or they have had enough."""
    from bot.studies.study import Label

    study = place.study()
    done = {label.index for label in study.labels if label.rater == rater}
    for index, file in place.drawn().items():
        if index in done:
            continue
        typer.echo(f"\nPicture {index + 1} of {study.samples}: {file}")
        category = _choice(study.sorting.categories)
        if category is None:
            return
        asks_shape = study.sorting.shapes and study.sorting.has_body(category)
        yield Label(
            index=index, rater=rater, category=category, shape=_choice(study.sorting.shapes) if asks_shape else None
        )


def _choice(names: Sequence[str]) -> str | None:
    """Let a person choose by number; None where they stop."""
    typer.echo("  ".join(f"{number} {name}" for number, name in enumerate(names, 1)) + "  q stop")
    while True:
        said = typer.prompt("Which").strip().casefold()
        if said == "q":
            return None
        if said.isdigit() and 1 <= int(said) <= len(names):
            return names[int(said) - 1]
        typer.echo(f"Type a number from 1 to {len(names)}, or q.")
