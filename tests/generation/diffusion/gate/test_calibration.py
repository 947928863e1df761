"""The calibration tool counts what each threshold would have done, failures as held."""

from pathlib import Path

import pytest
from PIL import Image

from generation.diffusion.gate.calibration import Looked, caution, errors, report
from generation.diffusion.gate.picture_gate import PictureGate
from generation.gate import GateScores


def looked(explicit: float, sexy: float = 0.0) -> Looked:
    return Looked(Path("a.png"), GateScores(1 - explicit - sexy, explicit, 0, 0, sexy))


FAILED = Looked(Path("b.png"), None)


def counts(table: str, threshold: str) -> tuple[str, str]:
    row = next(row for row in table.splitlines() if row.startswith(threshold + " "))
    words = row.split()
    return " ".join(words[1:4]), " ".join(words[words.index("of", 3) - 1 :][:3])


def test_counts_both_kinds_of_errors() -> None:
    table = errors("explicit", [looked(0.1), looked(0.6), FAILED], [looked(0.5), looked(0.95), FAILED, looked(0.2)])
    assert counts(table, "0.5") == ("2 of 3", "1 of 4")
    assert counts(table, "0.05") == ("3 of 3", "0 of 4")
    assert counts(table, "0.95") == ("1 of 3", "2 of 4")


def test_suggestive_counts_more_than_explicit() -> None:
    good, bad = [looked(0.1, 0.5)], [looked(0.2, 0.7)]
    assert counts(errors("explicit", good, bad), "0.5") == ("0 of 1", "1 of 1")
    assert counts(errors("suggestive", good, bad), "0.5") == ("1 of 1", "0 of 1")


def test_says_how_little_few_pictures_show() -> None:
    assert "30.0%" in caution(10)
    assert "100.0%" in caution(1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for place, colour in (("ok/a", "white"), ("ok/deep/b", "red"), ("not/c", "black"), ("loose", "blue")):
        file = (tmp_path / place).with_suffix(".png")
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (16, 16), colour).save(file)
    (tmp_path / "not" / "broken.png").write_bytes(b"no picture")
    (tmp_path / "not" / "notes.txt").write_text("no picture either", encoding="utf-8")
    return tmp_path


def test_reports_on_a_folder(folder: Path) -> None:
    text = "\n".join(report(PictureGate.load(), folder))
    assert "could not be checked" in next(row for row in text.splitlines() if row.endswith("broken.png"))
    assert all(name in text for name in ("loose.png", "ok/a.png", "ok/deep/b.png", "not/c.png"))
    assert "notes.txt" not in text
    assert "of 2 " in text
    assert "explicit at or above" in text


def test_without_the_two_subfolders_there_is_no_table(folder: Path) -> None:
    assert "at or above" not in "\n".join(report(PictureGate.load(), folder / "ok"))
