"""``ninewords run``: the bot with a token, a first picture and the way to one without."""

import base64
import logging
from pathlib import Path

import pytest

from bot.cli.exits import Exit
from bot.configuration import Configuration
from bot.errors import TokenRefused
from generation import png
from generation.errors import ModelUnavailable
from tests.bot.cli.conftest import Easel, Ninewords

#: No token, but it looks like one.
TOKEN = f"{base64.urlsafe_b64encode(b'123456789012345678').decode()}.Gabcde.{'x' * 38}"


def test_without_a_token_it_draws_and_says_what_to_do(ninewords: Ninewords, easel: Easel, folder: Path) -> None:
    ended = ninewords("run")
    assert ended.code == Exit.DONE
    (drawn,) = (folder / "data").iterdir()
    assert png.read(drawn)
    assert str(drawn.resolve()) in ended.out
    steps = [line for line in ended.out.splitlines() if line[:2] in ("1.", "2.", "3.")]
    assert len(steps) == 3
    assert "https://discord.com/developers/applications" in steps[0]
    assert "DISCORD_TOKEN=" in steps[1]
    assert "scope=bot+applications.commands&permissions=117760" in steps[2]
    assert easel.asked["profile"].name == "sketch"


def test_each_time_it_draws_another(ninewords: Ninewords, easel: Easel, folder: Path) -> None:
    ninewords("run")
    ninewords("run")
    assert len(list((folder / "data").iterdir())) == 2


def test_without_a_token_and_without_a_model(ninewords: Ninewords, easel: Easel) -> None:
    easel.failure = ModelUnavailable("The model is not there.")
    ended = ninewords("run")
    assert (ended.code, ended.err.strip()) == (Exit.MODEL, "The model is not there.")


def test_with_a_token_it_is_the_bot(ninewords: Ninewords, monkeypatch: pytest.MonkeyPatch, easel: Easel) -> None:
    given: list[Configuration] = []

    async def run(configuration: Configuration) -> None:
        given.append(configuration)

    monkeypatch.setattr("bot.application.run", run)
    monkeypatch.setattr("bot.logs.configure", lambda *, level: logging.getLogger("test").debug(level))
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    ended = ninewords("run")
    assert (ended.code, ended.out) == (Exit.DONE, "")
    assert given[0].discord_token == TOKEN
    assert easel.specs == []


def test_a_token_that_discord_refuses(ninewords: Ninewords, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(_: Configuration) -> None:
        raise TokenRefused

    monkeypatch.setattr("bot.application.run", run)
    monkeypatch.setattr("bot.logs.configure", lambda *, level: None)
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    ended = ninewords("run")
    assert ended.code == Exit.TOKEN
    assert ended.err == f"{TokenRefused()}\n"


def test_what_does_not_look_like_a_token_is_not_tried(
    ninewords: Ninewords, monkeypatch: pytest.MonkeyPatch, easel: Easel
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "abc")
    ended = ninewords("run")
    assert (ended.code, easel.specs) == (Exit.TOKEN, [])
    assert "does not look like a bot's token" in ended.err
    assert "abc" not in ended.err
