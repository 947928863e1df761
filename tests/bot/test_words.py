"""Numbers, times and plurals read right, and no sentence for people stands outside of the catalogue."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from discord import app_commands

import bot
from bot import words
from bot.commands import COMMANDS

#: What operators read: in logs, on the terminal, in the figures. Two more files have one such sentence each.
FOR_OPERATORS = {"application.py", "condition.py", "configuration.py", "metrics.py"}
FOR_OPERATORS_TOO = {
    "Discord does not know this token; copy it again from the developer portal.",
    "Discord answered {} ({}).",
}
_SENTENCE = re.compile(r"[A-Z].* .*[.?!…]", re.DOTALL)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (22, "22nd"),
        (111, "111th"),
    ],
)
def test_ordinals(number: int, written: str) -> None:
    assert words.ordinal(number) == written


def test_plurals() -> None:
    assert [words.counted(number, "step") for number in (0, 1, 2)] == ["0 steps", "1 step", "2 steps"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "a few seconds"),
        (4.9, "a few seconds"),
        (5, "about 5 seconds"),
        (33, "about 35 seconds"),
        (54.9, "about 55 seconds"),
        (55, "about a minute"),
        (89, "about a minute"),
        (90, "about 2 minutes"),
        (600, "about 10 minutes"),
        (3449, "about 57 minutes"),
        (3500, "about an hour"),
        (5399, "about an hour"),
        (5400, "about 2 hours"),
        (36_000, "about 10 hours"),
        (129_599, "about 36 hours"),
        (129_600, "about 2 days"),
        (2_592_000, "about 30 days"),
    ],
)
def test_durations(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


def test_a_place_in_the_queue() -> None:
    assert words.waiting(1, None) == "Next in the queue."
    assert words.waiting(3, 40) == "3rd in the queue; finished in about 40 seconds."


def test_steps() -> None:
    assert words.drawing(3, 64, None) == "Drawing: step 3 of 64."
    assert words.drawing(3, 64, 20) == "Drawing: step 3 of 64, about 20 seconds to go."


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_is_on_the_page_of_help_and_in_the_readme(command: object) -> None:
    name = str(getattr(command, "name", ""))
    called = name if isinstance(command, app_commands.ContextMenu) else f"/{name}"
    readme = (Path(str(bot.__file__)).parents[1] / "README.md").read_text(encoding="utf-8")
    assert called == "/help" or f"**{called}**" in words.HELP
    assert f"**{called}**" in readme or f"| `{called}" in readme or f", `{called}`" in readme


def test_the_page_of_help_fits_a_message() -> None:
    assert len(words.HELP) <= 2000


def files() -> list[Path]:
    folder = Path(str(bot.__file__)).parent
    found = [file for each in (folder, folder / "commands") for file in each.glob("*.py")]
    return sorted(file for file in found if file.name not in FOR_OPERATORS)


def sentences(tree: ast.AST) -> Iterator[str]:
    """Every text that reads like a sentence, but for documentation; holes in it are ``{}``."""
    passed: set[ast.AST] = set()
    for node in ast.walk(tree):
        if node in passed:
            passed.update(ast.iter_child_nodes(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            passed.update(ast.iter_child_nodes(node))
            yield from _if_sentence(
                "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _if_sentence(node.value)


def _if_sentence(text: str) -> Iterator[str]:
    if _SENTENCE.fullmatch(text.strip()):
        yield text


def test_the_search_for_sentences_finds_them() -> None:
    source = '''"""A module. It says so."""\nX = "That went wrong."\nY = f"That {X} went wrong."\nZ = "a b."'''
    assert list(sentences(ast.parse(source))) == ["That went wrong.", "That {} went wrong."]


@pytest.mark.parametrize("file", files(), ids=lambda file: file.name)
def test_every_sentence_for_people_is_in_the_catalogue(file: Path) -> None:
    assert set(sentences(ast.parse(file.read_text(encoding="utf-8")))) <= FOR_OPERATORS_TOO
