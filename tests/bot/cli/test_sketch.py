"""``ninewords sketch grade``: what it will not measure is said before anything is drawn."""

import json
from pathlib import Path

from bot.cli.exits import Exit
from tests.bot.cli.conftest import Ninewords


def test_a_part_that_does_not_exist_is_refused_with_those_that_do(ninewords: Ninewords) -> None:
    ended = ninewords("sketch", "grade", "--part", "noses")

    assert ended.code == Exit.USAGE
    assert "there is no part 'noses'" in ended.err
    assert "mouth" in ended.err


def test_a_part_is_not_put_among_figures_of_other_settings(ninewords: Ninewords, tmp_path: Path) -> None:
    file = tmp_path / "grade.json"
    settings = {"guidance_scale": 3.0, "steps": 12, "pictures": 200}
    kept = json.dumps({"settings": settings, "grader": [], "lines": [], "curve": {}})
    file.write_text(kept, encoding="utf-8")
    ended = ninewords("sketch", "grade", "--part", "mouth", "--steps", "3", "--output", str(file))

    assert ended.code == Exit.USAGE
    assert "its figures were measured with" in ended.err
    assert file.read_text(encoding="utf-8") == kept
