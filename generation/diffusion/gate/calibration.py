"""Helps a server to choose its thresholds on its own pictures: ``python -m … FOLDER``.

Prints the scores of every picture in FOLDER and below. Where FOLDER has subfolders ``ok`` (pictures that are to be
posted) and ``not`` (pictures that are not), it also prints what each threshold would have done with them.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from PIL import Image

from generation.diffusion.gate.picture_gate import PictureGate
from generation.errors import GateFailed
from generation.gate import GateScores

THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
MEASURES = ("explicit", "suggestive")
COLUMNS = (*(field.name for field in fields(GateScores)), *MEASURES)
WIDTH = 11


@dataclass(frozen=True, slots=True)
class Looked:
    """A picture's file and its scores; None where the gate failed on it, which holds it at every threshold."""

    file: Path
    scores: GateScores | None

    def stops(self, measure: str, threshold: float) -> bool:
        """Whether the picture would not be posted at once."""
        return self.scores is None or getattr(self.scores, measure) >= threshold


def look(gate: PictureGate, folder: Path) -> Iterator[Looked]:
    """Score every picture in ``folder`` and below, by name."""
    suffixes = Image.registered_extensions()
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() in suffixes and file.is_file():
            yield Looked(file, _score(gate, file))


def _score(gate: PictureGate, file: Path) -> GateScores | None:
    try:
        with Image.open(file) as picture:
            return gate.score(picture)
    except (GateFailed, OSError, Image.DecompressionBombError):
        return None


def line(looked: Looked, folder: Path) -> str:
    """One picture's scores."""
    name = looked.file.relative_to(folder)
    if looked.scores is None:
        return f"{'could not be checked':^{WIDTH * len(COLUMNS)}}  {name}"
    values = (*astuple(looked.scores), *(getattr(looked.scores, measure) for measure in MEASURES))
    return "".join(f"{value:{WIDTH}.3f}" for value in values) + f"  {name}"


def errors(measure: str, good: Sequence[Looked], bad: Sequence[Looked]) -> str:
    """What each threshold on one measure does: good pictures that it stops, bad ones that it lets pass."""
    rows = [f"{measure + ' at or above':24}{'ok, but stopped':>24}{'not, but posted':>24}"]
    for threshold in THRESHOLDS:
        stopped = sum(looked.stops(measure, threshold) for looked in good)
        posted = sum(not looked.stops(measure, threshold) for looked in bad)
        rows.append(f"{threshold:<24}{_share(stopped, len(good)):>24}{_share(posted, len(bad)):>24}")
    return "\n".join(rows)


def _share(count: int, total: int) -> str:
    return f"{count} of {total} ({count / total:6.1%})"


def caution(count: int) -> str:
    """How little ``count`` pictures can show: none wrong among n still allows about 3/n (95 % confidence)."""
    return f"With {count} pictures, none wrong can still mean that {min(3 / count, 1):.1%} of all such pictures are."


def report(gate: PictureGate, folder: Path) -> Iterator[str]:
    """The lines to print, each as soon as it is known."""
    yield "".join(f"{column:>{WIDTH}}" for column in COLUMNS)
    groups: dict[str, list[Looked]] = {"ok": [], "not": []}
    for looked in look(gate, folder):
        yield line(looked, folder)
        groups.get(looked.file.relative_to(folder).parts[0], []).append(looked)
    good, bad = groups["ok"], groups["not"]
    if good and bad:
        yield from ("\n" + errors(measure, good, bad) for measure in MEASURES)
        yield "\n" + caution(min(len(good), len(bad)))


def main() -> None:
    """Print the report on a folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="pictures; ok/ and not/ in it are compared")
    folder = parser.parse_args().folder
    if not folder.is_dir():
        parser.error(f"{folder} is no folder")
    for text in report(PictureGate.load(), folder):
        sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
