"""What is laid out is not remembered by the library, which would keep a task for each."""

import ast
from pathlib import Path

import bot
from bot import sheets

BLANK = {"LayoutView", "View", "Modal"}


async def test_what_is_laid_out_is_not_remembered() -> None:
    for made in (sheets.sheet(), sheets.controls(), sheets.form(title="A form", custom_id="form")):
        assert made.is_finished()
        assert made.timeout is None


def test_nothing_is_laid_out_elsewhere() -> None:
    folder = Path(bot.__file__).parent
    for file in sorted(folder.rglob("*.py")):
        if file.name == "sheets.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                place = f"{file.relative_to(folder)}:{node.lineno}"
                assert node.func.attr not in BLANK, f"{place}: make it with bot.sheets"
