"""The log can be searched for an error id, and holds no prompt."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import errors, logs
from bot.errors import Refused


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(level="INFO", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_an_error_id_finds_its_entry(lines: io.StringIO) -> None:
    failures = [errors.recorded(Refused("No."), job=job) for job in (1, 2)]
    entries = [json.loads(line) for line in lines.getvalue().splitlines()]
    found = [entry for entry in entries if entry.get("error_id") == failures[1].error_id]
    assert [entry["job"] for entry in found] == [2]
    assert {"event", "level", "timestamp", "logger"} <= found[0].keys()


def test_a_traceback_is_one_entry(lines: io.StringIO) -> None:
    try:
        raise ZeroDivisionError("division by zero")
    except ZeroDivisionError as error:
        errors.recorded(error)
    (line,) = lines.getvalue().splitlines()
    assert "ZeroDivisionError: division by zero" in json.loads(line)["exception"]


def test_libraries_are_logged_the_same_way(lines: io.StringIO) -> None:
    logging.getLogger("discord.gateway").warning("shard %s is late", 7)
    entry = json.loads(lines.getvalue())
    assert (entry["event"], entry["logger"], entry["level"]) == ("shard 7 is late", "discord.gateway", "warning")
