"""``ninewords doctor``: what it finds, what it advises, and what it never does."""

import asyncio
import base64
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from discord.http import Route
from safetensors.numpy import save_file

from bot.cli.checks import account, keeping, machine, model, program
from bot.cli.checks.finding import Finding, Level
from bot.cli.exits import Exit
from bot.moderation.floor import Floor, FloorDamaged
from generation.profiles import load_profiles
from storage.database import Database
from tests.bot.cli.conftest import Ninewords

ID = "123456789012345678"
TOKEN = f"{base64.urlsafe_b64encode(ID.encode()).decode().rstrip('=')}.Gabcde.{'x' * 38}"


def test_everything_is_looked_at(ninewords: Ninewords) -> None:
    ended = ninewords("doctor", "--offline", "--json")
    findings = json.loads(ended.out)
    assert [finding["subject"] for finding in findings] == [
        *("versions", "SQLite", "floor", "memory", "token", "intents", "database", "log", "data folder", "profile"),
        *("model", "device"),
    ]
    assert all(finding["advice"] for finding in findings if finding["level"] != "good")
    assert ended.code == (Exit.UNEXPECTED if "problem" in {finding["level"] for finding in findings} else Exit.DONE)


def test_for_people(ninewords: Ninewords) -> None:
    out = ninewords("doctor", "--offline").out
    assert "✓ floor         The list of what is never drawn is whole.\n" in out
    assert "! token         There is none" in out


def test_nothing_is_made(ninewords: Ninewords, folder: Path) -> None:
    ninewords("doctor", "--offline")
    assert list(folder.iterdir()) == []


