"""The whole course of training, stage by stage; each goes on from where it was stopped."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import distributed
from torch.multiprocessing import get_context

from generation.diffusion.sketch import autoencoder, grader, training
from generation.diffusion.sketch.dataset import place
from generation.diffusion.sketch.latents import gather_library
from generation.diffusion.sketch.model import FOLDER, copy_tokenizer

#: Hears a stage, how much of it is done, how much it is, and its present loss.
Report = Callable[[str, int, int, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Where training keeps its state, where the model goes, and how long each stage is.

    ``start``: the folder of a model whose autoencoder is kept and whose other networks are trained further.
    ``workers``: processes with a thread each that share every batch; on a GPU one.
    """

    state: Path
    output: Path = FOLDER
    start: Path | None = None
    device: str = "cpu"
    workers: int = 2
    autoencoder_steps: int = autoencoder.STEPS
    pictures: int = training.PICTURES
    steps: int = training.STEPS
    grader_pictures: int = grader.PICTURES

    def run(self, report: Report) -> None:
        """Train everything and write the model, and last the grader, into ``output``."""
        self.state.mkdir(parents=True, exist_ok=True)
        vae = self._train_autoencoder(report)
        self._train_networks(vae, report)
        copy_tokenizer(self.output)
        if not (self.output / grader.FILE.name).exists():
            self._train_grader(vae, report)

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

    def _train_networks(self, vae: AutoencoderKL, report: Report) -> None:
        drawn = 0

        def count(pictures: int) -> None:
            nonlocal drawn
            drawn += pictures
            report("pictures", drawn, self.pictures, 0.0)

        gather_library(self._library, vae, count=self.pictures, seed=training.SEED, device=self.device, report=count)
        self._meeting.unlink(missing_ok=True)  # a run that was killed leaves it behind
        others = [get_context("spawn").Process(target=_help, args=(self, rank)) for rank in range(1, self.workers)]
        for other in others:
            other.start()
        trainer = self._join(0, vae)
        trainer.run(report=lambda step, loss: report("networks", step, self.steps, loss))
        trainer.save(self.output, vae)
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

    def _join(self, rank: int, vae: AutoencoderKL) -> training.Trainer:
        """Enter the group of workers, where there are several, and take up training where it was left."""
        if self.workers > 1:
            torch.set_num_threads(1)
            meeting = self._meeting.absolute().as_uri()
            distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=self.workers)
        library = gather_library(self._library, vae, count=self.pictures, seed=training.SEED)
        trainer = training.Trainer(
            library,
            self.state / "networks.pt",
            steps=self.steps,
            device=self.device,
            rank=rank,
            workers=self.workers,
            start=self.start,
        )
        if self.workers > 1:
            distributed.barrier()
        return trainer


def _help(course: Course, rank: int) -> None:
    """The life of a worker beside the first."""
    os.environ["OMP_NUM_THREADS"] = "1"
    course._join(rank, course._autoencoder()).run()
    _leave()


def _leave() -> None:
    if distributed.is_initialized():
        distributed.destroy_process_group()
