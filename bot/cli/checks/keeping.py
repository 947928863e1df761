"""What is kept: the database, and the folder for pictures and profiles."""

import os
import shutil
from pathlib import Path

from bot.cli.checks.finding import Finding, good, note, problem
from storage.errors import StorageError
from storage.examination import examine, verify_log

_GIB = 2**30
_LEAST_ROOM, _USUAL_ROOM = 0.2, 2.0  # GiB


async def check_database(url: str) -> Finding:
    """Open the database for reading and see whether it is of this version's shape. Migrates nothing."""
    try:
        seen = await examine(url)
    except StorageError as fault:
        return problem("database", str(fault), "Look at DATABASE, and at who may read and write there.")
    if not seen.exists:
        found, advice = f"{seen.description}: not there yet.", "It is made when the bot starts."
        return good("database", f"{found} {advice}") if seen.writable else _unwritable(found)
    if not seen.writable:
        return _unwritable(f"{seen.description} is there.")
    if not seen.known:
        return problem(
            "database",
            f"{seen.description}: its shape ({seen.revision}) is of another version of this program.",
            "Install the newest version, or restore a backup made by this one.",
        )
    if seen.revision != seen.newest:
        return note(
            "database", f"{seen.description}: its shape is older.", "It is brought up to date at the next start."
        )
    return good("database", f"{seen.description}, of today's shape ({seen.revision}), writable.")


async def check_log(url: str) -> Finding:
    """Follow the chain of the moderation log, so that a line that was changed or taken out is noticed."""
    try:
        seen = await verify_log(url)
    except StorageError as fault:
        return problem("log", f"The moderation log cannot be read: {fault}", "Look at DATABASE first.")
    if seen is None:
        return good("log", "There is no moderation log of today's shape yet.")
    if seen.broken_at is not None:
        return problem(
            "log",
            f"The moderation log is not as it was written, from line {seen.broken_at} on.",
            "Somebody changed the database. Compare it with a backup, whose lines before that are the same.",
        )
    lines = f"{seen.entries:,} line{'s' * (seen.entries != 1)}"
    return good("log", f"The chain of the moderation log is whole: {lines}, ending in {seen.digest[:16]}….")


def check_folder(folder: Path) -> Finding:
    """Look whether there is room in the data folder, and whether it can be written into."""
    there = next(place for place in (folder.resolve(), *folder.resolve().parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        return problem("data folder", f"Nothing can be written into {there}.", "Set DATA_FOLDER to a folder of yours.")
    free = shutil.disk_usage(there).free / _GIB
    found = f"{folder.resolve()}: {free:.1f} GiB free."
    if free < _LEAST_ROOM:
        return problem("data folder", found, "Free some room, or set DATA_FOLDER to another disk.")
    if free < _USUAL_ROOM:
        return note("data folder", found, "Every finished picture is kept: half a megabyte at 512x512.")
    return good("data folder", found)


def _unwritable(found: str) -> Finding:
    return problem("database", f"{found} It cannot be written.", "Give this user the right to write it and its folder.")
