"""A tiny model of Stable Diffusion's kind with random weights, in a diffusers folder, and a profile for it."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import generation
from generation.profiles import Profile
from generation.spec import PromptSpec, resolve

VOCABULARY = Path(generation.__file__).parent / "diffusion" / "sketch" / "tokenizer"


def save_tiny_model(folder: Path, *, prediction: str = "epsilon", seed: int = 0) -> None:
    """Write a diffusers folder: latents of 4 channels and a quarter of the picture's sides, text of width 32."""
    import torch
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(seed)
    unet = UNet2DConditionModel(
        sample_size=16,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        block_out_channels=(16, 32),
        layers_per_block=1,
        norm_num_groups=8,
        cross_attention_dim=32,
        attention_head_dim=2,
    )
    make_vae: Any = AutoencoderKL  # declared for a single level
    vae = make_vae(
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(8, 8, 8),
        layers_per_block=1,
        norm_num_groups=4,
        latent_channels=4,
    )
    text = CLIPTextConfig(
        vocab_size=49408,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        bos_token_id=49406,
        eos_token_id=49407,
        pad_token_id=49407,
    )
    networks: list[tuple[str, Any]] = [("unet", unet), ("vae", vae), ("text_encoder", CLIPTextModel(text))]
    for part, network in networks:
        network.save_pretrained(folder / part)
    shutil.copytree(VOCABULARY, folder / "tokenizer")
    scheduler = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
    (folder / "scheduler").mkdir()
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps(scheduler | {"prediction_type": prediction}))


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    save_tiny_model(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_profile(tiny_folder: Path) -> Profile:
    return Profile(
        name="tiny",
        description="",
        source=str(tiny_folder),
        native_width=32,
        native_height=32,
        cfg_base=4.0,
        text_layers=2,
        latent_factor=4,
        sizes={"square": (32, 32)},
    )


@pytest.fixture(scope="session")
def spec_of(tiny_profile: Profile) -> Callable[..., PromptSpec]:
    """Makes specs for the tiny model: 4 steps of Euler at 32x32, seed 1, unless said otherwise."""

    def make(prompt: str = "a cat", **choices: Any) -> PromptSpec:
        chosen = {"steps": 4, "seed": 1, "subseed": 0, **choices, "prompt": prompt, "model": "tiny"}
        return resolve(chosen, profiles={"tiny": replace(tiny_profile)})

    return make
