"""The program itself: its versions, and the data that it does not start without."""

import sqlite3
import sys
from importlib.metadata import PackageNotFoundError, version

from bot.cli.checks.finding import Finding, good, note, problem
from bot.moderation.floor import Floor, FloorDamaged

_PARTS = ("ninewords", "torch", "diffusers", "transformers", "discord.py", "SQLAlchemy", "Pillow")
_SAFE_SQLITE = (3, 51, 3)


def check_versions() -> Finding:
    """List the versions of what matters most."""
    found, missing = [f"Python {sys.version.split()[0]}"], []
    for part in _PARTS:
        try:
            found.append(f"{part} {version(part)}")
        except PackageNotFoundError:
            missing.append(part)
    if missing:
        return problem("versions", f"Not installed: {', '.join(missing)}.", "Install the program again: make run.")
    return good("versions", ", ".join(found))


def check_sqlite() -> Finding:
    """Look whether SQLite has the fault of its versions up to 3.51.2."""
    found = f"SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < _SAFE_SQLITE:
        return note(
            "SQLite",
            f"{found} can damage a database that two programs write to at once.",
            "Run one bot on a database file. Newer versions, from 3.51.3, do not have this fault.",
        )
    return good("SQLite", found)


def check_floor() -> Finding:
    """Look whether the list of what is never drawn is whole."""
    try:
        Floor.load()
    except FloorDamaged as fault:
        return problem("floor", str(fault), "Nothing is drawn, and the bot does not start, until then.")
    return good("floor", "The list of what is never drawn is whole.")
