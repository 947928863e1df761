"""Loading: what can be loaded, and one sentence for everything that cannot."""

import hashlib
import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from generation import samplers
from generation.diffusion import checkpoint, loading
from generation.diffusion.loading import Model, alphas_cumprod, choose_device, load, short_hash
from generation.errors import ModelUnavailable
from generation.messages import Load
from tests.generation.conftest import save_tiny_model
from tests.generation.diffusion.conftest import load_request

_K = "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
_FIRST = "model.diffusion_model.input_blocks.0.0.weight"
_TEXT = "cond_stage_model.transformer.text_model.embeddings.position_embedding.weight"


def refused(asked: Load) -> str:
    with pytest.raises(ModelUnavailable) as caught:
        load(asked)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_folder, tmp_path / "model"))


def test_a_folder(model: Model, tiny_folder: Path) -> None:
    weights = tiny_folder / "unet" / "diffusion_pytorch_model.safetensors"
    assert model.info.hash == hashlib.sha256(weights.read_bytes()).hexdigest()[:10] == short_hash(weights)
    assert (model.info.device, model.info.dtype, model.prediction) == ("cpu", "float32", "epsilon")
    assert model.latent_factor == 4
    assert not any(parameter.requires_grad for parameter in model.unet.parameters())


def test_another_precision_leaves_the_text_encoder_whole(folder: Path) -> None:
    loaded = load(load_request(folder, dtype="bfloat16"))
    assert loaded.unet.dtype == loaded.vae.dtype == torch.bfloat16
    assert loaded.text_encoder.dtype == torch.float32


def test_what_the_network_predicts_is_read_from_the_folder(tmp_path: Path) -> None:
    save_tiny_model(tmp_path / "v", prediction="v_prediction")
    assert load(load_request(tmp_path / "v")).prediction == "v_prediction"


def test_weights_in_half_precision_by_name(folder: Path) -> None:
    for part in ("unet", "vae"):
        plain = folder / part / "diffusion_pytorch_model.safetensors"
        plain.rename(folder / part / "diffusion_pytorch_model.fp16.safetensors")
    (folder / "text_encoder" / "model.safetensors").rename(folder / "text_encoder" / "model.fp16.safetensors")
    assert load(load_request(folder)).latent_factor == 4


def test_a_separate_vae_takes_the_place_of_the_models_own(folder: Path, tmp_path: Path, model: Model) -> None:
    save_tiny_model(tmp_path / "other", seed=5)
    for vae in (tmp_path / "other", tmp_path / "other" / "vae"):
        loaded = load(load_request(folder, vae=str(vae)))
        assert not torch.equal(loaded.vae.decoder.conv_in.weight, model.vae.decoder.conv_in.weight)
    assert "no-such-vae" in refused(load_request(folder, vae=str(tmp_path / "no-such-vae")))
    junk = tmp_path / "junk.safetensors"
    save_file({"a": torch.zeros(1)}, junk)
    assert "autoencoder" in refused(load_request(folder, vae=str(junk)))


@pytest.mark.parametrize("source", ["/nowhere/model.safetensors", "/nowhere/folder", "./here", "nothing"])
def test_a_source_that_is_not_there(source: str) -> None:
    assert source in refused(load_request(source))


def test_a_hub_id_is_not_fetched_unasked() -> None:
    assert "--download fetches it" in refused(load_request("nobody/no-such-model-here"))


def test_a_hub_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> str:
        raise OSError("no route to host")

    monkeypatch.setattr(loading, "snapshot_download", unreachable)
    assert "cannot be reached" in refused(load_request("nobody/no-such-model-here", download=True))


def test_a_hub_id_that_is_on_this_machine(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def kept(source: str, **options: Any) -> str:
        asked.update(options, source=source)
        return str(tiny_folder)

    monkeypatch.setattr(loading, "snapshot_download", kept)
    load(load_request("somebody/model"))
    assert asked["source"] == "somebody/model"
    assert asked["local_files_only"]


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder", "tokenizer", "scheduler"])
def test_a_folder_with_a_part_missing(part: str, folder: Path) -> None:
    shutil.rmtree(folder / part)
    assert part in refused(load_request(folder))


def change(file: Path, **entries: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | entries))


def spoil_config(folder: Path) -> None:
    (folder / "unet" / "config.json").write_text("{")


def spoil_weights(folder: Path) -> None:
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])


def swap_weights(folder: Path) -> None:
    shutil.copy(folder / "vae" / "diffusion_pytorch_model.safetensors", folder / "unet")


def lose_weights(folder: Path) -> None:
    (folder / "vae" / "diffusion_pytorch_model.safetensors").unlink()


def lose_vocabulary(folder: Path) -> None:
    (folder / "tokenizer" / "vocab.json").unlink()


@pytest.mark.parametrize("damage", [spoil_config, spoil_weights, swap_weights, lose_weights, lose_vocabulary])
def test_a_damaged_folder(damage: Callable[[Path], None], folder: Path) -> None:
    damage(folder)
    assert str(folder) in refused(load_request(folder))


def make_xl(folder: Path) -> None:
    (folder / "text_encoder_2").mkdir()


def make_inpainting(folder: Path) -> None:
    change(folder / "unet" / "config.json", in_channels=9)


def make_second(folder: Path) -> None:
    change(folder / "text_encoder" / "config.json", hidden_size=1024)


