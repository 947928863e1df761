"""One HTML page that holds everything of studies or of a scan: tables, plots and pictures, with nothing to fetch."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from PIL import Image

from bot.studies import plots
from bot.studies.comparison import caution, compare, sentence
from bot.studies.grid import draw_grid
from bot.studies.measures import Measures
from bot.studies.scan import Scan, network_calls_of
from bot.studies.study import Study
from bot.studies.table import agreement_line, measure_rows, rows
from generation.recipe import write
from generation.version import program_version

_THUMBNAIL = 256
_GRID = 2000
_Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    source: str
    alt: str
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    title: str
    lines: Sequence[str] = ()
    tables: Sequence[Sequence[_Row]] = ()
    plots: Sequence[str] = ()
    grid: str = ""
    pictures: Sequence[_Shown] = field(default=())
    recipe: str = ""


def study_report(studies: Sequence[Study], pictures: Sequence[Mapping[int, Image.Image]]) -> str:
    """Write a page of one study, or of several side by side; ``pictures`` are those of each, by index."""
    names = [study.title for study in studies]
    sections = [_together(studies, names), *_compared(studies)]
    for study, drawn in zip(studies, pictures, strict=True):
        sections.append(_one_study(study, drawn))
    return _page(" · ".join(names), [], sections)


def scan_report(scan: Scan, pictures: Mapping[int, Image.Image], measures: dict[int, Measures]) -> str:
    """Write a page of a scan: the grid, the measures of its cells, and the recipe that all share."""
    grid = draw_grid(scan, pictures)
    grid.thumbnail((_GRID, _GRID))
    title = f"{scan.across.title} against {scan.down.title}"
    lines = [f"{len(scan.cells)} cells, {network_calls_of(scan)} steps of the network in all."]
    sections = [
        _Section(title="The grid", grid=_source(grid)),
        _Section(title="Brightness", plots=[plots.scan_measures(scan, measures)] if measures else []),
        _Section(title="The recipe of the first cell", recipe=write(scan.cells[0], version=program_version())),
    ]
    return _page(title, lines, sections)


def _together(studies: Sequence[Study], names: Sequence[str]) -> _Section:
    alike = [study for study in studies if study.sorting.categories == studies[0].sorting.categories]
    shown = names if len(alike) == len(studies) else [study.title for study in alike]
    return _Section(
        title="What people say they show",
        lines=[f"{study.title}: {agreement_line(study)}" for study in studies],
        tables=[rows(alike), measure_rows(studies)],
        plots=[plots.shares(alike, shown), plots.measured(studies, names)],
    )


def _compared(studies: Sequence[Study]) -> list[_Section]:
    if len(studies) != 2:
        return []
    first, second = studies
    found = compare(first, second)
    lines = [sentence(difference, first.title, second.title) for difference in found]
    return [_Section(title="What the difference allows to say", lines=[*lines, caution(found)])] if found else []


def _one_study(study: Study, pictures: Mapping[int, Image.Image]) -> _Section:
    return _Section(
        title=study.title,
        pictures=[_shown(study, index, picture) for index, picture in sorted(pictures.items())],
        recipe=write(study.spec, version=program_version()),
    )


def _shown(study: Study, index: int, picture: Image.Image) -> _Shown:
    small = picture.convert("RGB")
    small.thumbnail((_THUMBNAIL, _THUMBNAIL))
    seed = study.picture_spec(index).seed
    verdict = study.verdicts.get(index, "undecided" if index in study.said else "not sorted")
    return _Shown(source=_source(small), alt=f"Picture {index + 1}, seed {seed}", caption=f"{index + 1}: {verdict}")


def _source(picture: Image.Image) -> str:
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=88)
    return "data:image/webp;base64," + base64.b64encode(written.getvalue()).decode("ascii")


def _page(title: str, lines: Sequence[str], sections: Sequence[_Section]) -> str:
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = templates.get_template("report.html")
    return page.render(title=title, lines=lines, sections=sections, version=program_version())
