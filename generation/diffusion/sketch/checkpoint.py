"""The state of a training run on disk, written whole or not at all."""

from pathlib import Path
from typing import Any

import torch


def save_state(file: Path, step: int, **parts: Any) -> None:
    """Write the step and every part's ``state_dict`` to ``file``, replacing it at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    torch.save({"step": step} | {name: part.state_dict() for name, part in parts.items()}, fresh)
    fresh.replace(file)


def load_state(file: Path, **parts: Any) -> int:
    """Load what `save_state` wrote into the parts and return the step; 0 where there is no file yet."""
    if not file.exists():
        return 0
    state = torch.load(file, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return state["step"]
