"""The commands together: help that is quick and complete, and a sentence and a number for every failure."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from bot.cli.exits import MEANINGS, CommandFailed, Exit, exit_code
from bot.configuration import WrongConfiguration
from bot.errors import Refused, TokenRefused
from bot.moderation.floor import FloorDamaged
from generation.errors import (
    Cancelled,
    DrawerDied,
    DrawingFailed,
    InvalidChoice,
    ModelUnavailable,
    UnreadableRecipe,
)
from storage.errors import DatabaseUnfit
from tests.bot.cli.conftest import Ninewords

COMMANDS = ("run", "draw", "recipe", "doctor", "sketch")


def test_help_names_the_commands_and_the_exit_codes(ninewords: Ninewords) -> None:
    ended = ninewords("--help")
    assert ended.code == 0
    assert all(f" {command} " in ended.out for command in COMMANDS)
    assert all(f"{code.value:>4}  {meaning}" in ended.out for code, meaning in MEANINGS.items())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(ninewords: Ninewords, command: str) -> None:
    ended = ninewords(command, "--help")
    assert ended.code == 0
    assert f"Usage: ninewords {command}" in ended.out


def test_options_are_grouped(ninewords: Ninewords) -> None:
    out = ninewords("draw", "-h").out
    for panel in ("The picture", "How it is drawn", "Seeds and noise", "The model", "What comes out"):
        assert f"─ {panel} ─" in out


def test_help_and_dry_runs_import_neither_torch_nor_discord() -> None:
    program = """
import sys
from bot.cli import main
for arguments in (["draw", "--help"], ["sketch", "--help"], ["draw", "", "--dry-run"]):
    sys.argv = ["ninewords", *arguments]
    try:
        main()
    except SystemExit as ending:
        assert not ending.code, ending.code
heavy = {"torch", "diffusers", "transformers", "discord", "sqlalchemy"} & set(sys.modules)
assert not heavy, heavy
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_no_command_shows_the_help(ninewords: Ninewords) -> None:
    ended = ninewords()
    assert ended.code == Exit.USAGE
    assert "Usage: ninewords" in ended.out + ended.err


@pytest.mark.parametrize("arguments", [("paint",), ("draw", "--steps", "many"), ("draw", "--nonsense"), ("recipe",)])
def test_what_cannot_be_understood(ninewords: Ninewords, arguments: tuple[str, ...]) -> None:
    ended = ninewords(*arguments)
    assert ended.code == Exit.USAGE
    assert ended.out == ""
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CommandFailed(Exit.REFUSED, "no"), Exit.REFUSED),
        (InvalidChoice("size", "no"), Exit.USAGE),
        (WrongConfiguration("no"), Exit.USAGE),
        (Refused("no"), Exit.REFUSED),
        (ModelUnavailable("no"), Exit.MODEL),
        (DrawingFailed("no"), Exit.DRAWING),
        (DrawerDied("no"), Exit.DRAWING),
        (Cancelled("no"), Exit.DRAWING),
        (UnreadableRecipe("no"), Exit.RECIPE),
        (DatabaseUnfit("no"), Exit.DATABASE),
        (FloorDamaged("no"), Exit.DAMAGED),
        (TokenRefused(), Exit.TOKEN),
        (ValueError("no"), Exit.UNEXPECTED),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_every_failure_has_its_number(error: Exception, code: Exit) -> None:
    assert exit_code(error) is code


def test_the_unexpected_is_a_sentence_too(ninewords: Ninewords, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("generation.png.read", fail)
    ended = ninewords("recipe", "a.png")
    assert ended.code == Exit.UNEXPECTED
    assert ended.err == (
        "Something unexpected went wrong (ZeroDivisionError: division by zero). Set TRACEBACK=1 to see where.\n"
    )
    monkeypatch.setenv("TRACEBACK", "1")
    assert "Traceback (most recent call last)" in ninewords("recipe", "a.png").err


@pytest.mark.parametrize("interrupted", ["generation.png.read", "bot.cli.application.run_application"])
def test_an_interruption_ends_quietly(
    ninewords: Ninewords, monkeypatch: pytest.MonkeyPatch, interrupted: str, fails: Callable[..., None]
) -> None:
    monkeypatch.setattr(interrupted, fails)
    ended = ninewords("recipe", "a.png")
    assert (ended.code, ended.err.strip()) == (Exit.INTERRUPTED, "")


@pytest.fixture
def fails() -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    return fail
