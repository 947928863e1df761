"""The figures of the faults' tests are kept beside one another and laid out as the documents show them."""

import json
from pathlib import Path

from tests.faults.figures import Figures, table


def test_they_are_kept_beside_one_another(tmp_path: Path) -> None:
    file = tmp_path / "build" / "faults.json"
    Figures(file, full=True).note("kill -9", kills=1000, lost=0)
    Figures(file, full=False).note("gateway dropped", drops=25, longest_acknowledgement_s=0.12345)
    Figures(file, full=True).note("kill -9", kills=1001, lost=0)
    assert json.loads(file.read_text())["machine"]["cores"] > 0
    assert table(file).splitlines()[2:] == [
        "| gateway dropped | (short form) drops 25, longest acknowledgement s 0.123, seconds 0 |",
        "| kill -9 | kills 1,001, lost 0, seconds 0 |",
    ]


def test_those_of_another_machine_are_not_mixed_in(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text(json.dumps({"machine": {"cores": 1000}, "faults": {"kill -9": {"form": "full", "kills": 1}}}))
    Figures(file, full=True).note("SIGTERM", drains=100)
    assert list(json.loads(file.read_text())["faults"]) == ["SIGTERM"]


def test_without_a_file_nothing_is_written(tmp_path: Path) -> None:
    Figures(None, full=False).note("SIGTERM", drains=100)
    assert list(tmp_path.iterdir()) == []
