"""Pictures drawn over others, and second passes: by the meaning of their tables, and the same bytes in any company."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import interpolate

from generation import passes, png, recipe
from generation.diffusion.assembly import network_of
from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.decoding import Decoder
from generation.diffusion.loading import Model
from generation.diffusion.noise import GENERATORS
from generation.diffusion.source import Source
from generation.errors import DrawingFailed
from generation.messages import Drawn
from generation.noise import PictureNoise, PictureSeed
from generation.samplers import SamplerTable, table
from generation.samplers.table import Latents, run, start
from generation.spec import PromptSpec

Specs = Callable[..., PromptSpec]
DIGEST = "ab" * 32
SAMPLERS = ("Euler", "Euler a", "DPM++ 2M Karras", "DDIM", "UniPC", "Heun", "DPM++ SDE Karras")


def drawn_over(width: int = 32, height: int = 32) -> bytes:
    """Stripes, as the picture to draw over."""
    rows = np.arange(height * width * 3) // 40 % 256
    return rows.astype(np.uint8).tobytes()


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)), dtype=int)


class Plainly:
    """Draws one pass of a plain prompt by the plain meaning of its table, without the loop."""

    def __init__(self, model: Model, encoder: TextEncoder, spec: PromptSpec) -> None:
        self.spec, self._model = spec, model
        self._network = network_of(model)
        both = [encoder.encode([text], 1, "Original")[0] for text in (spec.negative_prompt, spec.prompt)]
        self._contexts = torch.stack(both)

    def drawn(self, way: Any, latents: np.ndarray | None) -> np.ndarray:
        spec, factor = self.spec, self._model.latent_factor
        rows: SamplerTable = table(
            spec.sampler, spec.steps, alphas_cumprod=self._model.alphas_cumprod, image_to_image=way
        )
        shape = (self._model.channels, spec.height // factor, spec.width // factor)
        noise = PictureNoise(PictureSeed(seed=spec.seed, shape=shape), GENERATORS[spec.noise_source])
        begun = start(rows, noise.initial(), latents)
        return run(rows, self._guided, begun, lambda row: noise.of_row(rows, row))

    def _guided(self, latents: Latents, timestep: float) -> Latents:
        pair = torch.from_numpy(np.stack([latents] * 2).astype(np.float32))
        negative, positive = self._network(pair, torch.full((2,), timestep), self._contexts).numpy()
        return negative + self.spec.guidance_scale * (positive - negative)


@pytest.mark.parametrize("sampler", ["Euler", "Euler a", "DDIM"])
def test_a_picture_drawn_over_follows_the_table_of_its_strength(
    sampler: str, loop: Any, model: Model, text_encoder: TextEncoder, spec_of: Specs
) -> None:
    spec = spec_of("a cat", sampler=sampler, steps=6, source=DIGEST, strength=0.5)
    loop.draw(spec, body=drawn_over())
    loop.run()
    given = np.frombuffer(drawn_over(), np.uint8).reshape(32, 32, 3)
    latents = Source(model.vae).latents(given).numpy()
    wanted = Plainly(model, text_encoder, spec).drawn(passes.first_way(spec), latents)
    plain = Decoder(model.vae).pixels(torch.from_numpy(wanted).float())
    assert np.abs(pixels(loop.pngs()[0]) - plain.astype(int)).max() <= 1


@pytest.mark.parametrize("sampler", ["Euler", "DPM++ 2M Karras"])
def test_a_second_pass_goes_over_the_first_ones_latents(
    sampler: str, loop: Any, model: Model, text_encoder: TextEncoder, spec_of: Specs
) -> None:
    spec = spec_of("a cat", sampler=sampler, width=32, height=24, larger=1.5, larger_steps=3, larger_strength=0.5)
    loop.draw(spec)
    loop.run()
    first = Plainly(model, text_encoder, spec).drawn(None, None)
    assert spec.finished_size == (48, 32)
    enlarged = interpolate(torch.from_numpy(first[None]).float(), (8, 12), mode="bilinear")[0].numpy()
    second = passes.second_pass(spec)
    wanted = Plainly(model, text_encoder, second).drawn(passes.second_way(spec), enlarged)
    plain = Decoder(model.vae).pixels(torch.from_numpy(wanted).float())
    made = pixels(loop.pngs()[0])
    assert made.shape == (32, 48, 3)
    assert np.abs(made - plain.astype(int)).max() <= 1


def test_a_share_of_the_steps_is_taken_and_told(loop: Any, spec_of: Specs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generation.diffusion.reports._REPORT_SECONDS", 0.0)
    for strength, steps in ((0.0, 1), (0.5, 11), (1.0, 20)):
        loop.draw(spec_of(source=DIGEST, strength=strength, steps=20), str(strength), body=drawn_over())
        loop.run()
        told = loop.steps(str(strength))
        assert len(told) == steps
        assert (told[-1].step, told[-1].steps) == (steps, steps)


def test_in_a_crowd_passes_are_bit_for_bit_the_same(make_loop: Callable[..., Any], spec_of: Specs) -> None:
    wanted = {
        sampler: spec_of("a [cat|dog]", sampler=sampler, steps=5, source=DIGEST, strength=0.6, larger=1.5)
        for sampler in SAMPLERS
    }
    alone, crowd = make_loop(), make_loop()
    for sampler, spec in wanted.items():
        alone.draw(spec, sampler, body=drawn_over())
        alone.run()
    for index, (sampler, spec) in enumerate(wanted.items()):
        crowd.draw(spec, sampler, owner=str(index), body=drawn_over())
        crowd.draw(spec_of("of the larger size", seed=index, width=48, height=48), f"other {index}", owner="x")
        crowd.draw(spec_of("of the smaller size", seed=index), f"odd {index}", owner="y")
        crowd.engine.tick()
        crowd.engine.tick()
    crowd.run()
    for sampler in wanted:
        assert crowd.pngs(sampler) == alone.pngs(sampler) != [], sampler


def test_several_pictures_in_two_passes_are_pictures_of_their_own(loop: Any, spec_of: Specs) -> None:
    loop.draw(spec_of(count=3, larger=2, sampler="Euler a"), "batch")
    loop.run()
    drawn = sorted((told for told in loop.told["batch"] if isinstance(told, Drawn)), key=lambda told: told.index)
    for index, each in enumerate(drawn):
        loop.draw(each.spec, f"again {index}")
    loop.run()
    assert [loop.pngs(f"again {index}")[0] for index in range(3)] == loop.pngs("batch")
    assert len(set(loop.pngs("batch"))) == 3


def test_prompts_count_on_in_the_second_pass(loop: Any, spec_of: Specs) -> None:
    """A fraction above 1 changes the prompt within the second pass; one below it has changed it already."""
    texts = {"late": "[cat:dog:1.5]", "cat": "cat", "early": "[cat:dog:0.0]", "dog": "dog"}
    for key, text in texts.items():
        loop.draw(spec_of(text, larger=1.5, larger_steps=4), key)
    loop.run()
    made = {key: loop.pngs(key)[0] for key in texts}
    assert (pixels(made["early"]) == pixels(made["dog"])).all()
    assert (pixels(made["late"]) != pixels(made["cat"])).any()
    assert (pixels(made["late"]) != pixels(made["dog"])).any()


def test_the_recipe_of_both_passes_reads_back_as_the_spec(loop: Any, spec_of: Specs) -> None:
    spec = spec_of(source=DIGEST, strength=0.5, larger=1.5)
    loop.draw(spec, body=drawn_over())
    loop.run()
    fields = recipe.parse(png.read(loop.pngs()[0]))
    made = recipe.choices(fields)
    assert made["source"] == DIGEST
    assert (made["larger"], made["strength"], made["larger_strength"]) == (1.5, 0.5, 0.6)


def test_progress_counts_both_passes_and_never_goes_back(
    loop: Any, spec_of: Specs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generation.diffusion.reports._REPORT_SECONDS", 0.0)
    loop.draw(spec_of(steps=6, larger=2, larger_steps=6, count=2))
    loop.engine.look("job")
    for _ in range(8):
        loop.engine.tick()
        loop.engine.look("job")
    loop.run()
    told = loop.steps()
    assert {stepped.steps for stepped in told} == {12}
    assert [stepped.step for stepped in told] == sorted(stepped.step for stepped in told)
    assert told[-1].step == 12
    previews = [Image.open(io.BytesIO(stepped.body)).size for stepped in told if stepped.body]
    assert len(previews) > 3


def test_taken_back_between_its_passes_it_leaves_nothing(loop: Any, spec_of: Specs) -> None:
    loop.draw(spec_of(steps=3, larger=2), "gone")
    for _ in range(4):
        loop.engine.tick()
    loop.engine.cancel("gone")
    loop.draw(spec_of())
    loop.run()
    assert loop.pngs("gone") == []
    assert len(loop.pngs()) == 1
    assert len(loop.engine._scheduler) == 0


def test_a_second_pass_that_cannot_be_is_refused_before_the_first_is_drawn(loop: Any, spec_of: Specs) -> None:
    loop.draw(spec_of(sampler="DDIM", larger=2, larger_strength=1, larger_steps=1100))
    loop.engine.tick()
    assert "not enough timesteps for 1100 steps" in loop.failures()[0]


def test_a_source_that_does_not_fit_is_read_in_tiles_and_one_that_gives_no_numbers_fails(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Source(model.vae)
    encode = reader._encode_batch
    given = np.frombuffer(drawn_over(96, 96), np.uint8).reshape(96, 96, 3)

    def narrow(colours: torch.Tensor, **options: Any) -> Any:
        if not model.vae.use_tiling:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return encode(colours, **options)

    monkeypatch.setattr(reader, "_encode_batch", narrow)
    assert reader.latents(given).shape == (4, 24, 24)
    assert not model.vae.use_tiling
    monkeypatch.setattr(model.vae, "use_tiling", False)
    monkeypatch.setattr(reader, "_encode", lambda colours: torch.full((4, 24, 24), float("nan")))
    with pytest.raises(DrawingFailed, match="no numbers"):
        reader.latents(given)
