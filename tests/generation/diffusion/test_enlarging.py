"""Enlargements beside the loop: tile by tile, recipes kept and extended, whatever fails told of that one alone."""

import io
from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image

from generation import png, recipe
from generation.diffusion.enlarging import Enlargements
from generation.diffusion.upscaler import upscaler
from generation.messages import Begun, Enlarge, Enlarged, Failed, Message, Places, Stepped
from generation.recipe import write
from generation.spec import PromptSpec


class Bench:
    """Enlargements, and what they have told."""

    def __init__(self) -> None:
        self.told: list[Message] = []
        self.faults: list[BaseException] = []
        self.work = Enlargements(torch.device("cpu"), report=self.told.append, fault=self.faults.append)

    def enlarge(self, content: bytes, factor: int = 2, key: str = "job") -> None:
        self.work.enlarge(Enlarge(key=key, owner="somebody", factor=factor, body=content))

    def run(self) -> None:
        while self.work.tick():
            pass
        self.work._files.submit(lambda: None).result()
        assert not self.faults

    def of(self, kind: type[Message], key: str = "job") -> list[Message]:
        return [message for message in self.told if isinstance(message, kind) and getattr(message, "key", "") == key]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def picture(width: int = 24, height: int = 16, text: str = "") -> bytes:
    rows, columns = np.mgrid[0:height, 0:width]
    colours = np.stack([rows * 9, columns * 7, 200 - rows * 3], axis=2).astype(np.uint8)
    return png.embed(Image.fromarray(colours), text)


def test_a_picture_becomes_larger_and_keeps_its_recipe(bench: Bench, spec_of: Callable[..., PromptSpec]) -> None:
    text = write(spec_of("a cat"), version="1")
    bench.enlarge(picture(text=text))
    bench.run()
    (made,) = bench.of(Enlarged)
    assert isinstance(made, Enlarged)
    assert (made.width, made.height) == Image.open(io.BytesIO(made.body)).size == (48, 32)
    assert png.read(made.body) == f"{text}, Postprocess upscale by: 2, Postprocess upscaler: realesr-animevideov3"
    fields = recipe.parse(png.read(made.body))
    assert (fields["Prompt"], fields["Postprocess upscale by"]) == ("a cat", "2")
    assert bench.of(Begun)


def test_four_times_as_large_and_without_a_recipe(bench: Bench) -> None:
    bench.enlarge(picture(), 4)
    bench.run()
    (made,) = bench.of(Enlarged)
    assert isinstance(made, Enlarged)
    assert (made.width, made.height) == (96, 64)
    assert recipe.parse(png.read(made.body))["Postprocess upscale by"] == "4"
    assert recipe.parse(png.read(made.body))["Prompt"] == ""


def test_between_two_tiles_others_have_their_turn(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    load = upscaler.Upscaler.load
    monkeypatch.setattr(upscaler.Upscaler, "load", lambda factor, device: _in_tiles(load(factor, device=device), 16))
    bench.enlarge(picture(48, 32))
    while not bench.of(Begun):
        bench.work.tick()
    told = [message for message in bench.of(Stepped) if isinstance(message, Stepped)]
    assert [(each.step, each.steps) for each in told] == [(1, 6)]
    bench.work.tick()
    assert len(bench.of(Stepped)) == 2
    bench.run()
    steps = [message.step for message in bench.of(Stepped) if isinstance(message, Stepped)]
    assert steps == [1, 2, 3, 4, 5, 6]


def _in_tiles(made: upscaler.Upscaler, side: int) -> upscaler.Upscaler:
    made._tile = side
    return made


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"no picture", "no PNG, JPEG or WebP"), (picture()[:60], "damaged"), (picture(2056, 8), "4112x16")],
)
def test_what_cannot_be_enlarged_is_said_and_holds_up_nobody(content: bytes, sentence: str, bench: Bench) -> None:
    bench.enlarge(content, key="bad")
    bench.enlarge(picture(), key="good")
    bench.run()
    (failed,) = bench.of(Failed, "bad")
    assert isinstance(failed, Failed)
    assert sentence in failed.sentence
    assert failed.field in ("image", "factor")
    assert len(bench.of(Enlarged, "good")) == 1


def test_taken_back_it_leaves_the_line(bench: Bench) -> None:
    for key in ("first", "second", "third"):
        bench.enlarge(picture(), key=key)
    assert bench.told[-1] == Places(places={"first": (1, None), "second": (2, None), "third": (3, None)})
    bench.work.cancel("second")
    bench.run()
    assert not bench.of(Enlarged, "second")
    assert len(bench.of(Enlarged, "first")) == len(bench.of(Enlarged, "third")) == 1
