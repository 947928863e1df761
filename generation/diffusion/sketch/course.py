"""The whole course of training, stage by stage; each goes on from where it was stopped."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import distributed
from torch.multiprocessing import get_context

from generation.diffusion.sketch import autoencoder, grader, training
from generation.diffusion.sketch.dataset import place
from generation.diffusion.sketch.latents import gather_library
from generation.diffusion.sketch.lessons import EVERYTHING, FURTHER, MOUTHS, Lesson
from generation.diffusion.sketch.model import FOLDER, copy_tokenizer

#: Hears a stage, how much of it is done, how much it is, and its present loss.
Report = Callable[[str, int, int, float], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """A lesson of so many steps, from the model in ``start``, or from new networks."""

    name: str
    lesson: Lesson
    steps: int
    start: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Where training keeps its state, where the model goes, and how long each stage is.

    ``start``: the folder of a model whose autoencoder is kept and whose other networks are trained further.
    ``steps`` are those with everything, ``mouth_steps`` those with mouths alone, ``further_steps`` those with
    everything once more. ``workers``: processes with a thread each that share every batch; on a GPU one.
    """

    state: Path
    output: Path = FOLDER
    start: Path | None = None
    device: str = "cpu"
    workers: int = 2
    autoencoder_steps: int = autoencoder.STEPS
    pictures: int = training.PICTURES
    steps: int = training.STEPS
    mouth_steps: int = training.MOUTH_STEPS
    further_steps: int = training.FURTHER_STEPS
    grader_pictures: int = grader.PICTURES

    def run(self, report: Report) -> None:
        """Train everything and write the model, and last the grader, into ``output``."""
        self.state.mkdir(parents=True, exist_ok=True)
        vae = self._train_autoencoder(report)
        self._gather(vae, report)
        for stage in self._stages:
            self._train_networks(stage, vae, report)
        copy_tokenizer(self.output)
        if not (self.output / grader.FILE.name).exists():
            self._train_grader(vae, report)

    @property
    def _stages(self) -> Sequence[Stage]:
        """What the networks learn, one after the other; each stage but the last leaves its model with the state."""
        if self.start is not None:
            return [Stage("networks", FURTHER, self.steps, self.start)]
        return [
            Stage("networks", EVERYTHING, self.steps, None),
            Stage("mouths", MOUTHS, self.mouth_steps, self.state / "networks"),
            Stage("everything again", FURTHER, self.further_steps, self.state / "mouths"),
        ]

    def _train_autoencoder(self, report: Report) -> AutoencoderKL:
        folder = (self.start or self.state) / "vae"
        if not folder.exists():
            vae = autoencoder.train_autoencoder(
                self.state / "autoencoder.pt",
                steps=self.autoencoder_steps,
                device=self.device,
                report=lambda step, loss: report("autoencoder", step, self.autoencoder_steps, loss),
            )
            vae.save_pretrained(folder)
        return place(self._autoencoder(), self.device)

    def _autoencoder(self) -> AutoencoderKL:
        return AutoencoderKL.from_pretrained((self.start or self.state) / "vae", torch_dtype=torch.float32)

    def _gather(self, vae: AutoencoderKL, report: Report) -> None:
        drawn = 0

        def count(pictures: int) -> None:
            nonlocal drawn
            drawn += pictures
            report("pictures", drawn, self.pictures, 0.0)

        gather_library(self._library, vae, count=self.pictures, seed=training.SEED, device=self.device, report=count)

    def _train_networks(self, stage: Stage, vae: AutoencoderKL, report: Report) -> None:
        folder = self.output if stage == self._stages[-1] else self.state / stage.name
        self._meeting.unlink(missing_ok=True)  # a run that was killed leaves it behind
        workers = range(1, self.workers)
        others = [get_context("spawn").Process(target=_help, args=(self, stage, rank)) for rank in workers]
        for other in others:
            other.start()
        trainer = self._join(0, stage, vae)
        trainer.run(report=lambda step, loss: report(stage.name, step, stage.steps, loss))
        trainer.save(folder, vae)
        for other in others:
            other.join()
        _leave()

    def _train_grader(self, vae: AutoencoderKL, report: Report) -> None:
        total = grader.EPOCHS * self.grader_pictures // grader.BATCH
        trained = grader.train_grader(
            place(vae, "cpu"),
            pictures=self.grader_pictures,
            report=lambda step, loss: report("grader", step, total, loss),
        )
        grader.save_grader(trained, self.output / grader.FILE.name)

    @property
    def _library(self) -> Path:
        return self.state / "library.pt"

    @property
    def _meeting(self) -> Path:
        return self.state / "meeting"

    def _join(self, rank: int, stage: Stage, vae: AutoencoderKL) -> training.Trainer:
        """Enter the group of workers, where there are several, and take up training where it was left."""
        if self.workers > 1:
            torch.set_num_threads(1)
            meeting = self._meeting.absolute().as_uri()
            distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=self.workers)
        library = gather_library(self._library, vae, count=self.pictures, seed=training.SEED)
        trainer = training.Trainer(
            library,
            self.state / f"{stage.name}.pt",
            steps=stage.steps,
            device=self.device,
            rank=rank,
            workers=self.workers,
            lesson=stage.lesson,
            start=stage.start,
        )
        if self.workers > 1:
            distributed.barrier()
        return trainer


def _help(course: Course, stage: Stage, rank: int) -> None:
    """The life of a worker beside the first, in one stage."""
    os.environ["OMP_NUM_THREADS"] = "1"
    course._join(rank, stage, course._autoencoder()).run()
    _leave()


def _leave() -> None:
    if distributed.is_initialized():
        distributed.destroy_process_group()
