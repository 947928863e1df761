"""What everything that the bot says has in common, looked for in its source: nobody is called, no name is theirs.

Texts that people typed pass through one of the functions that leave nothing of them but characters; which texts those
are, the tests of each command show. Here is what can be seen without running anything.
"""

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from bot import survey_layout, uploads
from bot.presenting import escaped, plain, quoted
from tests.bot.specs import spec

FOLDER = Path(str(bot.__file__)).parent
#: Where somebody is called: whoever asked, when their picture comes as a message of its own.
CALLS_ITS_OWNER = "job_message.py"
MEANT_FOR_DISCORD = "**a** _b_ ~~c~~ ||d|| `e` # f <@1> <@&2> <#3> @everyone [g](https://h.i) https://j.k\n> l\n-# m"


def calls(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def files() -> list[Path]:
    return sorted(FOLDER.rglob("*.py"))


def named(call: ast.Call) -> str:
    return ast.unparse(call.func)


def test_every_client_calls_nobody_unless_told() -> None:
    """Each place where a client is made, or one derived, says so; what it sends inherits it."""
    makers = [
        (file.name, call)
        for file in files()
        for call in calls(file)
        if named(call) in ("discord.Client", "super().__init__")
        and any(keyword.arg == "intents" for keyword in call.keywords)
    ]
    assert {name for name, _ in makers} == {"client.py", "delivery.py"}
    for name, call in makers:
        told = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert told.get("allowed_mentions") == "discord.AllowedMentions.none()", name


def test_who_is_called_is_whoever_asked() -> None:
    found = {
        (file.name, ast.unparse(keyword.value))
        for file in files()
        for call in calls(file)
        for keyword in call.keywords
        if keyword.arg == "allowed_mentions"
    }
    assert found == {
        ("client.py", "discord.AllowedMentions.none()"),
        ("delivery.py", "discord.AllowedMentions.none()"),
        (CALLS_ITS_OWNER, "discord.AllowedMentions(users=[discord.Object(self._job.owner)])"),
    }


def test_names_of_files_are_the_bots_own() -> None:
    """A constant, or made of a constant and numbers: never anything that somebody typed."""
    allowed = {"layout.PICTURE", "upload.name", "name"}
    for file in files():
        for call in calls(file):
            if named(call) == "discord.File":
                name = call.args[1]
                assert isinstance(name, ast.Constant) or ast.unparse(name) in allowed, (file.name, ast.unparse(call))
    assert survey_layout.PICTURE.isascii()
    shown = asyncio.run(uploads.fitted(b"png", spec(prompt="../<@1> name.exe", seed=5), limit=9))
    assert shown is not None
    assert shown.name == "ninewords-5.png"


@pytest.mark.parametrize("show", [escaped, plain], ids=["escaped", "plain"])
def test_nothing_is_left_of_what_discord_reads(show: object) -> None:
    assert callable(show)
    shown = str(show(MEANT_FOR_DISCORD))
    for sign in "*_~|`#[]<>@":
        assert shown.count(sign) == shown.count(f"\\{sign}"), sign
    assert "https://" not in shown


def test_a_prompt_is_shown_as_code_and_cannot_leave_it() -> None:
    shown = quoted(MEANT_FOR_DISCORD)
    assert shown.count("`") == 2
    assert "\n" not in shown
