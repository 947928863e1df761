"""Every failure has a sentence for its person and an entry in the log, tied by an id."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import errors, words
from bot.errors import Refused
from generation.errors import DrawerDied, DrawingFailed, InvalidChoice, ModelUnavailable
from storage.database import Database
from storage.errors import DatabaseBusy, DatabaseFull, DatabaseUnfit, NumberTooLarge


@pytest.mark.parametrize(
    ("error", "sentence", "level"),
    [
        (Refused("Not here."), "Not here.", "info"),
        (InvalidChoice("size", "That is not a size."), "That is not a size.", "info"),
        (DrawingFailed("No memory for it."), "No memory for it.", "info"),
        (DrawerDied("worker 7 died"), words.DRAWER_AWAY, "error"),
        (ModelUnavailable("/srv/models/x.ckpt is missing"), words.MODEL_AWAY, "error"),
        (DatabaseBusy("locked"), words.DATABASE_BUSY, "error"),
        (DatabaseFull("full"), words.DATABASE_FULL, "error"),
        (DatabaseUnfit("damaged"), words.DATABASE_BUSY, "error"),
        (ZeroDivisionError("division by zero"), words.UNEXPECTED, "error"),
    ],
)
def test_a_failure_is_worded_and_recorded(error: Exception, sentence: str, level: str) -> None:
    with capture_logs() as log:
        failure = errors.recorded(error, job=7)
    assert failure.sentence == sentence
    (entry,) = log
    assert (entry["error_id"], entry["job"], entry["log_level"]) == (failure.error_id, 7, level)
    assert entry["kind"] == type(error).__name__


def test_ids_differ_and_can_be_read_out() -> None:
    ids = {errors.recorded(Refused("No.")).error_id for _ in range(200)}
    assert len(ids) == 200
    assert not set("".join(ids)) & set("01OIL")


def test_only_a_fault_of_the_program_has_a_traceback() -> None:
    with capture_logs() as log:
        errors.recorded(Refused("No."))
        errors.recorded(ZeroDivisionError())
    assert ["exc_info" in entry for entry in log] == [False, True]


async def test_a_number_larger_than_any_is_the_fault_of_whoever_named_it(tmp_path: Path) -> None:
    async with Database.open(f"sqlite:///{tmp_path / 'ninewords.db'}", pictures=tmp_path / "pictures") as database:
        with pytest.raises(NumberTooLarge) as raised:
            await database.jobs.find(2**63)
    assert errors.recorded(raised.value).sentence == words.BAD_OPTION
