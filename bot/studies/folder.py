"""Studies and scans as folders on disk: what was asked for, the pictures drawn so far, and what people say of them.

A folder holds ``study.json`` or ``scan.json``, ``pictures/`` with a PNG each, and ``labels.csv`` for a study. Every
file is whole or not there, so work that was interrupted goes on where it stood.
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from bot.studies.measures import Measures, measure
from bot.studies.scan import Scan
from bot.studies.study import Label, Study
from bot.studies.written import read_scan, read_study, write_scan, write_study
from generation.errors import InvalidChoice

_STUDY, _SCAN, _LABELS, _PICTURES = "study.json", "scan.json", "labels.csv", "pictures"
_COLUMNS = ("picture", "rater", "category", "shape")


class Folder:
    """A folder of one study or one scan, and its pictures by index (files are numbered from 1)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, what: Study | Scan) -> None:
        """Write down what is to be drawn. Raises InvalidChoice where the folder holds something already."""
        if self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise InvalidChoice("folder", f"{self.path} is not empty; name a new folder, or go on with what is in it.")
        (self.path / _PICTURES).mkdir(parents=True, exist_ok=True)
        name, held = (_STUDY, write_study(what)) if isinstance(what, Study) else (_SCAN, write_scan(what))
        self._write(name, json.dumps(held, indent=2, ensure_ascii=False) + "\n")

    @property
    def holds_scan(self) -> bool:
        """Whether a scan was begun here."""
        return (self.path / _SCAN).exists()

    def study(self) -> Study:
        """Read the study, with its labels and the measures of its pictures. Raises InvalidChoice for no study."""
        study = read_study(self._read(_STUDY, "study"))
        return replace(study, labels=tuple(self._labels()), measures=self.measures())

    def scan(self) -> Scan:
        """Read the scan. Raises InvalidChoice for no scan."""
        return read_scan(self._read(_SCAN, "scan"))

    def keep(self, index: int, png: bytes) -> None:
        """Keep a picture."""
        self._write(f"{_PICTURES}/{index + 1:04}.png", png)

    def file(self, index: int) -> Path:
        """Where a picture is, or would be."""
        return self.path / _PICTURES / f"{index + 1:04}.png"

    def drawn(self) -> dict[int, Path]:
        """The pictures that are there."""
        return {int(file.stem) - 1: file for file in sorted((self.path / _PICTURES).glob("[0-9]*.png"))}

    def pictures(self) -> dict[int, Image.Image]:
        """Open all pictures that are there."""
        return {index: Image.open(file) for index, file in self.drawn().items()}

    def measures(self) -> dict[int, Measures]:
        """Measure all pictures that are there."""
        return {index: measure(picture) for index, picture in self.pictures().items()}

    def label(self, labels: Iterable[Label]) -> None:
        """Keep what people say; one person's last word on a picture counts. Raises InvalidChoice for what cannot be."""
        study = self.study()
        held = {(label.index, label.rater): label for label in study.labels}
        for label in labels:
            _check(label, study)
            held[label.index, label.rater] = label
        written = io.StringIO()
        rows = csv.writer(written, lineterminator="\n")
        rows.writerow(_COLUMNS)
        rows.writerows((each.index + 1, each.rater, each.category, each.shape or "") for each in held.values())
        self._write(_LABELS, written.getvalue())

    def _labels(self) -> list[Label]:
        file = self.path / _LABELS
        return read_labels(file) if file.exists() else []

    def _read(self, name: str, what: str) -> dict[str, Any]:
        try:
            return json.loads((self.path / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise InvalidChoice("folder", f"There is no {what} in {self.path}.") from None
        except ValueError:
            raise InvalidChoice("folder", f"{self.path / name} is damaged and cannot be read.") from None

    def _write(self, name: str, content: str | bytes) -> None:
        file = self.path / name
        part = file.with_name(file.name + ".part")
        part.write_bytes(content if isinstance(content, bytes) else content.encode())
        part.replace(file)


def read_labels(file: Path, *, rater: str | None = None) -> list[Label]:
    """Read labels from a CSV file with the columns picture (from 1), rater, category and shape.

    ``rater`` takes the place of the column of that name. Raises InvalidChoice for a file that is no such list.
    """
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            return [
                Label(
                    index=int(row["picture"]) - 1,
                    rater=rater or row["rater"],
                    category=row["category"],
                    shape=row.get("shape") or None,
                )
                for row in csv.DictReader(lines)
            ]
    except OSError as fault:
        raise InvalidChoice("labels", f"{file} cannot be read: {fault.strerror}.") from fault
    except (KeyError, ValueError, TypeError):
        columns = ", ".join(_COLUMNS)
        raise InvalidChoice("labels", f"{file} is no list of labels; its columns must be {columns}.") from None


def _check(label: Label, study: Study) -> None:
    if not 0 <= label.index < study.samples:
        raise InvalidChoice("picture", f"There is no picture {label.index + 1}; the study has {study.samples}.")
    if label.category not in study.sorting.categories:
        known = ", ".join(study.sorting.categories)
        raise InvalidChoice("category", f"{label.category!r} is no heap of this study; there are {known}.")
    if label.shape is not None and label.shape not in study.sorting.shapes:
        known = ", ".join(study.sorting.shapes) or "none"
        raise InvalidChoice("shape", f"{label.shape!r} is no body shape of this study; there are {known}.")
