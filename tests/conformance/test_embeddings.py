"""Conditioning against what was measured on a small text model."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from transformers import CLIPTextModel

from generation.diffusion.conditioning import TextEncoder
from generation.tokens import ClipTokenizer

TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def encoder(tiny_clip: Path) -> TextEncoder:
    model = CLIPTextModel.from_pretrained(tiny_clip, local_files_only=True)
    return TextEncoder(ClipTokenizer.load(tiny_clip), model.eval())


@pytest.mark.vectors("embeddings.json")
def test_embeddings(
    case: dict[str, Any], arrays: Callable[[str], Mapping[str, np.ndarray]], encoder: TextEncoder
) -> None:
    measured = arrays("embeddings.safetensors")[case["tensor"]]
    made = encoder.encode(case["texts"], case["clip_skip"], case["emphasis"]).numpy()
    assert list(made.shape) == case["shape"]
    # Float error grows with the factor by which a mean was restored.
    ratio = max((abs(ratio) for ratio in case.get("mean_ratios", ())), default=1.0)
    np.testing.assert_allclose(made, measured, rtol=0, atol=TOLERANCE * (ratio if ratio > 2 else 1))