def test_a_problem_ends_it_with_one(ninewords: Ninewords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROFILE", "elsewhere")
    ended = ninewords("doctor", "--offline")
    assert ended.code == Exit.UNEXPECTED
    assert "✗ profile       There is none called 'elsewhere'.\n" in ended.out
    assert "Set PROFILE to one of: anything-v3, sketch." in ended.out


def test_a_wrong_configuration_is_a_finding(ninewords: Ninewords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DTYPE", "fp16")
    ended = ninewords("doctor")
    assert ended.code == Exit.UNEXPECTED
    assert "✗ configuration DTYPE must be auto, float32, float16 or bfloat16." in ended.out


def test_a_profile_that_cannot_be_read_is_a_finding(ninewords: Ninewords, folder: Path) -> None:
    (folder / "data" / "profiles").mkdir(parents=True)
    (folder / "data" / "profiles" / "mine.toml").write_text("name =")
    ended = ninewords("doctor", "--offline")
    assert ended.code == Exit.UNEXPECTED
    assert "The profile mine.toml cannot be read" in ended.out


class TestToken:
    def test_its_shape(self) -> None:
        finding = account.check_token(TOKEN)
        assert finding.level is Level.GOOD
        assert f"client_id={ID}&scope=bot+applications.commands&permissions=117760" in finding.found

    @pytest.mark.parametrize("token", ["mine", f"{ID}.Gabcde.{'x' * 38}", f"Bot {TOKEN}", TOKEN[:40], "a.b.c"])
    def test_another_shape(self, token: str) -> None:
        finding = account.check_token(token)
        assert finding.level is Level.PROBLEM
        assert token not in f"{finding.found} {finding.advice}"

    def test_it_is_never_printed(self, ninewords: Ninewords, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
        ended = ninewords("doctor", "--offline")
        assert TOKEN.split(".")[2] not in ended.out + ended.err


class TestDiscord:
    @pytest.fixture
    async def answers(self, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., None]]:
        """Sets what Discord answers from now on."""
        answer: dict[str, Any] = {}

        async def application(request: web.Request) -> web.Response:
            assert request.headers["Authorization"] == f"Bot {TOKEN}"
            return web.json_response(answer["body"], status=answer["status"])

        server = TestServer(web.Application())
        server.app.router.add_get("/oauth2/applications/@me", application)
        async with server:
            monkeypatch.setattr(Route, "BASE", str(server.make_url("")).rstrip("/"))
            yield lambda status, body: answer.update(status=status, body=body)

    @pytest.mark.parametrize(
        ("status", "body", "level", "words"),
        [
            (200, {"name": "Easel", "flags": 0}, Level.GOOD, "as Easel"),
            (200, {"name": "Easel"}, Level.GOOD, "as Easel"),
            (200, {"name": "Easel", "flags": 1 << 19}, Level.NOTE, "not needed: gateway_message_content"),
            (200, {"name": "Easel", "flags": 1 << 14}, Level.NOTE, "not needed: gateway_guild_members"),
            (401, {"message": "401: Unauthorized"}, Level.PROBLEM, "does not know this token"),
            (503, {}, Level.NOTE, "answered 503"),
        ],
    )
    async def test_what_it_knows(
        self, answers: Callable[..., None], status: int, body: dict[str, Any], level: Level, words: str
    ) -> None:
        answers(status, body)
        finding = await account.ask_discord(TOKEN)
        assert finding.level is level
        assert words in finding.found

    async def test_out_of_reach(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:9")
        finding = await account.ask_discord(TOKEN)
        assert finding.level is Level.NOTE
        assert "cannot be reached" in finding.found


class TestDatabase:
    def test_none_yet(self, folder: Path) -> None:
        finding = asyncio.run(keeping.check_database("sqlite:///data/ninewords.sqlite"))
        assert finding.level is Level.GOOD
        assert "not there yet" in finding.found
        assert list(folder.iterdir()) == []

    async def test_one_of_today(self, folder: Path) -> None:
        async with Database.open("sqlite:///a.sqlite", pictures=folder):
            pass
        finding = await keeping.check_database("sqlite:///a.sqlite")
        assert finding.level is Level.GOOD
        assert "of today's shape" in finding.found

    @pytest.mark.parametrize("url", ["oracle://x", "sqlite://", "nonsense"])
    async def test_an_address_that_cannot_be(self, url: str) -> None:
        assert (await keeping.check_database(url)).level is Level.PROBLEM

    async def test_what_is_no_database(self, folder: Path) -> None:
        (folder / "a.sqlite").write_bytes(b"not a database, and long enough to be told from one" * 40)
        assert (await keeping.check_database("sqlite:///a.sqlite")).level is Level.PROBLEM

    @pytest.mark.parametrize(
        ("seen", "level", "words"),
        [
            ({"exists": False, "writable": False}, Level.PROBLEM, "cannot be written"),
            ({"exists": True, "writable": False, "revision": "1"}, Level.PROBLEM, "cannot be written"),
            ({"exists": True, "writable": True, "revision": "from elsewhere"}, Level.PROBLEM, "another version"),
            ({"exists": True, "writable": True, "revision": None}, Level.NOTE, "is older"),
        ],
    )
    async def test_what_was_seen(
        self, monkeypatch: pytest.MonkeyPatch, seen: dict[str, Any], level: Level, words: str
    ) -> None:
        from storage.examination import Examination

        async def examine(_: str) -> Examination:
            return Examination(description="SQLite a", newest="1", **seen)

        monkeypatch.setattr(keeping, "examine", examine)
        finding = await keeping.check_database("sqlite:///a")
        assert finding.level is level
        assert words in finding.found


class TestLog:
    def test_there_is_none_yet(self, folder: Path) -> None:
        finding = asyncio.run(keeping.check_log("sqlite:///data/ninewords.sqlite"))
        assert finding.level is Level.GOOD
        assert list(folder.iterdir()) == []

    async def test_a_line_that_was_changed_is_named(self, folder: Path) -> None:
        async with Database.open("sqlite:///a.sqlite", pictures=folder) as database:
            for person in (1, 2, 3):
                await database.cases.refuse(server_id=1, channel_id=1, person=person, rule="list")
        whole = await keeping.check_log("sqlite:///a.sqlite")
        assert whole.level is Level.GOOD
        assert "is whole: 3 lines" in whole.found
        with closing(sqlite3.connect("a.sqlite")) as connection, connection:
            connection.execute("UPDATE moderation_log SET rule = 'floor' WHERE number = 2")
        broken = await keeping.check_log("sqlite:///a.sqlite")
        assert broken.level is Level.PROBLEM
        assert "from line 2 on" in broken.found

    async def test_what_is_no_database(self, folder: Path) -> None:
        (folder / "a.sqlite").write_bytes(b"not a database, and long enough to be told from one" * 40)
        assert (await keeping.check_log("sqlite:///a.sqlite")).level is Level.PROBLEM


class TestFolder:
    def test_room(self, folder: Path) -> None:
        assert "GiB free" in keeping.check_folder(folder / "not" / "yet").found

    @pytest.mark.parametrize(("free", "level"), [(0.1, Level.PROBLEM), (1, Level.NOTE), (9, Level.GOOD)])
    def test_how_much(self, monkeypatch: pytest.MonkeyPatch, folder: Path, free: float, level: Level) -> None:
        monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": free * 2**30}))
        assert keeping.check_folder(folder).level is level

    def test_a_file_in_its_place(self, folder: Path) -> None:
        (folder / "data").write_text("")
        assert keeping.check_folder(folder / "data").level is Level.PROBLEM

    def test_a_folder_that_cannot_be_written(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        monkeypatch.setattr(os, "access", lambda *_: False)
        assert keeping.check_folder(folder).level is Level.PROBLEM


class TestModel:
    def look(self, path: Path) -> Finding:
        return model.check_model(str(path))

    def test_the_sketch_model(self) -> None:
        finding = model.check_model(load_profiles()["sketch"].source)
        assert finding.level is Level.GOOD
        assert "a diffusers folder" in finding.found

    def test_a_folder_that_lacks_something(self, folder: Path) -> None:
        for part in ("unet", "vae", "text_encoder"):
            assert self.look(folder).level is Level.PROBLEM
            (folder / part).mkdir()
            (folder / part / "config.json").write_text("{}")
        (folder / "model_index.json").write_text("{}")
        assert "holds no weights" in self.look(folder).found
        (folder / "unet" / "a.safetensors").write_bytes(b"0" * 100)
        assert self.look(folder).level is Level.GOOD
        (folder / "vae" / "config.json").write_text("{")
        assert "missing or damaged" in self.look(folder).found

    def test_a_file(self, folder: Path) -> None:
        file = folder / "a.safetensors"
        save_file({"model.diffusion_model.input_blocks.0.0.weight": np.zeros(3)}, file)
        assert self.look(file).level is Level.GOOD
        save_file({"lora_up.weight": np.zeros(3)}, file)
        assert "no Stable Diffusion 1.x network" in self.look(file).found
        file.write_bytes(b"short")
        assert "is damaged" in self.look(file).found

    def test_files_of_other_kinds(self, folder: Path) -> None:
        (folder / "a.ckpt").write_bytes(b"0")
        (folder / "a.zip").write_bytes(b"0")
        assert self.look(folder / "a.ckpt").level is Level.NOTE
        assert self.look(folder / "a.zip").level is Level.PROBLEM
        assert "There is nothing at" in self.look(folder / "nowhere.safetensors").found

    def test_a_hub_id(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda *_: None)
        assert "not on this machine" in model.check_model("somebody/model").found
        kept = str(folder / "model_index.json")
        monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda *_: kept)
        assert "missing or damaged" in model.check_model("somebody/model").found

    def test_neither_path_nor_hub_id(self) -> None:
        assert model.check_model("some body/model?").level is Level.PROBLEM


class TestMachine:
    @pytest.mark.parametrize(
        ("free", "level"), [(2**29, Level.PROBLEM), (2**31, Level.NOTE), (2**34, Level.GOOD), (None, Level.NOTE)]
    )
    def test_memory(self, monkeypatch: pytest.MonkeyPatch, free: int | None, level: Level) -> None:
        monkeypatch.setattr(machine, "free_memory", lambda: free)
        assert machine.check_memory().level is level

    def test_free_memory_is_told(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        assert (machine.free_memory() or 1) > 0
        monkeypatch.setattr(machine, "_MEMINFO", folder / "nowhere")
        assert (machine.free_memory() or 1) > 0

    def test_a_cpu(self) -> None:
        assert "CPU, " in machine.check_device("cpu").found

    @pytest.mark.parametrize(
        ("there", "free", "level"), [(False, 0, Level.PROBLEM), (True, 1, Level.NOTE), (True, 100, Level.GOOD)]
    )
    def test_a_gpu(self, monkeypatch: pytest.MonkeyPatch, there: bool, free: int, level: Level) -> None:
        import torch

        monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (free * 2**30, 140 * 2**30))
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "A GPU")
        assert machine.check_device("cuda").level is level


class TestProgram:
    def test_versions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "torch 2" in program.check_versions().found
        monkeypatch.setattr(program, "_PARTS", ("ninewords", "no-such-part"))
        assert program.check_versions().found == "Not installed: no-such-part."

    @pytest.mark.parametrize(("version", "level"), [((3, 40, 1), Level.NOTE), ((3, 51, 3), Level.GOOD)])
    def test_sqlite(self, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], level: Level) -> None:
        monkeypatch.setattr("sqlite3.sqlite_version_info", version)
        assert program.check_sqlite().level is level

    def test_a_damaged_floor(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail() -> Floor:
            raise FloorDamaged("A list was changed.")

        monkeypatch.setattr(Floor, "load", fail)
        assert program.check_floor().level is Level.PROBLEM
