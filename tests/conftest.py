"""Options of the test run that must be known before any folder is collected."""

from pathlib import Path

import pytest
from hypothesis import settings

OWN_VECTORS = Path(__file__).parent / "conformance" / "vectors"

# Tests assert behaviour, never time: a busy machine is no failure.
settings.register_profile("ninewords", deadline=None)
settings.load_profile("ninewords")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--vectors",
        type=Path,
        default=OWN_VECTORS,
        metavar="DIR",
        help="folder of conformance vectors; every vector file found there is run (default: the project's own copy)",
    )
    parser.addoption(
        "--faults-full",
        action="store_true",
        help="break things as often as it takes to believe the figures (an hour or two); otherwise a little of each",
    )
    parser.addoption(
        "--faults-json", type=Path, metavar="FILE", help="write what the tests of faults counted into that file"
    )
