"""Who competes in :mod:`benchmarks.arrivals`: the loop, the loop serving one job after another, diffusers' pipeline.

Each has a clock of its own, moved on by the processor time of what it really computes: networks, samplers, previews as
JPEG, pictures as PNG, and everything around them. When it has nothing to do, its clock jumps to the next arrival. So
nobody else's work on the machine is counted, and no time is spent waiting.
"""

import io
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler
from diffusers.schedulers.scheduling_euler_ancestral_discrete import EulerAncestralDiscreteScheduler
from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler
from diffusers.schedulers.scheduling_unipc_multistep import UniPCMultistepScheduler
from transformers import CLIPTokenizer

from benchmarks.dispatch_bound import PREVIEW, TOKENIZER
from generation.diffusion import preview
from generation.diffusion.assembly import assemble
from generation.diffusion.decoding import Decoder
from generation.diffusion.loading import Model
from generation.diffusion.preview import Preview
from generation.ledger import Ledger
from generation.messages import Draw, Drawn, Failed, Message, Stepped
from generation.spec import PromptSpec

_NOISE = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}
#: Samplers that both sides have, one call of the network a step.
SCHEDULERS: dict[str, Any] = {
    "Euler": lambda: EulerDiscreteScheduler(**_NOISE),
    "Euler a": lambda: EulerAncestralDiscreteScheduler(**_NOISE),
    "DDIM": lambda: DDIMScheduler(**_NOISE, clip_sample=False),
    "DPM++ 2M Karras": lambda: DPMSolverMultistepScheduler(**_NOISE, use_karras_sigmas=True),
    "UniPC": lambda: UniPCMultistepScheduler(**_NOISE),
}


@dataclass(frozen=True, slots=True)
class Job:
    """A picture that somebody asks for at a moment, in seconds."""

    key: str
    at: float
    owner: str
    spec: PromptSpec


@dataclass
class Outcome:
    """When each job was begun, first seen and finished, by its key, and how long the contestant computed."""

    begun: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    finished: dict[str, float] = field(default_factory=dict)
    busy: float = 0.0
    ended: float = 0.0


class Contestant(Protocol):
    """Serves jobs on a clock of its own."""

    now: float

    def begin(self, jobs: Sequence[Job]) -> None:
        """Set the clock to zero; these jobs will arrive."""
        ...

    def advance(self) -> bool:
        """Do something, or wait for the next arrival; False when every job is finished."""
        ...

    def outcome(self) -> Outcome:
        """How it went, when it is over."""
        ...


class _Served:
    """The clock, the arrivals, and the account: what contestants share."""

    def __init__(self) -> None:
        self.now = 0.0
        self._coming: deque[Job] = deque()
        self._outcome = Outcome()

    def begin(self, jobs: Sequence[Job]) -> None:
        self.now, self._outcome = 0.0, Outcome()
        self._coming = deque(sorted(jobs, key=lambda job: job.at))

    def outcome(self) -> Outcome:
        self._outcome.ended = self.now
        return self._outcome

    def _arrived(self) -> bool:
        return bool(self._coming) and self._coming[0].at <= self.now

    def _wait(self) -> bool:
        """Let the time pass until somebody comes; False when nobody will."""
        if self._coming:
            self.now = max(self.now, self._coming[0].at)
        return bool(self._coming)

    @contextmanager
    def _computing(self) -> Iterator[None]:
        begun = time.process_time()
        yield
        self._passed(time.process_time() - begun)

    def _passed(self, seconds: float) -> None:
        self.now += seconds
        self._outcome.busy += seconds


class Loop(_Served):
    """The program's own engine. With ``one_by_one`` it is given the next job when it has finished the last."""

    def __init__(self, model: Model, *, one_by_one: bool = False) -> None:
        super().__init__()
        self._one_by_one = one_by_one
        self._told: list[Message] = []
        self._under_way = 0
        self._engine = assemble(
            model,
            preview=PREVIEW,
            reproducible=True,
            gate=None,
            report=self._told.append,
            fault=_raise,
            ledger=Ledger(),
        )

    def advance(self) -> bool:
        if not self._under_way and not self._wait():
            return False
        with self._computing():
            while self._arrived() and not (self._one_by_one and self._under_way):
                self._take(self._coming.popleft())
            self._engine.tick()
            self._engine.settle()
        for message in self._told:
            self._hear(message)
        self._told.clear()
        return True

    def _take(self, job: Job) -> None:
        self._engine.draw(Draw(key=job.key, owner=job.owner, spec=job.spec))
        self._engine.look(job.key)
        self._outcome.begun[job.key] = self.now
        self._under_way += 1

    def _hear(self, message: Message) -> None:
        match message:
            case Stepped(key=key) if message.body:
                self._outcome.seen[key] = self.now
            case Drawn(key=key):
                self._outcome.finished[key] = self.now
                self._under_way -= 1
            case Failed():
                raise RuntimeError(message.sentence)
            case _:
                pass


class Pipeline(_Served):
    """diffusers' own pipeline behind a queue, with the same networks; a preview is made after the first step."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        make: Any = StableDiffusionPipeline
        self._pipeline: Any = make(
            vae=model.vae,
            text_encoder=model.text_encoder,
            tokenizer=CLIPTokenizer.from_pretrained(TOKENIZER),
            unet=model.unet,
            scheduler=SCHEDULERS["Euler"](),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
        self._pipeline.set_progress_bar_config(disable=True)
        self._preview = Preview(PREVIEW, Decoder(model.vae), model.channels)

    def advance(self) -> bool:
        if not self._wait():
            return False
        job = self._coming.popleft()
        self._outcome.begun[job.key] = self.now
        with self._computing():
            begun = time.process_time()

            def after_step(_pipeline: object, step: int, _timestep: object, tensors: dict[str, Any]) -> dict[str, Any]:
                if step == 0:
                    preview.encode([self._preview.colours(tensors["latents"][0])])
                    self._outcome.seen[job.key] = self.now + time.process_time() - begun
                return tensors

            self._draw(job.spec, after_step)
        self._outcome.finished[job.key] = self.now
        return True

    def _draw(self, spec: PromptSpec, after_step: Any) -> None:
        self._pipeline.scheduler = SCHEDULERS[spec.sampler]()
        picture = self._pipeline(
            spec.prompt,
            negative_prompt=spec.negative_prompt,
            width=spec.width,
            height=spec.height,
            num_inference_steps=spec.steps,
            guidance_scale=spec.guidance_scale,
            generator=torch.Generator().manual_seed(spec.seed),
            callback_on_step_end=after_step,
        ).images[0]
        picture.save(io.BytesIO(), "PNG")


def _raise(fault: BaseException) -> None:
    raise fault
