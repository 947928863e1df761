"""``ninewords status``: asks the running bot, and says so where there is none."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.cli.exits import Exit
from tests.bot.cli.conftest import Ninewords

WELL = {
    "version": "0.1.0",
    "uptime_seconds": 3725,
    "complaints": [],
    "database": "SQLite 3.40.1",
    "model": {"name": "sketch", "hash": "0", "device": "cpu", "dtype": "float32", "prediction": "epsilon"},
    "drawer": {
        "pid": 5,
        "resident_bytes": 512 * 2**20,
        "accelerator_bytes": 0,
        "steps": 1234,
        "seconds_a_step": 0.0421,
        "rows_a_call": 3.96,
    },
    "on_the_way": 2,
    "jobs": {"queued": 2, "done": 40},
    "invalid_requests": 0,
}


class Bot:
    """A bot that answers what it is told to."""

    def __init__(self) -> None:
        self.said: dict[str, object] = dict(WELL)
        bot = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(bot.said).encode())

            def log_message(self, format: str, *_: object) -> None:
                return None

        self.server = HTTPServer(("127.0.0.1", 0), Handler)


@pytest.fixture
def bot(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bot]:
    bot = Bot()
    monkeypatch.setenv("STATUS_PORT", str(bot.server.server_port))
    serving = threading.Thread(target=bot.server.serve_forever)
    serving.start()
    yield bot
    bot.server.shutdown()
    serving.join()
    bot.server.server_close()


def test_a_bot_that_is_well(ninewords: Ninewords, bot: Bot) -> None:
    ended = ninewords("status")
    assert ended.code == Exit.DONE
    assert ended.out.splitlines() == [
        "ninewords 0.1.0, running for 1 h 2 min",
        "model     sketch on cpu, float32",
        "memory    512 MiB in the drawing process",
        "drawing   1,234 steps, 42 ms each, 4.0 rows a network call",
        "database  SQLite 3.40.1",
        "jobs      2 on the way, 40 done, 2 queued",
        "Discord   0 invalid requests in the last ten minutes",
        "All is well.",
    ]


def test_a_bot_that_has_drawn_nothing_on_its_accelerator(ninewords: Ninewords, bot: Bot) -> None:
    idle = {"pid": 5, "resident_bytes": 2**20, "steps": 0, "seconds_a_step": None, "rows_a_call": None}
    bot.said |= {"drawer": idle | {"accelerator_bytes": 3 * 2**30}}
    lines = ninewords("status").out.splitlines()
    assert "memory    1 MiB in the drawing process, 3072 MiB on its accelerator" in lines
    assert "drawing   nothing drawn since the drawing process began" in lines


def test_a_bot_that_is_not(ninewords: Ninewords, bot: Bot) -> None:
    bot.said |= {"complaints": ["Discord's gateway is not connected."], "model": None}
    ended = ninewords("status")
    assert ended.code == Exit.UNEXPECTED
    assert "model     not ready" in ended.out
    assert "!         Discord's gateway is not connected." in ended.out


def test_for_a_container_s_health(ninewords: Ninewords, bot: Bot) -> None:
    ended = ninewords("status", "--quiet")
    assert (ended.code, ended.out) == (Exit.DONE, "")


def test_for_programs(ninewords: Ninewords, bot: Bot) -> None:
    assert json.loads(ninewords("status", "--json").out) == WELL


def test_no_bot(ninewords: Ninewords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATUS_PORT", "1")
    ended = ninewords("status")
    assert ended.code == Exit.UNEXPECTED
    assert "No bot answers at http://127.0.0.1:1/status; is it running?" in ended.err


@pytest.mark.parametrize(("port", "says"), [("off", "STATUS_PORT is off"), ("no", "STATUS_PORT must be a number from")])
def test_no_port(ninewords: Ninewords, monkeypatch: pytest.MonkeyPatch, port: str, says: str) -> None:
    monkeypatch.setenv("STATUS_PORT", port)
    ended = ninewords("status")
    assert ended.code == Exit.USAGE
    assert says in ended.err
