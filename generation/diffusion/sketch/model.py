"""The parts of the sketch model, and the diffusers folder that they are kept in."""

import json
import shutil
from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

#: The trained model, as shipped: a diffusers folder, which this module lies in.
FOLDER = Path(__file__).parent
WIDTH = 64
TOKENS = 77


def build_unet() -> UNet2DConditionModel:
    """The untrained denoising network: 7.0 million parameters, cross-attention on the two lower of three levels."""
    return UNet2DConditionModel(
        sample_size=16,
        in_channels=4,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(48, 96, 160),
        layers_per_block=1,
        norm_num_groups=8,
        cross_attention_dim=WIDTH,
        attention_head_dim=(3, 3, 5),  # pyright: ignore[reportArgumentType] - meant as tuple[int, ...]
    )


def text_config(vocabulary: int = 49408) -> CLIPTextConfig:
    """The text encoder's settings: CLIP's, two layers of width 64."""
    return CLIPTextConfig(
        vocab_size=vocabulary,
        hidden_size=WIDTH,
        intermediate_size=4 * WIDTH,
        projection_dim=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=TOKENS,
        hidden_act="quick_gelu",
        bos_token_id=49406,
        eos_token_id=49407,
        pad_token_id=49407,
    )


def load_tokenizer(folder: Path = FOLDER) -> CLIPTokenizer:
    """CLIP's own byte-pair tokenizer."""
    return CLIPTokenizer.from_pretrained(folder / "tokenizer")


def build_scheduler() -> DDPMScheduler:
    """The noise schedule of Stable Diffusion 1.x, with the network predicting v."""
    return DDPMScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        clip_sample=False,
        steps_offset=1,
        timestep_spacing="leading",
    )


def save_folder(folder: Path, unet: UNet2DConditionModel, text_encoder: CLIPTextModel, vae: AutoencoderKL) -> None:
    """Write the networks in fp16 beside the tokenizer's files, each component replaced as a whole."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for name, network in (("unet", unet), ("text_encoder", text_encoder), ("vae", vae)):
        _save_half(fresh / name, network)
    build_scheduler().save_pretrained(fresh / "scheduler")
    (fresh / "model_index.json").write_text(json.dumps(_INDEX, indent=2) + "\n", encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    for part in fresh.iterdir():
        target = folder / part.name
        if target.is_dir():
            shutil.rmtree(target)
        part.replace(target)
    fresh.rmdir()


def copy_tokenizer(folder: Path) -> None:
    """Put the tokenizer's files into another model folder."""
    if folder != FOLDER:
        shutil.copytree(FOLDER / "tokenizer", folder / "tokenizer", dirs_exist_ok=True)


def _save_half(folder: Path, network: torch.nn.Module) -> None:
    whole = {name: value.detach().clone() for name, value in network.state_dict().items()}
    network.half().save_pretrained(folder)  # pyright: ignore[reportCallIssue] - every part has one
    network.float().load_state_dict(whole)
    for file in folder.iterdir():
        file.chmod(0o644)


_INDEX = {
    "_class_name": "StableDiffusionPipeline",
    "_diffusers_version": "0.42.1",
    "feature_extractor": [None, None],
    "image_encoder": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "DDPMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}
