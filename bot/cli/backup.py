"""``ninewords backup`` and ``restore``: the database copied while the bot runs, and put back while it rests."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

BACKUP_HELP = (
    "Copy the database to one file, while the bot may be running; the copy is checked before it counts.\n\n"
    "Pictures are files in the data folder and are copied like any others."
)
RESTORE_HELP = (
    "Put a backup in the place of the database; the bot must not be running.\n\n"
    "What was there is kept beside it. Pictures that were on their way when the backup was made are not drawn again."
)


def backup(
    file: Annotated[
        Path | None,
        typer.Argument(help="The file to write; one named for the time, in the data folder, if left out."),
    ] = None,
) -> None:
    """Copy the database."""
    from bot.configuration import read_configuration
    from storage.backup import back_up

    configuration = read_configuration()
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    copy = file or configuration.data_folder / "backups" / f"ninewords-{moment}.sqlite"
    back_up(configuration.database, copy)
    typer.echo(copy)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that ninewords backup wrote.", show_default=False)],
) -> None:
    """Put a copy back."""
    from bot.configuration import read_configuration
    from storage import backup as copies
    from storage.occupancy import occupied

    configuration = read_configuration()
    with occupied(configuration.data_folder):
        expired = copies.restore(file, configuration.database)
    typer.echo(f"Restored from {file}.")
    if expired:
        typer.echo(f"{expired} {'request' if expired == 1 else 'requests'} on the way in it will not be drawn.")
