"""``ninewords doctor``: looks at everything the program needs, and says what to do about what it finds."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from bot.cli.exits import Exit

if TYPE_CHECKING:
    from bot.cli.checks.finding import Finding
    from bot.configuration import Configuration

HELP = (
    "Look at everything the program needs, and say what to do.\n\n"
    "Token, intents, database, log, model, device, memory, disk, versions and data. Changes nothing, shows no secret. "
    "Ends with 0, or with 1 where something keeps the program from working."
)

_MARKS = {"good": ("✓", "green"), "note": ("!", "yellow"), "problem": ("✗", "red")}


def doctor(
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask Discord whether it knows the token.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Print what was found."""
    findings = list(_look(offline=offline))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        _print(findings)
    if any(finding.level == "problem" for finding in findings):
        raise typer.Exit(Exit.UNEXPECTED)


def _look(*, offline: bool) -> Iterator["Finding"]:
    # Imported here, so that --help need not wait for them.
    from bot.cli.checks import machine, program
    from bot.cli.checks.finding import problem
    from bot.configuration import WrongConfiguration, read_configuration

    yield program.check_versions()
    yield program.check_sqlite()
    yield program.check_floor()
    yield machine.check_memory()
    try:
        configuration = read_configuration()
    except WrongConfiguration as fault:
        yield problem("configuration", str(fault), "Correct it; token, database, model and device come after that.")
        return
    yield from _look_at_configured(configuration, offline=offline)


def _look_at_configured(configuration: "Configuration", *, offline: bool) -> Iterator["Finding"]:
    from bot.cli.checks import account, keeping, machine

    token = configuration.discord_token
    yield account.check_token(token)
    yield account.explain_intents()
    if token and not offline:
        yield asyncio.run(account.ask_discord(token))
    yield asyncio.run(keeping.check_database(configuration.database))
    yield asyncio.run(keeping.check_log(configuration.database))
    yield keeping.check_folder(configuration.data_folder)
    yield from _look_at_model(configuration)
    yield machine.check_device(configuration.device)


def _look_at_model(configuration: "Configuration") -> Iterator["Finding"]:
    from bot.cli.checks import model
    from bot.cli.checks.finding import problem
    from generation.errors import ModelUnavailable
    from generation.profiles import load_profiles

    try:
        profiles = load_profiles(configuration.profiles_folder)
    except ModelUnavailable as fault:
        yield problem("profile", str(fault), f"It is in {configuration.profiles_folder}.")
        return
    yield model.check_profile(configuration.profile, profiles)
    if configuration.profile in profiles:
        yield model.check_model(configuration.model or profiles[configuration.profile].source)


def _print(findings: Sequence["Finding"]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        mark, colour = _MARKS[finding.level]
        console.print(Text.assemble((mark, colour), f" {finding.subject:<13} ", finding.found))
        if finding.advice:
            console.print(Text(f"{'':16}{finding.advice}", style="dim"))
