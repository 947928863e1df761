"""Loads a model: a diffusers folder, a hub id, or a single file. Whatever is wrong with it becomes one sentence."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from numpy.typing import NDArray
from transformers import CLIPTextModel

from generation.diffusion import checkpoint
from generation.diffusion.memory import free_memory, is_out_of_memory
from generation.errors import ModelUnavailable
from generation.messages import Load, ModelInfo
from generation.samplers import Prediction
from generation.tokens import ClipTokenizer

_PARTS = ("unet", "vae", "text_encoder", "tokenizer", "scheduler")
_WEIGHTS = (".safetensors", ".bin")
_NOT_REACHED = "the hub cannot be reached, or has no such model"
_NOT_FETCHED = "it was not to be fetched; ninewords draw --download fetches it"
_DEVICES = ("cpu", "cuda", "mps")
_DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
#: Of what a model's weights take, so much again for what is computed with them, at the least.
_ROOM_TO_WORK = 0.15
#: CLIP's vocabulary is the same in every Stable Diffusion 1.x model; single files come without it.
_TOKENIZER = Path(__file__).parent / "sketch" / "tokenizer"


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """The networks of a model, ready to draw. The text encoder is always fp32; ``alphas_cumprod`` has shape (T,)."""

    unet: UNet2DConditionModel
    vae: AutoencoderKL
    text_encoder: CLIPTextModel
    tokenizer: ClipTokenizer
    alphas_cumprod: NDArray[np.float64]
    device: torch.device
    dtype: torch.dtype
    info: ModelInfo

    @property
    def latent_factor(self) -> int:
        """Pixels to a latent pixel, along a side."""
        return 2 ** (len(self.vae.config["block_out_channels"]) - 1)

    @property
    def channels(self) -> int:
        """Channels of the latents."""
        return self.unet.config["in_channels"]

    @property
    def prediction(self) -> Prediction:
        """What the network predicts."""
        return "v_prediction" if self.info.prediction == "v_prediction" else "epsilon"


def load(wanted: Load) -> Model:
    """Load the model that ``wanted`` describes. Raises ModelUnavailable."""
    device, dtype = choose_device(wanted.device, wanted.dtype)
    try:
        return _load(wanted, device, dtype)
    except (MemoryError, RuntimeError) as fault:
        if not is_out_of_memory(fault):
            raise
    raise ModelUnavailable(
        f"There is not enough memory on {device} to load {wanted.source}. Free some, or use another."
    )


def choose_device(device: str, dtype: str) -> tuple[torch.device, torch.dtype]:
    """Read the names of a device and a dtype; ``auto`` is CUDA in fp16 where there is one, else the CPU in fp32."""
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        chosen = torch.device(device) if device.partition(":")[0] in _DEVICES else None
    except RuntimeError:
        chosen = None
    if chosen is None:
        raise ModelUnavailable(f"No device is called {device!r}: use auto, cpu, cuda, cuda:1, or mps.")
    if chosen.type == "cuda" and not torch.cuda.is_available():
        raise ModelUnavailable("There is no CUDA device, or this torch was built without CUDA. Use the device auto.")
    if dtype == "auto":
        return chosen, torch.float16 if chosen.type == "cuda" else torch.float32
    if dtype not in _DTYPES:
        raise ModelUnavailable(f"No dtype is called {dtype!r}: use auto, {', '.join(_DTYPES)}.")
    return chosen, _DTYPES[dtype]


def _load(wanted: Load, device: torch.device, dtype: torch.dtype) -> Model:
    path = Path(wanted.source).expanduser()
    if path.is_file():
        parts = _from_file(path, device, dtype, vae_elsewhere=wanted.vae is not None)
    else:
        parts = _from_folder(path if path.is_dir() else _fetch(wanted.source, wanted.download), device, dtype)
    if wanted.vae is not None:
        parts.vae = _load_vae(wanted.vae, dtype, wanted.download)
    if parts.vae is None:
        raise ModelUnavailable(f"{path} has no autoencoder. Name one to use with it (VAE).")
    info = ModelInfo(
        name=wanted.name,
        hash=short_hash(parts.weights_file),
        device=str(device),
        dtype=str(dtype).removeprefix("torch."),
        prediction=parts.prediction,
        mode="reproducible" if wanted.reproducible else "fast",
    )
    return Model(
        unet=_placed(parts.unet, device),
        vae=_placed(parts.vae, device),
        text_encoder=_placed(parts.text_encoder, device),
        tokenizer=parts.tokenizer,
        alphas_cumprod=parts.alphas_cumprod,
        device=device,
        dtype=dtype,
        info=info,
    )


def _placed(network: torch.nn.Module, device: torch.device) -> Any:
    return network.to(device).eval().requires_grad_(False)


@dataclass(kw_only=True, eq=False)
class _Parts:
    unet: UNet2DConditionModel
    vae: AutoencoderKL | None
    text_encoder: CLIPTextModel
    tokenizer: ClipTokenizer
    alphas_cumprod: NDArray[np.float64]
    prediction: str
    weights_file: Path


def _from_file(file: Path, device: torch.device, dtype: torch.dtype, *, vae_elsewhere: bool) -> _Parts:
    if file.suffix not in checkpoint.SUFFIXES:
        raise ModelUnavailable(f"{file} is no model: it should end in .safetensors or .ckpt.")
    _check_memory([file], device, dtype)
    weights = checkpoint.read_weights(file)
    checkpoint.check_architecture(weights, file)
    if vae_elsewhere:
        weights = {key: value for key, value in weights.items() if not key.startswith("first_stage_model.")}
    unet, vae, text_encoder = checkpoint.build_networks(weights, file, dtype)
    scheduler = _read_json(checkpoint.SD1 / "scheduler" / "scheduler_config.json")
    return _Parts(
        unet=unet,
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=ClipTokenizer.load(_TOKENIZER),
        alphas_cumprod=alphas_cumprod(scheduler),
        prediction=checkpoint.prediction_of(weights),
        weights_file=file,
    )


def _from_folder(folder: Path, device: torch.device, dtype: torch.dtype) -> _Parts:
    _check_folder(folder)
    files = [_weights_file(folder / part) for part in ("unet", "vae", "text_encoder")]
    _check_memory(files, device, dtype)
    try:
        scheduler = _read_json(folder / "scheduler" / "scheduler_config.json")
        return _Parts(
            unet=_read_part(UNet2DConditionModel, files[0], torch_dtype=dtype),
            vae=_read_part(AutoencoderKL, files[1], torch_dtype=dtype),
            text_encoder=_read_part(CLIPTextModel, files[2], dtype=torch.float32),
            tokenizer=ClipTokenizer.load(folder / "tokenizer"),
            alphas_cumprod=alphas_cumprod(scheduler),
            prediction=scheduler.get("prediction_type", "epsilon"),
            weights_file=files[0],
        )
    except ModelUnavailable:
        raise
    except Exception as fault:  # the loaders raise whatever the damage leads to, from OSError to KeyError
        if is_out_of_memory(fault):
            raise
        line = str(fault).strip().split("\n")[0].rstrip(".")
        raise ModelUnavailable(f"The model in {folder} cannot be loaded: {line}. Fetch it again.") from fault


def _check_folder(folder: Path) -> None:
    """Raise ModelUnavailable unless ``folder`` holds Stable Diffusion 1.x, or a smaller model of its kind."""
    missing = [part for part in _PARTS if not (folder / part).is_dir()]
    if missing:
        raise ModelUnavailable(f"{folder} is no diffusers folder of Stable Diffusion: it has no {', '.join(missing)}.")
    unet, text = (_read_json(folder / part / "config.json") for part in ("unet", "text_encoder"))
    width = text.get("hidden_size")
    other = None
    if (folder / "text_encoder_2").is_dir() or unet.get("addition_embed_type"):
        other = "a Stable Diffusion XL model"
    elif width == 1024:
        other = "a Stable Diffusion 2 model"
    elif unet.get("in_channels") != 4:
        other = "a model for inpainting or editing"
    elif unet.get("cross_attention_dim") != width:
        other = "put together of parts that do not fit: its network cannot read its text encoder"
    if other:
        raise ModelUnavailable(f"The model in {folder} is {other}. What is drawn here is Stable Diffusion 1.x.")


def _fetch(source: str, download: bool) -> Path:
    """The folder of a hub id: as kept on this machine, or fetched where that is allowed."""
    if source.count("/") != 1 or Path(source).suffix in checkpoint.SUFFIXES or source.startswith((".", "/", "~")):
        raise ModelUnavailable(f"There is no model at {source}. Name a diffusers folder or a .safetensors file.")
    patterns = ["model_index.json", *(f"{part}/*" for part in _PARTS)]
    try:
        return Path(snapshot_download(source, allow_patterns=patterns, local_files_only=not download))
    except HFValidationError as fault:
        raise ModelUnavailable(f"{source} is neither a path nor a hub id.") from fault
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as fault:
        how = _NOT_REACHED if download else _NOT_FETCHED
        raise ModelUnavailable(
            f"The model {source} is not on this machine, and {how}. Or name a folder or file that is here."
        ) from fault


def _load_vae(source: str, dtype: torch.dtype, download: bool) -> AutoencoderKL:
    path = Path(source).expanduser()
    try:
        if path.is_file():
            return checkpoint.build_vae(checkpoint.read_weights(path), dtype)
        folder = path if path.is_dir() else _fetch(source, download)
        folder = folder / "vae" if (folder / "vae").is_dir() else folder
        return _read_part(AutoencoderKL, _weights_file(folder), torch_dtype=dtype)
    except ModelUnavailable:
        raise
    except Exception as fault:  # as above
        if is_out_of_memory(fault):
            raise
        raise ModelUnavailable(f"{source} is no autoencoder of Stable Diffusion 1.x.") from fault


def _weights_file(folder: Path) -> Path:
    """The file to read of a part: safetensors before pickles, full precision before ``fp16``."""
    files = [file for file in sorted(folder.glob("*")) if file.suffix in _WEIGHTS and "non_ema" not in file.name]
    if not files:
        raise ModelUnavailable(f"{folder} holds no weights. Fetch the model again.")
    return min(files, key=lambda file: (file.suffix != ".safetensors", ".fp16." in file.name, file.name))


def _read_part(kind: Any, file: Path, **options: torch.dtype) -> Any:
    """Read a network of a folder; the loaders would make up what is missing, and raise nothing."""
    network, found = kind.from_pretrained(
        file.parent,
        variant="fp16" if ".fp16." in file.name else None,
        use_safetensors=file.suffix == ".safetensors",
        local_files_only=True,
        output_loading_info=True,
        **options,
    )
    if missing := found["missing_keys"]:
        raise ValueError(f"{file} lacks {len(missing)} of its weights, {min(missing)} among them")
    return network


def _check_memory(files: Sequence[Path], device: torch.device, dtype: torch.dtype) -> None:
    """Raise ModelUnavailable where ``files`` (in fp16 or fp32) plainly do not fit."""
    size = sum(file.stat().st_size for file in files)
    needed = int(size * (1 + _ROOM_TO_WORK) * dtype.itemsize / 4)
    free = free_memory(device)
    if free is not None and needed > free:
        raise ModelUnavailable(
            f"The model needs {needed / 2**30:.1f} GiB of memory on {device}, of which {free / 2**30:.1f} GiB are free."
        )


def alphas_cumprod(scheduler: dict[str, Any]) -> NDArray[np.float64]:
    """The cumulative alphas, shape (T,), that a diffusers scheduler's configuration stands for.

    Computed in float64 and rounded to float32, as checkpoints hold them. Raises ModelUnavailable for other schedules.
    """
    length = int(scheduler.get("num_train_timesteps", 1000))
    first, last = float(scheduler.get("beta_start", 0.0001)), float(scheduler.get("beta_end", 0.02))
    kind = scheduler.get("beta_schedule", "linear")
    if scheduler.get("rescale_betas_zero_snr"):
        raise ModelUnavailable("This model's noise schedule ends in pure noise (zero SNR), which is not drawn here.")
    if scheduler.get("trained_betas"):
        betas = np.asarray(scheduler["trained_betas"], dtype=np.float64)
    elif kind == "scaled_linear":
        betas = np.linspace(first**0.5, last**0.5, length) ** 2
    elif kind == "linear":
        betas = np.linspace(first, last, length)
    else:
        raise ModelUnavailable(f"This model's noise schedule ({kind}) is not known here.")
    return np.cumprod(1 - betas).astype(np.float32).astype(np.float64)


def short_hash(file: Path) -> str:
    """The first ten hexadecimal digits of the file's SHA-256: what recipes call the model hash."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:10]


def _read_json(file: Path) -> dict[str, Any]:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise ModelUnavailable(f"{file} is missing or damaged. Fetch the model again.") from fault
