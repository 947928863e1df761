"""The grader: a small network that looks at a 64x64 picture and names what is in it.

It is trained on the drawing program alone, and itself graded on pictures it never saw (`grade_grader`) before anything
that the sketch model draws is put before it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from generation.diffusion.sketch import palette
from generation.diffusion.sketch.autoencoder import decode, encode_mean
from generation.diffusion.sketch.dataset import Batch, draw_batch, generator, place
from generation.diffusion.sketch.model import FOLDER
from generation.diffusion.sketch.scenes import MOUTHS, NATIVE, OBJECTS, PLACES, WORN, Cat, Person, Scene, Thing

FILE = FOLDER / "grader.safetensors"
SEED = 33
PICTURES = 24_000
EPOCHS = 10
BATCH = 64
#: An answer counts only where the grader gives it at least this probability.
SURE = 0.5
_UNSEEN = 77_000_000

#: What the grader answers, and the answers it may give; the first is "there is none" wherever that can be.
ANSWERS: dict[str, tuple[str, ...]] = {
    "subject": ("girl", "boy", "cat", "two", *OBJECTS),
    "hair": ("none", *palette.HAIR),
    "background": (*palette.BACKGROUNDS, *PLACES),
    "eyes": ("none", "closed", *palette.EYES),
    "mouth": ("none", *MOUTHS),
    "worn": ("none", *WORN),
    "glasses": ("none", "glasses"),
    "colour": ("none", *palette.THINGS),
    "left hair": ("none", *palette.HAIR),
    "right hair": ("none", *palette.HAIR),
    "flaw": ("none", "flaw"),
}


def label(scene: Scene) -> dict[str, str]:
    """The right answer to every question about a scene."""
    answers = dict.fromkeys(ANSWERS, "none") | {"background": scene.background}
    answers["flaw"] = "none" if scene.flaw is None else "flaw"
    if len(scene.subjects) == 2:
        pair = (placed.subject for placed in scene.subjects)
        left, right = (subject.hair if isinstance(subject, Person) else "none" for subject in pair)
        return answers | {"subject": "two", "left hair": left, "right hair": right}
    subject = scene.subjects[0].subject
    if isinstance(subject, Thing):
        return answers | {"subject": subject.name, "colour": subject.colour}
    if isinstance(subject, Cat):
        return answers | {"subject": "cat", "eyes": subject.eyes}
    return answers | {
        "subject": subject.kind,
        "hair": subject.hair,
        "eyes": "closed" if subject.closed_eyes else subject.eyes,
        "mouth": subject.mouth,
        "worn": subject.worn or "none",
        "glasses": "glasses" if subject.glasses else "none",
    }


class Grader(nn.Module):
    """Pixels (n, 3, 64, 64) in -1 to 1 to one row of logits a question."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after, stride in ((3, 24, 2), (24, 48, 2), (48, 64, 1), (64, 96, 2), (96, 96, 2)):
            layers += [nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        self.features = nn.Sequential(*layers, nn.Flatten(), nn.Linear(96 * 16, 128), nn.ReLU())
        self.heads = nn.ModuleDict({_key(question): nn.Linear(128, len(ANSWERS[question])) for question in ANSWERS})

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        features = self.features(pixels)
        return {question: self.heads[_key(question)](features) for question in ANSWERS}

    @torch.no_grad()
    def look(self, pixels: Tensor) -> list[dict[str, str]]:
        """The answers for each picture; a question it is not sure about is answered ``unsure``."""
        self.eval()
        looked: list[dict[str, str]] = [{} for _ in pixels]
        for question, logits in self(pixels).items():
            sure, best = logits.softmax(1).max(1)
            for answers, chance, index in zip(looked, sure.tolist(), best.tolist(), strict=True):
                answers[question] = ANSWERS[question][index] if chance >= SURE else "unsure"
        return looked


def _key(question: str) -> str:
    return question.replace(" ", "_")


def train_grader(
    vae: AutoencoderKL, *, pictures: int = PICTURES, report: Callable[[int, float], None] | None = None
) -> Grader:
    """Train a grader on drawn pictures, half of them seen through the autoencoder."""
    torch.manual_seed(SEED)
    pixels, targets = _gather(vae, pictures)
    grader = place(Grader(), "cpu")
    optimizer = torch.optim.AdamW(grader.parameters(), lr=2e-3, weight_decay=0.02)
    steps = EPOCHS * pictures // BATCH
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1, (step + 1) / 100) * (0.01 + 0.5 * (1 + math.cos(math.pi * step / steps)))
        index = torch.from_numpy(generator(SEED + 1, step).integers(pictures, size=BATCH))
        loss = _loss(grader, _disturb(pixels[index]), targets[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if report is not None:
            report(step + 1, float(loss.detach()))
    return grader.eval()


def _gather(vae: AutoencoderKL, pictures: int) -> tuple[Tensor, Tensor]:
    """Pictures (n, 3, 64, 64) as bytes and the right answers (n, questions)."""
    shown, targets = [], []
    for start in range(0, pictures, BATCH):
        batch = draw_batch(generator(SEED, start), BATCH, NATIVE)
        shown.append(to_bytes(round_trip(vae, batch.pixels) if start // BATCH % 2 else batch.pixels))
        targets.append(_targets(batch))
    return torch.cat(shown)[:pictures], torch.cat(targets)[:pictures]


def _targets(batch: Batch) -> Tensor:
    answers = [label(scene) for scene in batch.scenes]
    return torch.tensor([[_index(question, row[question]) for question in ANSWERS] for row in answers])


def _index(question: str, answer: str) -> int:
    return ANSWERS[question].index(answer)


@torch.no_grad()
def round_trip(vae: AutoencoderKL, pixels: Tensor) -> Tensor:
    """Pixels as they come back from the autoencoder, in -1 to 1."""
    return decode(vae, encode_mean(vae, pixels.contiguous(memory_format=torch.channels_last))).clamp(-1, 1)


def to_bytes(pixels: Tensor) -> Tensor:
    """Pixels of -1 to 1 as bytes."""
    return ((pixels + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)


def _disturb(shown: Tensor) -> Tensor:
    """Small changes of brightness, sharpness and place, so that the grader forgives what is a little off."""
    pixels = shown.float() / 127.5 - 1
    gain = 1 + 0.06 * torch.randn(len(pixels), 1, 1, 1)
    pixels = pixels * gain + 0.04 * torch.randn(len(pixels), 3, 1, 1)
    if torch.rand(()) < 0.3:
        pixels = (
            functional.avg_pool2d(functional.pad(pixels, (1, 1, 1, 1), mode="replicate"), 3, 1) * 0.6 + pixels * 0.4
        )
    shift = torch.randint(-2, 3, (2,)).tolist()
    return torch.roll(pixels, shift, (2, 3)) + 0.04 * torch.randn_like(pixels)


def _loss(grader: Grader, pixels: Tensor, targets: Tensor) -> Tensor:
    spoilt = targets[:, -1] == 1
    total = pixels.new_zeros(())
    for column, (question, logits) in enumerate(grader(pixels.contiguous(memory_format=torch.channels_last)).items()):
        # What is in a spoilt picture may be past recognition: there only the flaw is asked for.
        target = targets[:, column] if question == "flaw" else targets[:, column].masked_fill(spoilt, -100)
        total = total + functional.cross_entropy(logits, target, ignore_index=-100)
    return total


@dataclass(frozen=True, slots=True)
class OwnGrade:
    """How well the grader names one question's answers in pictures it never saw.

    ``right``: share of its answers that are right; ``false``: the worst answer's share of false positives.
    """

    question: str
    pictures: int
    right: float
    false: float


def grade_grader(grader: Grader, *, vae: AutoencoderKL | None = None, pictures: int = 2000) -> list[OwnGrade]:
    """Grade the grader on unseen drawn pictures, through the autoencoder where one is given."""
    truth: list[dict[str, str]] = []
    said: list[dict[str, str]] = []
    for start in range(0, pictures, 100):
        batch = draw_batch(generator(_UNSEEN, start), 100, NATIVE)
        pixels = batch.pixels if vae is None else round_trip(vae, batch.pixels)
        truth += [label(scene) for scene in batch.scenes]
        said += grader.look(to_bytes(pixels).float() / 127.5 - 1)
    return [_own_grade(question, truth, said) for question in ANSWERS]


def _own_grade(question: str, truth: list[dict[str, str]], said: list[dict[str, str]]) -> OwnGrade:
    pairs = [
        (row[question], heard[question])
        for row, heard in zip(truth, said, strict=True)
        if question == "flaw" or row["flaw"] == "none"
    ]
    false = [
        np.mean([heard == answer for right, heard in pairs if right != answer])
        for answer in ANSWERS[question]
        if answer != "none"
    ]
    right = np.mean([right == heard for right, heard in pairs])
    return OwnGrade(question, len(pairs), float(right), float(max(false)))


def save_grader(grader: Grader, file: Path = FILE) -> None:
    """Write the grader's weights in half precision."""
    save_file(
        {
            name: value.half().contiguous() if value.is_floating_point() else value
            for name, value in grader.state_dict().items()
        },
        file,
    )


def load_grader(file: Path = FILE) -> Grader:
    """Read a grader that `save_grader` wrote."""
    grader = Grader()
    state = load_file(file)
    grader.load_state_dict(
        {name: value.float() if value.is_floating_point() else value for name, value in state.items()}
    )
    return grader.eval()
