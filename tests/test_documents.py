"""The documents hold together: every relative link leads to a file that is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("generation/**/*.md")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT)))
def test_relative_links_lead_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_readme_names_every_variable_and_command() -> None:
    from bot.configuration import Configuration

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in Configuration.model_fields if f"`{name.upper()}`" not in readme] == []
