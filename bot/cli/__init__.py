"""The command line: ``ninewords run | draw | recipe | doctor | sketch``."""

import sys


def main() -> None:
    """Run the command line, and end quietly when interrupted, even while it is still being imported."""
    try:
        from bot.cli.application import run_application

        run_application()
    except KeyboardInterrupt:
        sys.exit(130)
