"""The model: whether its profile and its weights are there and look like what they should be."""

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open

from bot.cli.checks.finding import Finding, good, note, problem
from generation.profiles import Profile

_GIB = 2**30
_UNET_KEY = "model.diffusion_model.input_blocks.0.0.weight"


def check_profile(name: str, profiles: Mapping[str, Profile]) -> Finding:
    """Look whether there is a profile of that name."""
    if name in profiles:
        profile = profiles[name]
        return good("profile", f"{name}: {profile.native_width}x{profile.native_height}, CFG {profile.cfg_base:g}.")
    return problem(
        "profile", f"There is none called {name!r}.", f"Set PROFILE to one of: {', '.join(sorted(profiles))}."
    )


def check_model(source: str) -> Finding:
    """Look at the weights at ``source`` without loading them."""
    path = Path(source).expanduser()
    if path.is_dir():
        return _folder(path)
    if path.is_file():
        return _file(path)
    if source.count("/") != 1 or source.startswith((".", "/", "~")):
        return problem("model", f"There is nothing at {source}.", "Set MODEL to a diffusers folder or a weights file.")
    return _hub(source)


def _folder(folder: Path) -> Finding:
    advice = "Fetch the model again, or set MODEL to another one."
    for part in ("model_index.json", "unet/config.json", "vae/config.json", "text_encoder/config.json"):
        try:
            json.loads((folder / part).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return problem("model", f"{folder / part} is missing or damaged.", advice)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.suffix in (".safetensors", ".bin"))
    if not size:
        return problem("model", f"{folder} holds no weights.", advice)
    return good("model", f"{folder}: a diffusers folder with {size / _GIB:.2f} GiB of weights.")


def _file(file: Path) -> Finding:
    size = f"{file.stat().st_size / _GIB:.2f} GiB"
    if file.suffix == ".ckpt":
        return note("model", f"{file}: {size}, not looked into.", "Of the two forms, .safetensors is the safer one.")
    if file.suffix != ".safetensors":
        return problem("model", f"{file} is no model.", "It should end in .safetensors or .ckpt.")
    try:
        with safe_open(file, framework="numpy") as opened:
            names = set(opened.keys())
    except (SafetensorError, OSError) as fault:
        return problem("model", f"{file} is damaged ({fault}).", "Fetch it again.")
    if _UNET_KEY not in names:
        return problem("model", f"{file} holds no Stable Diffusion 1.x network.", "LoRA and VAE files are no models.")
    return good("model", f"{file}: {size}, {len(names)} tensors.")


def _hub(source: str) -> Finding:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        kept = try_to_load_from_cache(source, "model_index.json")
    except HFValidationError:
        return problem("model", f"{source} is neither a path nor a hub id.", "Set MODEL to a folder or a file.")
    if isinstance(kept, str):
        return _folder(Path(kept).parent)
    return problem(
        "model",
        f"{source} is a hub id, and not on this machine.",
        'Fetch it with `ninewords draw "" --download`, or set MODEL to a file or folder that is here.',
    )
