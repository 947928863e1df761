"""What Discord refuses in commands and choices: each limit, just kept and just broken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord_server.validation.checking import Json, errors
from tests.discord_server.validation.commands import check_choices, check_commands


def command(*options: Json, **changes: Any) -> Json:
    return {"name": "imagine", "description": "Draw.", "options": list(options)} | changes


def option(**changes: Any) -> Json:
    return {"type": 3, "name": "prompt", "description": "What to draw."} | changes


def numbered(count: int) -> list[Json]:
    return [option(name=f"o{number}") for number in range(count)]


def choices(count: int) -> list[Json]:
    return [{"name": str(number), "value": str(number)} for number in range(count)]


def verbose(count: int) -> list[Json]:
    """Options of more than 400 characters each."""
    names = [{"name": f"{number}" + "x" * 80, "value": "x"} for number in range(5)]
    return [each | {"choices": names} for each in numbered(count)]


SUB = {"type": 1, "name": "save", "description": "Save."}


@pytest.mark.parametrize(
    "commands",
    [
        [command(*numbered(25))],
        [command(name="größe"), command(name="描く"), command(name="a-b_c'd")],
        [command(name_localizations={"de": "zeichne"}, description_localizations={"ja": "描く"})],
        [command(option(choices=choices(25)))],
        [command(option(required=True), option(name="b"))],
        [command(SUB, {"type": 2, "name": "g", "description": "G.", "options": [SUB]})],
        [{"type": 3, "name": "Save as preset"}, command(name="save")],
        [{"type": 3, "name": str(number)} for number in range(5)],
        [command(option(type=4, min_value=1, max_value=150), option(type=10, name="cfg", min_value=0.5))],
    ],
)
def test_commands_within_the_limits_are_accepted(commands: list[Json]):
    assert errors(lambda form: check_commands(form, commands)) == {}


@pytest.mark.parametrize(
    ("commands", "path"),
    [
        ([command(name="Imagine")], "0.name"),
        ([command(name="im agine")], "0.name"),
        ([command(name="x" * 33)], "0.name"),
        ([command(description="")], "0.description"),
        ([command(description="x" * 101)], "0.description"),
        ([command(*numbered(26))], "0.options"),
        ([command(option(), option())], "0.options.1.name"),
        ([command(option(name="Prompt"))], "0.options.0.name"),
        ([command(option(description=""))], "0.options.0.description"),
        ([command(option(), option(name="b", required=True))], "0.options.1"),
        ([command(option(choices=choices(26)))], "0.options.0.choices"),
        ([command(option(choices=choices(1), autocomplete=True))], "0.options.0.choices"),
        ([command(option(choices=choices(1) * 2))], "0.options.0.choices.1.name"),
        ([command(option(choices=[{"name": "x" * 101, "value": "x"}]))], "0.options.0.choices.0.name"),
        ([command(option(type=5, autocomplete=True))], "0.options.0.autocomplete"),
        ([command(option(max_length=6001))], "0.options.0.max_length"),
        ([command(option(type=4, min_value=0.5))], "0.options.0.min_value"),
        ([command(option(type=12))], "0.options.0.type"),
        ([command(SUB, option())], "0.options"),
        ([command(SUB | {"options": [SUB | {"options": [SUB]}]})], "0.options.0.options.0.type"),
        ([command(name_localizations={"xx": "a"})], "0.name_localizations.xx"),
        ([command(name_localizations={"de": "Zeichne"})], "0.name_localizations.de"),
        ([command(description_localizations={"de": "x" * 101})], "0.description_localizations.de"),
        ([command(), command()], "1.name"),
        ([{"type": 3, "name": "Recipe", "description": "x"}], "0.description"),
        ([{"type": 4, "name": "launch"}], "0.type"),
        ([command(*verbose(20))], "0"),
    ],
)
def test_commands_beyond_a_limit_are_refused_where_they_are_wrong(commands: list[Json], path: str):
    assert list(errors(lambda form: check_commands(form, commands))) == [path]


@pytest.mark.parametrize(("kind", "count"), [(1, 101), (2, 6), (3, 6)])
def test_there_are_only_so_many_commands_of_a_kind(kind: int, count: int):
    described = {"description": "x"} if kind == 1 else {}
    commands = [{"type": kind, "name": f"c{number}"} | described for number in range(count)]
    refused = {"": ["APPLICATION_COMMANDS_MAX"]}
    assert errors(lambda form: check_commands(form, commands)) == refused
    assert errors(lambda form: check_commands(form, commands[1:])) == {}


@pytest.mark.parametrize(
    ("given", "kind", "path"),
    [
        (choices(26), 3, ""),
        ([{"name": "", "value": "x"}], 3, "0.name"),
        ([{"name": "x" * 101, "value": "x"}], 3, "0.name"),
        ([{"name": "x", "value": "x" * 101}], 3, "0.value"),
        ([{"name": "x", "value": "5"}], 4, "0.value"),
    ],
)
def test_choices_beyond_a_limit_are_refused(given: list[Json], kind: int, path: str):
    assert list(errors(lambda form: check_choices(form, given, kind))) == [path]
