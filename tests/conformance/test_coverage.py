"""Every list of cases in the vectors folder is taken by some test, so that nothing is passed over in silence."""

import re
from pathlib import Path

from tests.conformance.reading import lists_of_cases

TAKEN = re.compile(r'@pytest\.mark\.vectors\("([^"]+)"(?:, "([^"]+)")?\)')


def test_every_list_of_cases_is_taken(vectors_folder: Path) -> None:
    present = {(path.name, name) for path in vectors_folder.glob("*.json") for name in lists_of_cases(path)}
    sources = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    taken = {(file, section or "cases") for source in sources for file, section in TAKEN.findall(source)}
    assert present - taken == set()
