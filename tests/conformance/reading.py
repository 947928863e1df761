"""Reads the vector files and the arrays beside them, each at most once a run."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

OWN_FOLDER = Path(__file__).parent / "vectors"


@cache
def read_document(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def read_arrays(path: Path) -> Mapping[str, np.ndarray]:
    return dict(np.load(path)) if path.suffix == ".npz" else load_file(path)


def find(folder: Path, name: str) -> Path:
    """What belongs to the cases: from ``folder``, or from the project's own copy when ``folder`` has none."""
    return folder / name if (folder / name).exists() else OWN_FOLDER / name


def lists_of_cases(path: Path) -> set[str]:
    """Names of the lists of cases in one JSON file; a file without any is no vector file."""
    document = read_document(path)
    entries = document.items() if isinstance(document, dict) else ()
    return {name for name, value in entries if isinstance(value, list) and value and isinstance(value[0], dict)}
