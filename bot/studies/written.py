"""Studies and scans as plain JSON, on disk and in the database, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.studies.axes import Axis
from bot.studies.scan import Scan
from bot.studies.study import Sorting, Study
from generation.errors import InvalidChoice
from generation.spec import PromptSpec


def write_study(study: Study) -> dict[str, Any]:
    """Write what was asked for: all but labels and measures, which come later."""
    return {
        "title": study.title,
        "spec": asdict(study.spec),
        "samples": study.samples,
        "categories": list(study.sorting.categories),
        "shapes": list(study.sorting.shapes),
    }


def read_study(held: Mapping[str, Any]) -> Study:
    """Read a study without labels and measures; raise InvalidChoice for one of another version."""
    return Study(
        title=held["title"],
        spec=read_spec(held["spec"]),
        samples=held["samples"],
        sorting=Sorting(categories=tuple(held["categories"]), shapes=tuple(held["shapes"])),
    )


def write_scan(scan: Scan) -> dict[str, Any]:
    """Write a scan's axes and cells."""
    return {
        "across": {"name": scan.across.name, "values": list(scan.across.values)},
        "down": {"name": scan.down.name, "values": list(scan.down.values)},
        "cells": [asdict(cell) for cell in scan.cells],
    }


def read_scan(held: Mapping[str, Any]) -> Scan:
    """Read a scan; raise InvalidChoice for one of another version."""
    across, down = (Axis(held[key]["name"], tuple(held[key]["values"])) for key in ("across", "down"))
    return Scan(across=across, down=down, cells=tuple(map(read_spec, held["cells"])))


def read_spec(held: Mapping[str, Any]) -> PromptSpec:
    """Read a spec; raise InvalidChoice for one whose fields another version of the program knew."""
    try:
        return PromptSpec(**held)
    except TypeError:
        raise InvalidChoice(
            "study", "This was begun with another version of the program, which knew other choices."
        ) from None
