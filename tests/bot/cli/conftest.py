"""Runs ``ninewords`` as a person would, in an empty folder, and stands in for the drawing process where told to."""

import io
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from PIL import Image

from bot.cli import main
from bot.configuration import Configuration
from bot.moderation.floor import Floor
from generation import png
from generation.drawing import Finished, Picture, Progress, Update, Waiting
from generation.recipe import write
from generation.spec import PromptSpec, picture

Ninewords = Callable[..., "Ended"]


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, with nothing configured."""
    monkeypatch.chdir(tmp_path)
    for name in Configuration.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.fixture(autouse=True)
def _floor_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Floor, "load", _loaded)


@cache
def _loaded(load: Callable[[], Floor] = Floor.load) -> Floor:
    return load()


@pytest.fixture
def ninewords(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ninewords:
    """Runs the command with the given arguments, to its end."""

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["ninewords", *arguments])
        code = 0
        try:
            main()
        except SystemExit as ending:
            code = int(ending.code or 0)
        out, err = capsys.readouterr()
        return Ended(code, out, err)

    return run


@dataclass
class Easel:
    """Stands in for the drawing process: draws grey pictures with true recipes, or fails as it is told."""

    failure: BaseException | None = None
    asked: dict[str, Any] = field(default_factory=dict)
    specs: list[PromptSpec] = field(default_factory=list)
    images: list[bytes | None] = field(default_factory=list)

    def __call__(self, **asked: Any) -> Self:
        self.asked = asked
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def submit(self, spec: PromptSpec, *, owner: str, key: str, image: bytes | None = None) -> Self:
        self.specs.append(spec)
        self.images.append(image)
        return self

    async def updates(self) -> AsyncIterator[Update]:
        spec = self.specs[-1]
        yield Waiting(place=1)
        yield Progress(step=1, steps=spec.steps)
        if self.failure is not None:
            raise self.failure
        yield Finished(tuple(drawn(picture(spec, index)) for index in range(spec.count)))


@pytest.fixture
def easel(monkeypatch: pytest.MonkeyPatch) -> Easel:
    stand_in = Easel()
    monkeypatch.setattr("bot.cli.drawing.DrawingProcess", stand_in)
    return stand_in


def drawn(spec: PromptSpec) -> Picture:
    grey = Image.new("RGB", (spec.width, spec.height), (128, 128, 128))
    return Picture(png=png.embed(grey, write(spec, version="0.1.0", model_hash="0123456789")), spec=spec)


@pytest.fixture
def plain_picture(folder: Path) -> Path:
    """A picture without a recipe."""
    data = io.BytesIO()
    Image.new("RGB", (8, 8)).save(data, "PNG")
    file = folder / "plain.png"
    file.write_bytes(data.getvalue())
    return file
