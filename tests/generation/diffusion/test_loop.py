"""The loop with the tiny model: joining, leaving, failing, and the same bytes in any company."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from generation import png, recipe
from generation.diffusion.engine import Engine
from generation.diffusion.gate.picture_gate import PictureGate
from generation.diffusion.loading import Model, load
from generation.diffusion.work import RowWork
from generation.errors import GateFailed
from generation.gate import GateScores
from generation.messages import Begun, Drawn, Places, Score, Scored
from generation.samplers import names
from generation.spec import PromptSpec, picture
from tests.generation.diffusion.conftest import load_request

Specs = Callable[..., PromptSpec]


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_picture_of_the_asked_size_with_its_recipe(loop: Any, spec_of: Specs) -> None:
    spec = spec_of("a cat", width=40, height=24)
    loop.draw(spec)
    loop.run()
    [data] = loop.pngs()
    assert opened(data).size == (40, 24)
    fields = recipe.parse(png.read(data))
    assert fields["Prompt"] == "a cat"
    assert fields["Seed"] == "1"


def test_the_same_spec_is_the_same_bytes(make_loop: Callable[..., Any], spec_of: Specs) -> None:
    first, second = make_loop(), make_loop()
    for each in (first, second):
        each.draw(spec_of("a cat", sampler="DPM++ 2M SDE Karras"))
        each.run()
    assert first.pngs() == second.pngs()


def test_pictures_of_a_batch_are_pictures_of_their_own(loop: Any, spec_of: Specs) -> None:
    spec = spec_of("a cat", count=3, sampler="Euler a")
    loop.draw(spec, "batch")
    for index in range(3):
        loop.draw(picture(spec, index), f"single {index}")
    loop.run()
    assert loop.pngs("batch") == [loop.pngs(f"single {index}")[0] for index in range(3)]
    assert len(set(loop.pngs("batch"))) == 3


@pytest.mark.parametrize("size", [(32, 32), (48, 32)])
def test_in_a_crowd_that_comes_and_goes_a_picture_is_bit_for_bit_the_same(
    size: tuple[int, int], make_loop: Callable[..., Any], spec_of: Specs
) -> None:
    width, height = size
    wanted = {
        sampler: spec_of("a [cat|dog] AND a hat", sampler=sampler, steps=5, width=width, height=height)
        for sampler in ("Euler", "Euler a", "DPM++ 2M Karras", "DDIM", "UniPC", "Heun", "DPM++ SDE Karras", "LMS")
    }
    alone, crowd = make_loop(), make_loop()
    for sampler, spec in wanted.items():
        alone.draw(spec, sampler)
        alone.run()
    for index, (sampler, spec) in enumerate(wanted.items()):
        crowd.draw(spec, sampler, owner=str(index))
        crowd.draw(spec_of("long, " * 40, seed=index, width=width, height=height), f"other {index}", owner="x")
        crowd.draw(spec_of("of another size", seed=index, guidance_scale=1), f"odd {index}", owner="y")
        crowd.engine.tick()
        crowd.engine.tick()
        crowd.engine.cancel(f"other {index}")
    crowd.run()
    for sampler in wanted:
        assert crowd.pngs(sampler) == alone.pngs(sampler) != [], sampler


def test_every_sampler_and_prediction_draws(make_loop: Callable[..., Any], loop: Any, spec_of: Specs) -> None:
    for sampler in names.NAMES:
        loop.draw(spec_of("a cat", sampler=sampler, steps=3), sampler)
    loop.run()
    pictures = {sampler: loop.pngs(sampler) for sampler in names.NAMES}
    assert all(len(pngs) == 1 for pngs in pictures.values())


def test_one_joins_at_the_next_step(loop: Any, spec_of: Specs) -> None:
    loop.draw(spec_of("a long one", steps=60), "long", "a")
    for _ in range(5):
        loop.engine.tick()
    loop.draw(spec_of("a short one", steps=3), "short", "b")
    for _ in range(10):
        loop.engine.tick()
    loop.engine.settle()
    assert loop.pngs("short")
    assert not loop.pngs("long")


def test_other_sizes_and_people_are_not_starved(loop: Any, spec_of: Specs) -> None:
    for index in range(40):
        loop.draw(spec_of("many", seed=index, steps=8), f"many {index}", "greedy")
    loop.draw(spec_of("one", steps=8, width=64, height=64), "one", "modest")
    for _ in range(60):
        loop.engine.tick()
    loop.engine.settle()
    assert loop.pngs("one")
    for index in range(40):
        loop.engine.cancel(f"many {index}")
    assert not loop.engine.tick()


def test_who_cancels_is_gone_at_the_next_step(loop: Any, spec_of: Specs) -> None:
    loop.draw(spec_of("a cat", steps=50, count=2))
    loop.draw(spec_of("a cat", steps=3), "other", "other")
    loop.engine.tick()
    loop.engine.cancel("job")
    loop.run()
    assert not loop.pngs()
    assert loop.pngs("other")
    loop.engine.cancel("job")
    loop.engine.cancel("nobody's")


def test_previews_are_made_when_somebody_looks(loop: Any, spec_of: Specs) -> None:
    loop.draw(spec_of("a cat", steps=20, count=4, width=64))
    for _ in range(4):
        loop.engine.tick()
    loop.engine.settle()
    assert not any(message.body for message in loop.steps())
    loop.engine.look("job")
    for _ in range(4):
        loop.engine.tick()
    loop.engine.settle()
    [preview] = [message.body for message in loop.steps() if message.body]
    image = opened(preview)
    assert image.format == "JPEG"
    assert max(image.size) == 256
    loop.engine.look("nobody's")
    loop.engine.cancel("job")


def test_places_are_told_while_jobs_wait(loop: Any, spec_of: Specs) -> None:
    for index in range(30):
        loop.draw(spec_of("a cat", seed=index, steps=2), str(index), "one")
    loop.engine.tick()
    places = [message for message in loop.told[""] if isinstance(message, Places)][-1].places
    assert [place for place, _ in places.values()] == list(range(1, len(places) + 1))
    assert "29" in places
    loop.run()
    assert all(loop.pngs(str(index)) for index in range(30))


def test_a_job_begins_once_and_counts_its_steps(loop: Any, spec_of: Specs) -> None:
    loop.draw(spec_of("a cat", steps=6, count=2))
    loop.run()
    assert [type(message) for message in loop.told["job"]].count(Begun) == 1
    steps = [message.step for message in loop.steps()]
    assert steps == sorted(steps)
    assert all(message.steps == 6 for message in loop.steps())


def test_what_the_model_cannot_do_fails_alone_and_names_the_choice(loop: Any, model: Model, spec_of: Specs) -> None:
    from dataclasses import replace

    loop.draw(replace(spec_of("a cat"), clip_skip=9), "deep", "a")
    loop.draw(spec_of("a cat"), "plain", "b")
    loop.run()
    assert [message.field for message in loop.told["deep"] if hasattr(message, "field")] == ["clip_skip"]
    assert loop.pngs("plain")


def test_a_picture_that_is_no_number_fails_with_a_reason(
    loop: Any, spec_of: Specs, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = Engine._advance

    def spoiling(engine: Engine, batch: list[Any]) -> list[Any]:
        done = advance(engine, batch)
        for ticket in done:
            if ticket.owner == "unlucky":
                request = engine._request_of(ticket)
                request.latents = request.latents * float("nan")
        return done

    monkeypatch.setattr(Engine, "_advance", spoiling)
    loop.draw(spec_of("a cat"), "bad", "unlucky")
    loop.draw(spec_of("a cat"), "good", "lucky")
    loop.run()
    assert "no numbers" in loop.failures("bad")[0]
    assert loop.pngs("good")


def test_a_picture_that_falls_apart_leaves_at_that_step(
    loop: Any, spec_of: Specs, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, spoiled = loop.engine._stepper._network, 0

    def spoiling(latents: torch.Tensor, timesteps: torch.Tensor, contexts: torch.Tensor) -> torch.Tensor:
        nonlocal spoiled
        out = network(latents, timesteps, contexts)
        if contexts.shape[1] == 77:
            return out
        spoiled += bool(loop.told["long"])  # not while row counts are probed
        return out * float("nan") if loop.told["long"] else out

    loop.draw(spec_of("a cat"), "before", "b")
    loop.run()
    loop.engine._stepper._counts.of((4, 8, 8), 154)
    monkeypatch.setattr(loop.engine._stepper, "_network", spoiling)
    loop.draw(spec_of("cat, " * 50, steps=30), "long", "a")
    loop.draw(spec_of("a cat"), "short", "b")
    loop.run()
    assert "no numbers" in loop.failures("long")[0]
    assert spoiled == 1
    assert loop.pngs("short") == loop.pngs("before")


@pytest.mark.parametrize(("texture", "fails"), [(0.0, True), (0.01, False)])
def test_a_decode_that_lost_everything_fails_and_a_black_picture_does_not(
    texture: float, fails: bool, loop: Any, spec_of: Specs, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = loop.engine._decoder._decode_batch

    def dark(latents: torch.Tensor, **options: Any) -> Any:
        return (decode(latents, **options)[0].clamp(-1, 1) * texture - 1.5,)

    monkeypatch.setattr(loop.engine._decoder, "_decode_batch", dark)
    loop.draw(spec_of("a black room"))
    loop.run()
    if fails:
        assert "black" in loop.failures()[0]
    else:
        assert opened(loop.pngs()[0]).getextrema() == ((0, 0),) * 3


def test_black_in_half_precision_is_decoded_again_in_full(
    loop: Any, spec_of: Specs, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = loop.engine._decoder._decode_batch
    asked = []

    def black_at_first(latents: torch.Tensor, **options: Any) -> Any:
        asked.append(latents.dtype)
        decoded = decode(latents, **options)[0]
        return (decoded * 0 - 1 if len(asked) == 1 else decoded,)

    monkeypatch.setattr(loop.engine._decoder, "_decode_batch", black_at_first)
    loop.draw(spec_of("a cat"))
    loop.run()
    assert len(asked) == 2
    assert np.asarray(opened(loop.pngs()[0])).std() > 0


def test_no_memory_to_begin_with_fails_that_one_alone(
    loop: Any, spec_of: Specs, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = loop.engine._text_encoder.encode

    def full(texts: Any, *options: Any) -> torch.Tensor:
        if any("long" in str(text) for text in texts):
            raise torch.OutOfMemoryError("CUDA out of memory")
        return encode(texts, *options)

    monkeypatch.setattr(loop.engine._text_encoder, "encode", full)
    loop.draw(spec_of("a long one"), "long", "a")
    loop.draw(spec_of("a cat"), "short", "b")
    loop.run()
    assert "memory" in loop.failures("long")[0]
    assert loop.pngs("short")


def test_a_decode_that_overflows_is_repeated_in_full_precision(
    loop: Any, spec_of: Specs, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[torch.dtype] = []
    decode = loop.engine._decoder._decode_batch

    def overflowing(latents: torch.Tensor, **options: Any) -> Any:
        asked.append(latents.dtype)
        decoded = decode(latents, **options)
        return (decoded[0] * (float("inf") if len(asked) == 1 else 1.0),)

    monkeypatch.setattr(loop.engine._decoder, "_decode_batch", overflowing)
    loop.draw(spec_of("a cat"))
    loop.run()
    assert len(asked) == 2
    assert np.asarray(opened(loop.pngs()[0])).std() > 0


def test_a_decode_that_does_not_fit_is_done_in_tiles(
    loop: Any, model: Model, spec_of: Specs, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = loop.engine._decoder._decode_batch

    def narrow(latents: torch.Tensor, **options: Any) -> Any:
        if not model.vae.use_tiling:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return decode(latents, **options)

    monkeypatch.setattr(loop.engine._decoder, "_decode_batch", narrow)
    loop.draw(spec_of("a cat", width=96, height=96))
    loop.run()
    assert opened(loop.pngs()[0]).size == (96, 96)
    assert not model.vae.use_tiling


def test_when_memory_runs_out_for_one_the_others_go_on(
    loop: Any, spec_of: Specs, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = loop.engine._stepper._network

    def narrow(latents: torch.Tensor, timesteps: torch.Tensor, contexts: torch.Tensor) -> torch.Tensor:
        if contexts.shape[1] > 77:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return network(latents, timesteps, contexts)

    monkeypatch.setattr(loop.engine._stepper, "_network", narrow)
    loop.draw(spec_of("cat, " * 50), "long", "a")
    loop.draw(spec_of("a cat"), "short", "b")
    loop.run()
    assert "memory" in loop.failures("long")[0]
    assert loop.pngs("short")


class Blind(PictureGate):
    """A gate that cannot see."""

    def __init__(self) -> None:
        pass

    def score(self, picture: Image.Image) -> GateScores:
        raise GateFailed("It could not be checked.")


def scores_of(loop: Any) -> list[GateScores | None]:
    return [message.scores for message in loop.told["job"] if isinstance(message, Drawn)]


def test_a_finished_picture_is_checked_before_it_is_told_of(make_loop: Callable[..., Any], spec_of: Specs) -> None:
    gate = PictureGate.load()
    seeing, blind, without = make_loop(gate=gate), make_loop(gate=Blind()), make_loop(gate=None)
    for each in (seeing, blind, without):
        each.draw(spec_of("a cat", count=2))
        each.run()
        assert len(each.pngs()) == 2
    assert scores_of(seeing) == [gate.score(opened(data)) for data in seeing.pngs()]
    assert scores_of(blind) == scores_of(without) == [None, None]


def scored(loop: Any, file: bytes) -> Scored:
    loop.engine.score(Score(key="file", body=file))
    loop.engine.settle()
    return loop.told["file"].pop()


def written(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def test_a_file_is_checked_and_whatever_goes_wrong_is_no_pass(make_loop: Callable[..., Any]) -> None:
    loop = make_loop(gate=PictureGate.load())
    grey = Image.new("RGB", (64, 48), (90, 90, 90))
    assert scored(loop, written(grey)).scores is not None
    huge = written(Image.new("1", (10_000, 4_000)))
    for file, reason in ((b"", "read"), (written(grey)[:60], "read"), (huge, "too large")):
        answer = scored(loop, file)
        assert answer.scores is None
        assert reason in answer.sentence
    assert scored(make_loop(gate=None), written(grey)).scores is None
    assert not loop.faults


def test_fast_mode_draws_nearly_the_same(make_loop: Callable[..., Any], spec_of: Specs) -> None:
    exact, fast = make_loop(), make_loop(reproducible=False)
    for each in (exact, fast):
        each.draw(spec_of("a cat"))
        each.run()
    difference = np.asarray(opened(exact.pngs()[0]), int) - np.asarray(opened(fast.pngs()[0]), int)
    assert np.abs(difference).max() <= 2


def test_the_recipe_says_in_which_mode_it_was_drawn(tiny_folder: Path, spec_of: Specs, make_loop: Any) -> None:
    for reproducible, mode in ((True, "reproducible"), (False, "fast")):
        loop = make_loop(of=load(load_request(tiny_folder, reproducible=reproducible)), reproducible=reproducible)
        loop.draw(spec_of("a cat"))
        loop.run()
        fields = recipe.parse(png.read(loop.pngs()[0]))
        assert fields[recipe.DRAWING_MODE] == mode


def test_drawn_specs_draw_the_picture_again(loop: Any, spec_of: Specs) -> None:
    loop.draw(spec_of("a cat", count=2, subseed=5, subseed_strength=0.3))
    loop.run()
    for index, drawn in enumerate(message for message in loop.told["job"] if isinstance(message, Drawn)):
        loop.draw(drawn.spec, f"again {index}")
    loop.run()
    assert [loop.pngs(f"again {index}")[0] for index in range(2)] == loop.pngs()


def test_low_priority_waits_until_nobody_else_is_there(loop: Any, spec_of: Specs) -> None:
    loop.draw(spec_of("a scan", steps=4, count=3), "scan", "researcher", priority="low")
    loop.draw(spec_of("a cat", steps=12), "cat", "somebody")
    for _ in range(12):
        loop.engine.tick()
    loop.engine.settle()
    assert loop.pngs("cat")
    assert not loop.steps("scan")
    loop.run()
    assert len(loop.pngs("scan")) == 3


def test_a_job_can_be_given_another_priority(loop: Any, spec_of: Specs) -> None:
    loop.draw(spec_of("a scan", steps=4, count=2), "scan", "researcher", priority="low")
    loop.draw(spec_of("a cat", steps=60), "cat", "somebody")
    loop.engine.tick()
    loop.engine.reprioritise("scan", "normal")
    loop.engine.reprioritise("nobody's", "low")
    for _ in range(14):
        loop.engine.tick()
    loop.engine.settle()
    assert len(loop.pngs("scan")) == 2
    assert not loop.pngs("cat")
    loop.engine.cancel("cat")


@pytest.mark.parametrize(
    ("choices", "rows"),
    [
        ({}, [77, 77]),
        ({"prompt": "a cat AND a hat AND a tree"}, [77] * 4),
        ({"guidance_scale": 1.0}, [77]),
        ({"prompt": "cat, " * 60}, [154, 77]),
    ],
)
def test_a_ticket_says_how_many_rows_and_how_much_work_the_next_step_is(
    loop: Any, model: Model, spec_of: Specs, choices: dict[str, Any], rows: list[int]
) -> None:
    loop.draw(spec_of(**({"prompt": "a cat", "steps": 3} | choices)))
    loop.engine.tick()
    [ticket] = loop.engine._jobs["job"].tickets.values()
    work = RowWork(model.unet)
    assert ticket.rows == len(rows)
    assert ticket.work == sum(work.of(8, 8, tokens) for tokens in rows)
    assert loop.engine._scheduler.next_batch() == [ticket]
    loop.run()
    assert loop.pngs()
