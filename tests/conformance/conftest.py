"""Runs one test for each case of each vector file found in the folder given by ``--vectors``.

A test names the list of cases it takes with ``@pytest.mark.vectors("rng.json")`` (or, for a list other than ``cases``,
``@pytest.mark.vectors("infotext.json", "quoting")``) and receives each of them as the fixture ``case``. The fixtures
``document``, ``arrays`` and ``tiny_clip`` give what lies beside the cases. A file that is not there is not run.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conformance.reading import find, read_arrays, read_document

OUTCOMES = ("passed", "xfailed", "failed", "error")  # what comes later weighs more


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "vectors(file, section='cases'): one test for each case of this list")
    if not _folder(config).is_dir():
        raise pytest.UsageError(f"--vectors: {_folder(config)} is not a folder")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker("vectors")
    if marker is None:
        return
    path = _folder(metafunc.config) / marker.args[0]
    section = marker.args[1] if len(marker.args) > 1 else "cases"
    cases = read_document(path).get(section, []) if path.is_file() else []
    metafunc.parametrize("case", cases, ids=[case.get("id", f"{section}{i}") for i, case in enumerate(cases)])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Notes the file of each case for the summary, and takes away the tests whose file is not there."""
    absent = []
    for item in items:
        if marker := item.get_closest_marker("vectors"):
            case = _case(item)
            item.user_properties.append(("vectors", (":".join(marker.args), id(case))))
            if not isinstance(case, dict):
                absent.append(item)
    config.hook.pytest_deselected(items=absent)
    items[:] = [item for item in items if item not in absent]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Counts cases: one has passed when all tests that take it have."""
    outcomes: dict[str, dict[int, str]] = {}
    for outcome in OUTCOMES:
        for report in terminalreporter.stats.get(outcome, ()):
            for key, value in getattr(report, "user_properties", ()):
                if key == "vectors":
                    file, case = value
                    outcomes.setdefault(file, {})[case] = outcome
    if outcomes:
        terminalreporter.section("conformance vectors: cases passed, of total")
    for file, cases in sorted(outcomes.items()):
        count = Counter(cases.values())
        disputed = f", {count['xfailed']} disputed" if count["xfailed"] else ""
        terminalreporter.write_line(f"{file:<32}{count['passed']:>5} of{len(cases):>5}{disputed}")


@pytest.fixture(scope="session")
def vectors_folder(pytestconfig: pytest.Config) -> Path:
    return _folder(pytestconfig)


@pytest.fixture(scope="session")
def document(vectors_folder: Path) -> Callable[[str], dict[str, Any]]:
    """``document("samplers.json")``: the whole file."""
    return lambda name: read_document(find(vectors_folder, name))


@pytest.fixture(scope="session")
def arrays(vectors_folder: Path) -> Callable[[str], Mapping[str, np.ndarray]]:
    """``arrays("samplers.safetensors")``, ``arrays("rng.npz")``: the named arrays of a file."""
    return lambda name: read_arrays(find(vectors_folder, name))


@pytest.fixture(scope="session")
def tiny_clip(vectors_folder: Path) -> Path:
    """A transformers folder of a small text model with random weights and CLIP's real vocabulary."""
    return find(vectors_folder, "tiny_clip")


def _folder(config: pytest.Config) -> Path:
    return Path(str(config.getoption("--vectors")))


def _case(item: pytest.Item) -> object:
    """The case a test was made for; a marker of pytest's own when the list was empty."""
    callspec: Any = getattr(item, "callspec", None)
    return callspec.params.get("case") if callspec else None
