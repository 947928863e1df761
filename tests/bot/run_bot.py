"""Runs the real bot in a process of its own, on the loopback Discord at ``argv[1]``, with the folder ``argv[2]``."""

import asyncio
import os
import sys
from pathlib import Path
from unittest.mock import patch

from bot import logs
from bot.application import run
from bot.configuration import Configuration
from bot.moderation import rules
from tests.bot.stage import LENIENT
from tests.discord_server import redirect


def main(address: str, folder: str) -> None:
    """Run it until a signal."""
    logs.configure()
    configuration = Configuration(
        discord_token=os.environ["DISCORD_TOKEN"],
        home_guild=int(os.environ["HOME_GUILD"]),
        database=f"sqlite:///{Path(folder) / 'ninewords.db'}",
        data_folder=Path(folder),
        profile="sketch",
        model=None,
        device="cpu",
    )
    with redirect(address), patch.object(rules, "DEFAULTS", LENIENT):
        asyncio.run(run(configuration))


if __name__ == "__main__":
    main(*sys.argv[1:])
