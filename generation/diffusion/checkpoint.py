"""A model in a single file, in the layout Stable Diffusion 1.x was published in; read without asking any hub.

The layout holds no configuration: Stable Diffusion 1.x's lies beside this module, in ``sd1/``.
"""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
from diffusers.loaders.single_file_utils import create_diffusers_clip_model_from_ldm
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from transformers import CLIPTextModel

from generation.errors import ModelUnavailable

SD1 = Path(__file__).parent / "sd1"
SUFFIXES = (".safetensors", ".ckpt", ".pt", ".pth", ".bin")

_ATTENTION = "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
_FIRST = "model.diffusion_model.input_blocks.0.0.weight"
_TEXT = "cond_stage_model.transformer."
_V_PREDICTION = "v_pred"

Weights = dict[str, Any]  # of tensors; diffusers declares paths only


def read_weights(file: Path) -> Weights:
    """Read the tensors of a ``.safetensors`` file, or of a pickled one without unpickling anything but tensors.

    Raises ModelUnavailable, saying what is wrong with the file.
    """
    try:
        held: Weights = load_file(file) if file.suffix == ".safetensors" else _unpickle(file)
    except SafetensorError as fault:
        raise ModelUnavailable(f"{file} is no whole .safetensors file ({fault}). Fetch it again.") from fault
    except pickle.UnpicklingError as fault:
        raise ModelUnavailable(
            f"{file} holds more than weights, and what else it holds could run as a program; "
            "it is not read. Use the model's .safetensors file."
        ) from fault
    except (RuntimeError, EOFError, OSError, ValueError) as fault:
        raise ModelUnavailable(f"{file} cannot be read: {_first_line(fault)}. Fetch it again.") from fault
    while isinstance(held.get("state_dict"), dict):
        held = held["state_dict"]
    return {key: value for key, value in held.items() if isinstance(value, Tensor)}


def check_architecture(weights: Mapping[str, Tensor], file: Path) -> None:
    """Raise ModelUnavailable for anything but Stable Diffusion 1.x for text to image, saying what it is."""
    found = _other_architecture(weights)
    if found is not None:
        raise ModelUnavailable(f"{file} {found}. What is drawn here is Stable Diffusion 1.x.")


def build_networks(
    weights: Weights, file: Path, dtype: torch.dtype
) -> tuple[UNet2DConditionModel, AutoencoderKL | None, CLIPTextModel]:
    """Make the networks of ``weights``: the autoencoder is None where the file has none, the text encoder fp32."""
    weights = {_renamed(key): value for key, value in weights.items()}
    has_vae = any(key.startswith("first_stage_model.") for key in weights)
    try:
        unet = UNet2DConditionModel.from_single_file(
            cast(Any, weights), config=str(SD1), subfolder="unet", torch_dtype=dtype
        )
        vae = build_vae(weights, dtype) if has_vae else None
        text_encoder = create_diffusers_clip_model_from_ldm(
            CLIPTextModel, weights, config=str(SD1), subfolder="text_encoder", torch_dtype=torch.float32
        )
    except (KeyError, ValueError, RuntimeError) as fault:
        raise ModelUnavailable(f"{file} is not a whole model: {_first_line(fault)}. Fetch it again.") from fault
    return unet, vae, text_encoder


def build_vae(weights: Weights, dtype: torch.dtype) -> AutoencoderKL:
    """Make the autoencoder of ``weights``, which may be those of a whole model or its own."""
    return AutoencoderKL.from_single_file(cast(Any, weights), config=str(SD1), subfolder="vae", torch_dtype=dtype)


def prediction_of(weights: Mapping[str, Any]) -> str:
    """What the network predicts: the files of models that predict v carry an empty tensor by that name."""
    return "v_prediction" if _V_PREDICTION in weights else "epsilon"


def _unpickle(file: Path) -> dict[str, Any]:
    held = torch.load(file, map_location="cpu", weights_only=True)
    if not isinstance(held, dict):
        raise ValueError("it holds no named weights")
    return held


def _other_architecture(weights: Mapping[str, Tensor]) -> str | None:
    if any(key.startswith("conditioner.embedders.") for key in weights):
        return "is a Stable Diffusion XL model"
    if any("joint_blocks" in key or "double_blocks" in key for key in weights):
        return "is a transformer model (Stable Diffusion 3, Flux, or another of the kind)"
    if _ATTENTION not in weights or _FIRST not in weights:
        return "holds no Stable Diffusion network, or only a part of a model"
    if weights[_ATTENTION].shape[-1] == 1024:
        return "is a Stable Diffusion 2 model"
    if weights[_FIRST].shape[1] != 4:
        return "is a model for inpainting or editing"
    if not any(key.startswith(_TEXT) for key in weights):
        return "holds no text encoder"
    return None


def _renamed(key: str) -> str:
    """Some models, anything-v3's first files among them, leave out a level of the text encoder's names."""
    rest = key.removeprefix(_TEXT)
    if rest != key and rest.startswith(("embeddings.", "encoder.", "final_layer_norm.")):
        return f"{_TEXT}text_model.{rest}"
    return key


def _first_line(fault: BaseException) -> str:
    return str(fault).strip().split("\n")[0].rstrip(".")
