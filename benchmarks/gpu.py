"""Compares the loop on a GPU with diffusers' own pipeline, in one process, on the same weights, prompts and noise.

``python -m benchmarks.gpu --model FOLDER [--json FILE]``: one stream, where nobody else draws, and eight in flight,
which the pipeline draws one after another and the loop together; the two sides take turns. Beside it, for the network
alone: what a row costs in calls of so many rows, plainly and prepared, which row counts agree bit for bit, and the
share of what the device can do. FOLDER is any diffusers folder of Stable Diffusion 1.x.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.sketch_loop import Loop, parse_arguments, publish, table
from generation.acceleration import Acceleration
from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.loading import Model, load
from generation.diffusion.noise import GENERATORS
from generation.diffusion.rows import CANDIDATES, Network
from generation.messages import Load
from generation.noise import PictureNoise, PictureSeed
from generation.profiles import Profile, load_profiles
from generation.spec import PromptSpec, resolve

#: Dense half-precision products, FLOP a second, of an H100 or H200 as they were measured.
_PEAK = 790e12
_PROMPT = "1girl, silver hair, night sky, smile"
Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Seconds:
    """Medians of what the pipeline and the loop took for the same pictures."""

    pipeline: float
    loop: float

    @property
    def ratio(self) -> float:
        return self.pipeline / self.loop


class Bench:
    """The two sides, over the weights of one model."""

    def __init__(self, model: Model, profile: Profile, *, steps: int, acceleration: Acceleration) -> None:
        self._model, self._profile, self._steps = model, profile, steps
        self._loop = Loop(model, acceleration=acceleration)
        self._encoder = TextEncoder(model.tokenizer, model.text_encoder)
        scheduler: Any = EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
        self._pipeline: Any = StableDiffusionPipeline(
            vae=model.vae,
            text_encoder=model.text_encoder,
            tokenizer=None,  # pyright: ignore[reportArgumentType]  (it is given encoded prompts, and asks for none)
            unet=model.unet,
            scheduler=scheduler,
            safety_checker=None,  # pyright: ignore[reportArgumentType]  (declared without None, made for it)
            feature_extractor=None,  # pyright: ignore[reportArgumentType]
            requires_safety_checker=False,
        )
        self._pipeline.set_progress_bar_config(disable=True)

    @property
    def network(self) -> Network:
        """The plain network."""
        return self._loop.engine._stepper._network

    @property
    def prepared(self) -> Any:
        """The prepared network, if there is one."""
        return self._loop.engine._stepper._prepared

    def spec(self, size: Size, seed: int) -> PromptSpec:
        """What both sides draw."""
        asked = {"prompt": _PROMPT, "negative_prompt": "lowres", "model": self._profile.name, "seed": seed}
        choices = {"width": size[0], "height": size[1], "steps": self._steps, "sampler": "Euler", "guidance_scale": 7.5}
        return resolve(asked | choices, profiles={self._profile.name: self._profile})

    def by_loop(self, specs: Sequence[PromptSpec]) -> list[bytes]:
        """Draw ``specs`` together, each somebody else's."""
        self._loop.drawn.clear()
        for index, spec in enumerate(specs):
            self._loop.draw(spec, str(index), str(index))
        self._loop.run()
        return [drawn.body for drawn in sorted(self._loop.drawn, key=lambda drawn: int(drawn.key))]

    def by_pipeline(self, specs: Sequence[PromptSpec]) -> list[Any]:
        """Draw ``specs`` one after another, as a queue does; return Pillow's pictures."""
        return [self._piped(spec) for spec in specs]

    def _piped(self, spec: PromptSpec) -> Any:
        texts = (spec.prompt,), (spec.negative_prompt,)
        prompt, negative = (self._encoder.encode(text, spec.clip_skip, spec.emphasis) for text in texts)
        return self._pipeline(
            prompt_embeds=prompt.to(self._model.dtype),
            negative_prompt_embeds=negative.to(self._model.dtype),
            latents=self._noise(spec).to(self._model.dtype),
            width=spec.width,
            height=spec.height,
            num_inference_steps=spec.steps,
            guidance_scale=spec.guidance_scale,
        ).images[0]

    def _noise(self, spec: PromptSpec) -> torch.Tensor:
        factor = self._model.latent_factor
        seed = PictureSeed(seed=spec.seed, shape=(self._model.channels, spec.height // factor, spec.width // factor))
        drawn = PictureNoise(seed, GENERATORS[spec.noise_source]).initial()
        return torch.from_numpy(drawn).to(self._model.device).unsqueeze(0)

    def warm_up(self, size: Size, together: int, *, patience: float = 900.0) -> None:
        """Draw once on both sides, and wait until what is prepared in the background is ready."""
        self.by_pipeline([self.spec(size, 0)])
        self.by_loop([self.spec(size, seed) for seed in range(together)])
        shape = self._shape(size)
        deadline = time.monotonic() + patience
        while self.prepared and not self.prepared.serves(shape, {77}) and time.monotonic() < deadline:
            time.sleep(0.1)
        self.by_loop([self.spec(size, seed) for seed in range(together)])

    def compare(self, size: Size, together: int, repeats: int) -> Seconds:
        """Time both sides in turns over ``together`` pictures in flight."""
        specs = [self.spec(size, seed) for seed in range(together)]
        piped, looped = [], []
        for _ in range(repeats):
            piped.append(self._seconds(lambda: self.by_pipeline(specs)))
            looped.append(self._seconds(lambda: self.by_loop(specs)))
        return Seconds(statistics.median(piped), statistics.median(looped))

    def curve(self, size: Size, repeats: int) -> dict[int, tuple[float, float | None]]:
        """Milliseconds a row costs in calls of so many rows, plainly and prepared."""
        found: dict[int, tuple[float, float | None]] = {}
        counts = self.prepared.counts.of(self._shape(size), 77) if self.prepared else ()
        for count in CANDIDATES:
            plain = self._per_row(self.network, size, count, repeats)
            found[count] = (
                plain,
                self._per_row(self.prepared.network, size, count, repeats) if count in counts else None,
            )
        return found

    def classes(self, size: Size) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The row counts that agree, plainly and prepared."""
        shape, stepper = self._shape(size), self._loop.engine._stepper
        return stepper._counts.of(shape, 77), self.prepared.counts.of(shape, 77) if self.prepared else ()

    def flops(self, size: Size) -> int:
        """Operations of a guided step, two rows, as torch counts them."""
        with FlopCounterMode(display=False) as counter:
            self.network(*self._rows(size, 2))
        return counter.get_total_flops()

    def _per_row(self, network: Network, size: Size, count: int, repeats: int) -> float:
        rows = self._rows(size, count)
        network(*rows)
        seconds = [self._seconds(lambda: network(*rows)) for _ in range(repeats)]
        return 1000 * statistics.median(seconds) / count

    def _rows(self, size: Size, count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        device, width = self._model.device, self._model.unet.config["cross_attention_dim"]
        latents = torch.randn(count, *self._shape(size), device=device)
        return latents, torch.full((count,), 500.0, device=device), torch.randn(count, 77, width, device=device)

    def _shape(self, size: Size) -> tuple[int, int, int]:
        return self._model.channels, size[1] // self._model.latent_factor, size[0] // self._model.latent_factor

    def _seconds(self, work: Callable[[], object]) -> float:
        self._settle()
        begun = time.perf_counter()
        work()
        self._settle()
        return time.perf_counter() - begun

    def _settle(self) -> None:
        if self._model.device.type == "cuda":
            torch.cuda.synchronize()


def measure(
    bench: Bench, sizes: Sequence[Size], *, in_flight: Sequence[int], steps: int, repeats: int
) -> dict[str, Any]:
    """All figures, by size."""
    found: dict[str, Any] = {}
    for size in sizes:
        bench.warm_up(size, max(in_flight))
        sides = {together: bench.compare(size, together, repeats) for together in in_flight}
        flops = bench.flops(size)
        found[f"{size[0]}x{size[1]}"] = {
            "seconds": {
                str(together): {"pipeline": each.pipeline, "loop": each.loop, "ratio": each.ratio}
                for together, each in sides.items()
            },
            "TFLOP a guided step": flops / 1e12,
            "share of the peak": {
                str(together): flops * steps * together / each.loop / _PEAK for together, each in sides.items()
            },
            "ms a row, plain and prepared": {str(count): each for count, each in bench.curve(size, repeats).items()},
            "row counts that agree, plain and prepared": bench.classes(size),
        }
    return found


def tables(found: dict[str, Any]) -> list[str]:
    """The figures as tables."""
    ratios = [
        [size, together, *_told(each), f"{100 * of['share of the peak'][together]:.1f} %"]
        for size, of in found.items()
        for together, each in of["seconds"].items()
    ]
    curve = [
        [size, count, f"{plain:.2f}", "" if prepared is None else f"{prepared:.2f}"]
        for size, of in found.items()
        for count, (plain, prepared) in of["ms a row, plain and prepared"].items()
    ]
    classes = [[size, *map(str, of["row counts that agree, plain and prepared"])] for size, of in found.items()]
    return [
        table(["size", "in flight", "pipeline, s", "loop, s", "times", "of 790 TFLOP/s"], ratios),
        table(["size", "rows a call", "ms a row, plain", "prepared"], curve),
        table(["size", "row counts that agree, plain", "prepared"], classes),
    ]


def _told(sides: dict[str, float]) -> list[str]:
    return [f"{sides['pipeline']:.3f}", f"{sides['loop']:.3f}", f"{sides['ratio']:.2f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description="The loop on a GPU against diffusers' pipeline.")
    parser.add_argument(
        "--model", default=load_profiles()["sketch"].source, help="a diffusers folder (the sketch model)"
    )
    parser.add_argument("--dtype", default="float16", help="float16, bfloat16 or float32 (float16)")
    arguments = parse_arguments(parser)
    if not torch.cuda.is_available():
        sys.exit("There is no GPU on this machine; this compares the loop with diffusers' pipeline on one.")
    profile = load_profiles()["anything-v3"]
    steps = 50 if arguments.full else 20
    bench = Bench(_model(arguments.model, arguments.dtype), profile, steps=steps, acceleration=Acceleration())
    found = measure(bench, [(512, 512), (768, 768)], in_flight=(1, 8), steps=steps, repeats=7)
    publish(f"GPU: {torch.cuda.get_device_name()}", found, tables(found), arguments.json)


def _model(folder: str, dtype: str) -> Model:
    wanted = Load(
        name="anything-v3",
        source=folder,
        vae=None,
        device="cuda",
        dtype=dtype,
        threads=None,
        download=False,
        reproducible=True,
        preview=None,
    )
    return load(wanted)


if __name__ == "__main__":
    main()
