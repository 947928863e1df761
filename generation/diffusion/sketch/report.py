"""The report of an examination: kept as JSON, renewed part by part, laid out as the model card shows it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from generation.diffusion.sketch.grader import OwnGrade
from generation.diffusion.sketch.intervals import Interval

_VERDICTS = {True: "met", False: "**missed**", None: ""}


@dataclass(frozen=True, slots=True)
class Line:
    """One measured figure: a share, or a difference, with its 95 % interval and what was wanted.

    ``part``: the part of the examination that measured it; ``met``: None where nothing was wanted or can be said.
    """

    item: int
    what: str
    value: float
    interval: Interval | None
    pictures: int
    wanted: str
    met: bool | None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All figures: of the grader itself, of the model, and the curve of agreement against guidance scale."""

    settings: dict[str, float]
    grader: list[OwnGrade] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    curve: dict[str, float] = field(default_factory=dict)

    def renewed(self, newer: "Report", parts: Iterable[str]) -> "Report":
        """This report with every part that ``newer`` has measured in the place of its own, in the order of ``parts``.

        Both were measured under the same settings.
        """
        measured = {line.part for line in newer.lines}
        lines = [line for line in self.lines if line.part not in measured] + newer.lines
        order = {part: place for place, part in enumerate(parts)}
        return Report(
            self.settings,
            newer.grader or self.grader,
            sorted(lines, key=lambda line: order[line.part]),
            newer.curve or self.curve,
        )

    def as_json(self) -> dict[str, object]:
        """The report in plain types."""
        return asdict(self)

    def as_markdown(self) -> str:
        """The two tables of the model card: all lines, and the curve."""
        lines = _table(("item", "measured", "value", "95 %", "pictures", "wanted", ""), map(_row, self.lines))
        curve = _table(("CFG", *self.curve), [("", *map(_percent, self.curve.values()))])
        return f"{lines}\n\n{curve}\n"


def read_report(kept: Mapping[str, Any]) -> Report:
    """The report of which `Report.as_json` made plain types."""
    return Report(
        kept["settings"],
        [OwnGrade(**grade) for grade in kept["grader"]],
        [Line(**line | {"interval": line["interval"] and tuple(line["interval"])}) for line in kept["lines"]],
        kept["curve"],
    )


def _row(line: Line) -> tuple[str, ...]:
    show = _seconds if "seconds" in line.what else _percent
    interval = "" if line.interval is None else " to ".join(map(show, line.interval))
    wanted = line.wanted.replace("%", " %")
    return (
        str(line.item),
        line.what.replace("%", " %"),
        show(line.value),
        interval,
        str(line.pictures),
        wanted,
        _VERDICTS[line.met],
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(_cells([head, ("---",) * len(head), *rows]))


def _cells(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    return (f"| {' | '.join(row)} |" for row in rows)


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s"
