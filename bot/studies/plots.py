"""Plots for reports, as SVG text: shares with their intervals, measures, and what a scan's cells measure."""

import io
from collections.abc import Sequence

from bot.studies import intervals
from bot.studies.measures import Measures
from bot.studies.scan import Scan
from bot.studies.study import Study

_WIDTH, _HEIGHT = 7.0, 3.2


def shares(studies: Sequence[Study], names: Sequence[str]) -> str:
    """Draw the share of each category in each study, with its interval at 95 %."""
    figure, axes = _figure()
    categories = studies[0].sorting.categories
    for place, (study, name) in enumerate(zip(studies, names, strict=True)):
        decided = len(study.verdicts)
        if not decided:
            continue
        hits = [study.count(category) / decided for category in categories]
        around = [intervals.share(study.count(category), decided) for category in categories]
        errors = [
            [max(0.0, hit - interval.low) for hit, interval in zip(hits, around, strict=True)],
            [max(0.0, interval.high - hit) for hit, interval in zip(hits, around, strict=True)],
        ]
        at = [index + 0.14 * (place - (len(studies) - 1) / 2) for index in range(len(categories))]
        axes.errorbar(at, hits, yerr=errors, fmt="o", capsize=4, label=name)
    axes.set_xticks(range(len(categories)), categories)
    axes.set_xlim(-0.5, len(categories) - 0.5)
    axes.set_ylim(-0.03, 1.03)
    axes.set_ylabel("share of sorted pictures")
    return _finished(figure, axes)


def measured(studies: Sequence[Study], names: Sequence[str]) -> str:
    """Draw each picture's brightness against its colourfulness."""
    figure, axes = _figure()
    for study, name in zip(studies, names, strict=True):
        values = list(study.measures.values())
        axes.plot([v.brightness for v in values], [v.colourfulness for v in values], "o", alpha=0.6, label=name)
    axes.set_xlabel("brightness (mean relative luminance)")
    axes.set_ylabel("colourfulness")
    return _finished(figure, axes)


def scan_measures(scan: Scan, measures: dict[int, Measures]) -> str:
    """Draw how bright the cells of a scan are, a line for each value of the axis that goes down."""
    figure, axes = _figure()
    for row, label in enumerate(scan.down.labels):
        cells = [measures.get(row * scan.columns + column) for column in range(scan.columns)]
        bright = [float("nan") if cell is None else cell.brightness for cell in cells]
        axes.plot(range(scan.columns), bright, "o-", markersize=3, label=f"{scan.down.title} {label}")
    axes.set_xticks(range(scan.columns), scan.across.labels)
    axes.set_xlabel(scan.across.title)
    axes.set_ylabel("brightness")
    return _finished(figure, axes)


def _figure():
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, _HEIGHT), layout="constrained")
    return figure, figure.subplots()


def _finished(figure, axes) -> str:
    axes.grid(alpha=0.3)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5))
    written = io.StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None, "Creator": "ninewords"})
    text = written.getvalue()
    return text[text.index("<svg") :]