def make_misfit(folder: Path) -> None:
    change(folder / "unet" / "config.json", cross_attention_dim=48)


@pytest.mark.parametrize(
    ("make", "what"),
    [(make_xl, "XL"), (make_inpainting, "inpainting"), (make_second, "Diffusion 2"), (make_misfit, "do not fit")],
)
def test_a_folder_of_another_architecture(make: Callable[[Path], None], what: str, folder: Path) -> None:
    make(folder)
    assert what in refused(load_request(folder))


@pytest.mark.parametrize(
    ("weights", "what"),
    [
        ({"conditioner.embedders.0.transformer.a": (1,)}, "XL"),
        ({"model.diffusion_model.joint_blocks.0.a": (1,)}, "transformer"),
        ({_K: (320, 1024), _FIRST: (320, 4, 3, 3)}, "Diffusion 2"),
        ({_K: (320, 768), _FIRST: (320, 9, 3, 3), _TEXT: (77, 768)}, "inpainting"),
        ({_K: (320, 768), _FIRST: (320, 4, 3, 3)}, "no text encoder"),
        ({_K: (320, 768), _FIRST: (320, 4, 3, 3), _TEXT: (77, 768)}, "not a whole model"),
        ({"lora_unet_down": (4, 4)}, "no Stable Diffusion network"),
    ],
)
def test_a_file_of_another_architecture(weights: dict[str, tuple[int, ...]], what: str, tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    save_file({key: torch.zeros(shape) for key, shape in weights.items()}, file)
    assert what in refused(load_request(file))


def test_a_truncated_file(tiny_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes((tiny_folder / "unet" / "diffusion_pytorch_model.safetensors").read_bytes()[:5000])
    assert "no whole .safetensors" in refused(load_request(file))


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    file = tmp_path / "holiday.jpg"
    file.write_bytes(b"\xff\xd8")
    assert "should end in" in refused(load_request(file))


class Program:
    """What a pickle can do when it is read."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("run",)


def test_a_pickle_is_never_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "model.ckpt"
    torch.save({"state_dict": {"a": torch.zeros(1)}, "callbacks": Program()}, file)
    assert "run as a program" in refused(load_request(file))
    file.write_bytes(pickle.dumps(Program()))
    assert "run" in refused(load_request(file))
    assert capfd.readouterr().out == ""


def test_a_ckpt_is_read_for_its_weights(tiny_folder: Path, tmp_path: Path) -> None:
    weights = load_file(tiny_folder / "vae" / "diffusion_pytorch_model.safetensors")
    torch.save({"state_dict": weights, "epoch": 3}, tmp_path / "model.ckpt")
    read = checkpoint.read_weights(tmp_path / "model.ckpt")
    assert read.keys() == weights.keys()


def test_garbage_by_the_name_of_a_ckpt(tmp_path: Path) -> None:
    file = tmp_path / "model.ckpt"
    file.write_bytes(b"not a model at all")
    refused(load_request(file))


def test_a_file_tells_that_it_predicts_v() -> None:
    assert checkpoint.prediction_of({"v_pred": torch.zeros(0)}) == "v_prediction"
    assert checkpoint.prediction_of({}) == "epsilon"


def test_too_little_memory(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "free_memory", lambda device: 1000)
    assert "GiB" in refused(load_request(tiny_folder))


def test_memory_that_runs_out_on_the_way(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate")

    monkeypatch.setattr(loading, "_placed", full)
    assert "not enough memory" in refused(load_request(tiny_folder))


@pytest.mark.parametrize(("device", "dtype"), [("gpu", "auto"), ("cpu", "float8"), ("cuda:99", "auto")])
def test_devices_and_precisions_that_are_not_there(device: str, dtype: str, tiny_folder: Path) -> None:
    refused(load_request(tiny_folder, device=device, dtype=dtype))


def test_what_is_there_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto", "auto") == (torch.device("cpu"), torch.float32)
    for unknown in ("xpu", "gpu"):
        with pytest.raises(ModelUnavailable, match=f"No device is called '{unknown}'"):
            choose_device(unknown, "auto")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device("auto", "auto") == (torch.device("cuda"), torch.float16)
    assert choose_device("auto", "bfloat16") == (torch.device("cuda"), torch.bfloat16)


def test_the_noise_schedule_is_the_one_the_samplers_know() -> None:
    configuration = json.loads((checkpoint.SD1 / "scheduler" / "scheduler_config.json").read_text())
    theirs = samplers.table("Euler", 7).timestep
    ours = samplers.table("Euler", 7, alphas_cumprod=alphas_cumprod(configuration)).timestep
    np.testing.assert_array_equal(theirs, ours)


@pytest.mark.parametrize("change", [{"rescale_betas_zero_snr": True}, {"beta_schedule": "squaredcos_cap_v2"}])
def test_noise_schedules_that_are_not_known(change: dict[str, object]) -> None:
    with pytest.raises(ModelUnavailable):
        alphas_cumprod(change)


def test_noise_schedules_that_are_known() -> None:
    linear = alphas_cumprod({"beta_schedule": "linear", "beta_start": 0.1, "beta_end": 0.2, "num_train_timesteps": 3})
    np.testing.assert_allclose(linear, [0.9, 0.9 * 0.85, 0.9 * 0.85 * 0.8], rtol=1e-6)
    np.testing.assert_allclose(alphas_cumprod({"trained_betas": [0.5, 0.5]}), [0.5, 0.25])
