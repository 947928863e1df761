"""Samplers against what was measured, in the loop's own arithmetic: all cases together in one stepper, in float32.

They join a few at a time in an order that mixes samplers, step counts and guidance, so that calls hold rows of many
pictures at different points of their way.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor

from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.guidance import Guidance
from generation.diffusion.request import Request
from generation.diffusion.rows import RowCounts
from generation.diffusion.stepper import Stepper
from generation.noise import PictureNoise
from generation.profiles import load_profiles
from generation.prompt.plan import Branch, PromptPlan
from generation.samplers import SamplerTable, start
from generation.spec import resolve
from tests.conformance import toys
from tests.conformance.test_samplers import TOLERANCE, made_table, noised

Arrays = Callable[[str], Mapping[str, np.ndarray]]
Predict = Callable[[toys.Array, float], toys.Array]

_JOIN_AT_ONCE = 4


class Texts:
    """Stands in for the text encoder: the context of a text is the number of the toy that it asks for."""

    def __init__(self) -> None:
        self.toys: list[Predict] = []

    def text(self, toy: Predict) -> str:
        self.toys.append(toy)
        return str(len(self.toys) - 1)

    def encode(self, texts: tuple[str, ...], *_: object) -> Tensor:
        return torch.tensor([float(text) for text in texts]).view(-1, 1, 1)

    def network(self, latents: Tensor, timesteps: Tensor, contexts: Tensor) -> Tensor:
        rows = zip(latents.double().numpy(), timesteps.tolist(), contexts[:, 0, 0].tolist(), strict=True)
        outputs = [self.toys[int(abs(toy)) % len(self.toys)](row, timestep) for row, timestep, toy in rows]
        return torch.from_numpy(np.stack(outputs)).float()


class Noises:
    """Stands in for a picture's noise: the measured ones, in order."""

    def __init__(self, noises: np.ndarray) -> None:
        self._noises: Iterator[np.ndarray] = iter(noises.astype(np.float32))

    def of_row(self, table: SamplerTable, row: int) -> np.ndarray:
        return next(self._noises)


def request_of(case: dict[str, Any], tensors: Mapping[str, np.ndarray], texts: Texts) -> Request:
    made = made_table(case)
    latent = tensors["img2img_init"].astype(np.float64) if noised(case) else None
    begun = start(made, tensors[case["x"]].astype(np.float64), latent)[0]
    scale = case["cfg_scale"] if "cond" in case else 1.0
    spec = resolve({"prompt": "", "model": "sketch", "seed": 1, "guidance_scale": scale}, profiles=load_profiles())
    return Request(
        spec=spec,
        table=made,
        guidance=Guidance(_plan(case, len(made), texts), spec, cast(TextEncoder, texts), area=(8, 8)),
        noise=cast(PictureNoise, Noises(tensors[case["noise"]])),
        latents=torch.from_numpy(begun).float(),
    )


def _plan(case: dict[str, Any], calls: int, texts: Texts) -> PromptPlan:
    def branch(weight: float, toy: Predict) -> Branch:
        return Branch(weight, (texts.text(toy),), (0,) * calls)

    if "cond" not in case:
        return PromptPlan((branch(1.0, toys.of_case(case)),), branch(1.0, toys.of_case(case)))
    positive = [branch(weight, toys.network(toys.shift(mean))) for mean, weight in case["cond"]]
    return PromptPlan(tuple(positive), branch(1.0, toys.network(toys.shift(case["uncond"]))))


@pytest.fixture(scope="session")
def drawn(document: Callable[[str], dict[str, Any]], arrays: Arrays) -> Mapping[str, np.ndarray]:
    """The latents of every case, drawn together, by its id."""
    texts, tensors = Texts(), arrays("samplers.safetensors")
    requests = {case["id"]: request_of(case, tensors, texts) for case in document("samplers.json")["cases"]}
    counts = RowCounts(
        texts.network,
        width=1,
        device=torch.device("cpu"),
        reproducible=False,
        most=lambda _: 16,
        worth_probing=lambda _: True,
    )
    stepper = Stepper(texts.network, counts)
    waiting = random.Random(0).sample(list(requests.values()), len(requests))
    going: list[Request] = []
    while waiting or going:
        going, waiting = going + waiting[:_JOIN_AT_ONCE], waiting[_JOIN_AT_ONCE:]
        broken = stepper.step([request for request in going if not request.ended])
        assert not broken
        going = [request for request in going if not request.ended]
    return {name: request.latents.numpy() for name, request in requests.items()}


@pytest.mark.vectors("samplers.json")
def test_latents_in_company(case: dict[str, Any], arrays: Arrays, drawn: Mapping[str, np.ndarray]) -> None:
    expected = arrays("samplers.safetensors")[case["result"]].reshape(drawn[case["id"]].shape)
    np.testing.assert_allclose(drawn[case["id"]], expected, rtol=0, atol=TOLERANCE)
