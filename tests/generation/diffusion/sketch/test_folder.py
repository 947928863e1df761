"""The shipped folder: a diffusers folder of Stable Diffusion 1.x's kind, small, in half precision, and it draws."""

import json

import pytest
import torch
from safetensors import safe_open

from generation.diffusion.sketch.autoencoder import encode_mean, fit_preview
from generation.diffusion.sketch.dataset import draw_batch, generator
from generation.diffusion.sketch.easel import Easel, plain_spec
from generation.diffusion.sketch.model import FOLDER, TOKENS, WIDTH
from generation.profiles import load_profiles

MOST_BYTES = 24 * 10**6
WEIGHTS = sorted(FOLDER.glob("*/*.safetensors"))


def test_it_is_at_most_24_megabytes_without_the_vocabulary() -> None:
    kept = [
        file for file in FOLDER.rglob("*") if file.is_file() and file.parent.name not in ("tokenizer", "__pycache__")
    ]

    assert sum(file.stat().st_size for file in kept) <= MOST_BYTES


@pytest.mark.parametrize("file", WEIGHTS, ids=lambda file: file.parent.name)
def test_weights_are_kept_in_half_precision(file) -> None:
    with safe_open(file, framework="pt") as weights:
        dtypes = {weights.get_slice(name).get_dtype() for name in weights.keys()}  # noqa: SIM118 - no mapping

    assert dtypes <= {"F16", "I64"}


def test_its_parts_are_those_of_stable_diffusion() -> None:
    index = json.loads((FOLDER / "model_index.json").read_text(encoding="utf-8"))
    scheduler = json.loads((FOLDER / "scheduler" / "scheduler_config.json").read_text(encoding="utf-8"))

    assert {file.parent.name for file in WEIGHTS} == {"unet", "vae", "text_encoder"}
    assert index["_class_name"] == "StableDiffusionPipeline"
    assert (scheduler["beta_schedule"], scheduler["beta_start"], scheduler["beta_end"]) == (
        "scaled_linear",
        0.00085,
        0.012,
    )
    assert scheduler["prediction_type"] == "v_prediction"


def test_diffusers_loads_it_and_draws_with_it() -> None:
    from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline

    pipeline = StableDiffusionPipeline.from_pretrained(FOLDER, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    drawn = pipeline("1girl, red hair", num_inference_steps=2, width=96, height=64, return_dict=False)
    picture = drawn[0][0]

    assert picture.size == (96, 64)
    assert (pipeline.tokenizer.model_max_length, pipeline.unet.config["cross_attention_dim"]) == (TOKENS, WIDTH)


@pytest.mark.parametrize(("width", "height"), [(64, 64), (128, 72), (64, 96)])
def test_the_product_draws_with_it_in_every_shape(width: int, height: int) -> None:
    pixels = Easel().draw([plain_spec("red car", seed, steps=2, width=width, height=height) for seed in (1, 2)])

    assert pixels.shape == (2, 3, height, width)
    assert pixels.isfinite().all()


def test_latents_of_drawn_pictures_have_unit_variance() -> None:
    vae = Easel().vae
    with torch.no_grad():
        latents = encode_mean(vae, draw_batch(generator(5, 5), 64, (64, 64)).pixels) * vae.config["scaling_factor"]

    torch.testing.assert_close(latents.std((0, 2, 3)), torch.ones(4), atol=0.15, rtol=0)
    torch.testing.assert_close(latents.mean((0, 2, 3)), torch.zeros(4), atol=0.15, rtol=0)


def test_the_profile_previews_as_the_autoencoder_says() -> None:
    preview = load_profiles()["sketch"].preview
    assert preview is not None

    torch.testing.assert_close(
        torch.tensor([*preview.weights, preview.bias]), fit_preview(Easel().vae), atol=0.02, rtol=0
    )
