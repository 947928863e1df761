"""What the tests of faults counted, kept in a file and laid out as a table.

``python -m tests.faults.figures FILE`` prints the table of a file that ``make faults`` has written.
"""

import json
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

_SHORT, _FULL = "short", "full"


class Figures:
    """The figures of one test, from here on; they go into ``file``, if there is one, beside those of other tests."""

    def __init__(self, file: Path | None, *, full: bool) -> None:
        self._file, self._form = file, _FULL if full else _SHORT
        self._begun = time.monotonic()

    def note(self, fault: str, **counted: float | str) -> None:
        """Note what was counted under ``fault``: ``note("kill -9", kills=1000, lost=0)``. Seconds come by themselves.

        A name is read as words, so that ``longest_acknowledgement_s`` is "longest acknowledgement s".
        """
        if self._file is None:
            return
        figures = {name.replace("_", " "): _rounded(value) for name, value in counted.items()}
        told = _read(self._file)
        faults = told["faults"] if told.get("machine") == machine() else {}
        faults[fault] = {"form": self._form, **figures, "seconds": round(time.monotonic() - self._begun)}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps({"machine": machine(), "faults": faults}, indent=2) + "\n", encoding="utf-8")


def machine() -> Mapping[str, str | int]:
    """What the tests ran on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "python": platform.python_version(),
        "discord.py": version("discord.py"),
        "SQLite": sqlite3.sqlite_version,
    }


def table(file: Path) -> str:
    """The figures of ``file`` as a table in Markdown, a row a fault, in the order of their names."""
    faults: Mapping[str, Mapping[str, Any]] = _read(file)["faults"]
    rows = [f"| {fault} | {_worded(counted)} |" for fault, counted in sorted(faults.items())]
    return "\n".join(["| fault | figures |", "|---|---|", *rows])


def _worded(counted: Mapping[str, Any]) -> str:
    said = {name: value for name, value in counted.items() if name != "form"}
    text = ", ".join(f"{name} {_number(value)}" for name, value in said.items())
    return text if counted["form"] == _FULL else f"(short form) {text}"


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:,}"


def _rounded(value: float | str) -> float | str:
    return float(f"{value:.3g}") if isinstance(value, float) else value


def _read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text(encoding="utf-8").splitlines() if described.exists() else []
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return name or platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.stdout.write(table(Path(sys.argv[1])) + "\n")
