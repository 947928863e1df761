"""The commands put together, and what happens to what they raise."""

import os
import sys
import traceback

import typer

from bot.cli import backup, doctor, draw, recipe, run, scan, sketch, status, study, upscale
from bot.cli.exits import MEANINGS, Exit, exit_code

_EPILOG = "\b\nEnds with\n" + "\n".join(f"{code.value:>4}  {meaning}" for code, meaning in MEANINGS.items())

application = typer.Typer(
    name="ninewords",
    help=(
        "Pictures in the manner of anything-v3: from Discord, or from here.\n\n"
        '[bold]ninewords draw ""[/bold] draws the pure negative picture; [bold]ninewords run[/bold] starts the bot. '
        "What is configured, by environment, .env or ninewords.toml, stands in the README."
    ),
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
application.command("run", help=run.HELP)(run.run)
application.command("draw", help=draw.HELP)(draw.draw)
application.command("upscale", help=upscale.HELP)(upscale.upscale)
application.command("recipe", help=recipe.HELP)(recipe.recipe)
application.command("doctor", help=doctor.HELP)(doctor.doctor)
application.command("status", help=status.HELP)(status.status)
application.command("backup", help=backup.BACKUP_HELP)(backup.backup)
application.command("restore", help=backup.RESTORE_HELP)(backup.restore)
application.command("scan", help=scan.HELP)(scan.scan)
application.add_typer(study.application, name="study")
application.add_typer(sketch.application, name="sketch")


def run_application() -> None:
    """Run the command line; every failure is one sentence and a number. TRACEBACK=1 shows where it came from."""
    try:
        application(prog_name="ninewords")
    except Exception as error:  # noqa: BLE001  (the last place where anything can be put into words)
        code = exit_code(error)
        if os.environ.get("TRACEBACK"):
            traceback.print_exc()
        unexpected = f"Something unexpected went wrong ({type(error).__name__}: {error}). Set TRACEBACK=1 to see where."
        typer.echo(unexpected if code is Exit.UNEXPECTED else str(error), err=True)
        sys.exit(code)
