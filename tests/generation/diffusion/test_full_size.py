"""Stable Diffusion 1.x in its full size, with random weights: from a folder and from a single file to a first step."""

import gc
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel

from generation.diffusion.checkpoint import SD1
from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.loading import Model, load
from generation.diffusion.networks import network_of
from generation.diffusion.request import prepare
from generation.diffusion.rows import RowCounts
from generation.diffusion.stepper import Stepper
from generation.spec import PromptSpec
from tests.generation.conftest import VOCABULARY
from tests.generation.diffusion.conftest import load_request
from tests.generation.diffusion.original_layout import original_weights

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def configuration(part: str) -> dict[str, Any]:
    return json.loads((SD1 / part / "config.json").read_text())


@torch.no_grad()
def filled(network: torch.nn.Module) -> Any:
    """A network made on no device, brought to life in fp16 with small random weights."""
    made = network.to_empty(device="cpu").half()
    generator = torch.Generator().manual_seed(0)
    for name, parameter in made.named_parameters():
        if "norm" in name:
            parameter.fill_(1.0 if name.endswith("weight") else 0.0)
        else:
            parameter.copy_(torch.randn(parameter.shape, generator=generator).mul_(0.02))
    for buffer in made.buffers():
        buffer.copy_(torch.arange(buffer.numel()).view(buffer.shape))
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("full") / "model"
    with torch.device("meta"):
        unet: Any = UNet2DConditionModel.from_config(configuration("unet"))
        vae: Any = AutoencoderKL.from_config(configuration("vae"))
        text_encoder: Any = CLIPTextModel(CLIPTextConfig(**configuration("text_encoder")))
    for part, network in (("unet", unet), ("vae", vae), ("text_encoder", text_encoder)):
        filled(network).save_pretrained(folder / part)
        network.to("meta")
        gc.collect()
    shutil.copytree(SD1 / "scheduler", folder / "scheduler")
    shutil.copytree(VOCABULARY, folder / "tokenizer")
    return folder


@pytest.fixture(scope="module")
def file(folder: Path) -> Path:
    """The same model in one file, as models are passed around."""
    file = folder.parent / "model.safetensors"
    parts = [load_file(next((folder / part).glob("*.safetensors"))) for part in ("unet", "vae", "text_encoder")]
    save_file(original_weights(*parts), file)
    return file


def first_step(model: Model, spec: PromptSpec) -> torch.Tensor:
    network = network_of(model)
    counts = RowCounts(
        network,
        width=768,
        device=model.device,
        reproducible=True,
        most=lambda _: 2,
        worth_probing=lambda _: False,
    )
    request = prepare(spec, model, TextEncoder(model.tokenizer, model.text_encoder))
    assert request.latents.shape == (4, 64, 64)
    Stepper(network, counts).step([request])
    assert request.call == 1
    assert torch.isfinite(request.latents).all()
    return request.latents


def test_a_folder_and_a_file_draw_the_same_first_step(
    folder: Path, file: Path, spec_of: Callable[..., PromptSpec]
) -> None:
    spec = replace(spec_of("1girl, masterpiece"), width=512, height=512, steps=64, clip_skip=2)
    steps = []
    for source in (folder, file):
        model = load(load_request(source))
        assert model.prediction == "epsilon"
        assert model.latent_factor == 8
        steps.append(first_step(model, spec))
        del model
        gc.collect()
    assert torch.equal(*steps)


def test_the_files_autoencoder_and_text_encoder_are_the_folders(folder: Path, file: Path) -> None:
    model = load(load_request(file))
    for part, network in (("vae", model.vae), ("text_encoder", model.text_encoder), ("unet", model.unet)):
        loaded = network.state_dict()
        for name, value in load_file(next((folder / part).glob("*.safetensors"))).items():
            name = name if name in loaded else name.removeprefix("text_model.")
            assert torch.equal(loaded[name].half(), value), f"{part}: {name}"
