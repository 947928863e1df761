"""``ninewords status``: how the running bot is, asked over the local port it serves its figures on."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from bot.cli.exits import CommandFailed, Exit
from bot.cli.speaking import printable

HELP = (
    "Say how the running bot is: connected, drawing, how many wait.\n\n"
    "Ends with 0 where it works, and with 1 where it does not or where none runs; --quiet says nothing else."
)
_SECONDS = 5.0


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only end with 0 or 1.")] = False,
) -> None:
    """Ask the bot and print what it says."""
    from bot.configuration import read_configuration

    configuration = read_configuration()
    if configuration.status_port is None:
        raise CommandFailed(Exit.USAGE, "STATUS_PORT is off, so the bot cannot be asked.")
    host = "127.0.0.1" if configuration.status_host in ("0.0.0.0", "::") else configuration.status_host
    found = asyncio.run(_ask(f"http://{host}:{configuration.status_port}/status"))
    if not quiet:
        typer.echo(json.dumps(found, indent=2) if as_json else printable("\n".join(_lines(found))))
    if found["complaints"]:
        raise typer.Exit(Exit.UNEXPECTED)


async def _ask(address: str) -> Mapping[str, Any]:
    import aiohttp

    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as session,
            session.get(address) as answer,
        ):
            return await answer.json()
    except (aiohttp.ClientError, TimeoutError, ValueError) as fault:
        raise CommandFailed(Exit.UNEXPECTED, f"No bot answers at {address}; is it running?") from fault


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    model, jobs = found["model"], found["jobs"]
    yield f"ninewords {found['version']}, running for {_span(found['uptime_seconds'])}"
    yield f"model     {'not ready' if model is None else '{name} on {device}, {dtype}'.format(**model)}"
    yield f"memory    {_memory(found['drawer'])}"
    yield f"drawing   {_pace(found['drawer'])}"
    yield f"database  {found['database']}"
    yield f"jobs      {found['on_the_way']} on the way" + "".join(f", {n} {state}" for state, n in sorted(jobs.items()))
    yield f"Discord   {found['invalid_requests']} invalid requests in the last ten minutes"
    yield from (f"!         {complaint}" for complaint in found["complaints"] or ())
    if not found["complaints"]:
        yield "All is well."


def _memory(drawer: Mapping[str, Any]) -> str:
    taken = f"{drawer['resident_bytes'] / 2**20:.0f} MiB in the drawing process"
    there = drawer["accelerator_bytes"]
    return f"{taken}, {there / 2**20:.0f} MiB on its accelerator" if there else taken


def _pace(drawer: Mapping[str, Any]) -> str:
    if drawer["seconds_a_step"] is None:
        return "nothing drawn since the drawing process began"
    steps = "1 step" if drawer["steps"] == 1 else f"{drawer['steps']:,} steps"
    fill = "no network call" if drawer["rows_a_call"] is None else f"{drawer['rows_a_call']:.1f} rows a network call"
    return f"{steps}, {1000 * drawer['seconds_a_step']:.0f} ms each, {fill}"


def _span(seconds: int) -> str:
    minutes, hours = seconds // 60, seconds // 3600
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min {seconds % 60} s"
