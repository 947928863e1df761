"""A tiny random network of Stable Diffusion's kind: so small that starting its operations takes longer than their work.

That is the regime in which a processor can show what a scheduler is worth. A row of a large network keeps a core busy
whoever it shares a call with; only where calls have a price of their own, as on an accelerator, is there something to
share. Sizes stand for those of Stable Diffusion, latents having an eighth of their sides: 8x8 for 512x512, 12x12 for
768x768, 9x16 for 1024x576.
"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch
import transformers
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

import generation
from generation.diffusion.loading import Model, load
from generation.messages import Load
from generation.profiles import Profile
from generation.spec import PromptSpec, resolve

NAME = "dispatch-bound"
#: For pictures of Stable Diffusion's sizes, those that are drawn in their place.
SIZES = {"512x512": (64, 64), "768x768": (96, 96), "1024x576": (128, 72)}
#: Latents to RGB, bias last. Any will do.
PREVIEW = [[0.3, 0.2, 0.2], [0.2, 0.3, 0.2], [-0.2, 0.2, 0.2], [-0.2, -0.3, -0.2], [0.5, 0.5, 0.5]]

#: The real one, CLIP's.
TOKENIZER = Path(generation.__file__).parent / "diffusion" / "sketch" / "tokenizer"
_PROFILE = Profile(
    name=NAME,
    description="",
    source="",
    native_width=64,
    native_height=64,
    cfg_base=7.5,
    text_layers=2,
    sizes=SIZES,
)


def dispatch_bound_model() -> Model:
    """Make the network, with weights from a seed."""
    transformers.logging.disable_progress_bar()
    with tempfile.TemporaryDirectory() as folder:
        _save(Path(folder))
        wanted = Load(
            name=NAME,
            source=folder,
            vae=None,
            device="cpu",
            dtype="float32",
            threads=None,
            download=False,
            reproducible=True,
            preview=None,
        )
        return load(wanted)


def spec_of(prompt: str, **choices: object) -> PromptSpec:
    return resolve(choices | {"prompt": prompt, "model": NAME}, profiles={NAME: _PROFILE})


def _save(folder: Path) -> None:
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=8,
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
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8,) * 4,
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
    shutil.copytree(TOKENIZER, folder / "tokenizer")
    (folder / "scheduler").mkdir()
    schedule = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
    (folder / "scheduler" / "scheduler_config.json").write_text(
        json.dumps(schedule | {"prediction_type": "epsilon"}), encoding="utf-8"
    )
