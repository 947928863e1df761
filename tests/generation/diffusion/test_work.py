"""The count of operations, against torch's own counter on networks without weights."""

import json
from typing import Any

import pytest
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch.utils.flop_counter import FlopCounterMode

from generation.diffusion.checkpoint import SD1
from generation.diffusion.work import RowWork

SD1_UNET = json.loads((SD1 / "unet" / "config.json").read_text(encoding="utf-8"))
TWO_LEVELS: dict[str, Any] = {
    "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
    "block_out_channels": (16, 32),
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "cross_attention_dim": 32,
    "attention_head_dim": 2,
}
FOUR_LEVELS: dict[str, Any] = {
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "block_out_channels": (16, 16, 32, 48),
    "layers_per_block": (1, 2, 1, 1),
    "norm_num_groups": 8,
    "cross_attention_dim": 24,
    "attention_head_dim": 4,
    "use_linear_projection": True,
    "transformer_layers_per_block": 2,
}


def unet(configuration: dict[str, Any]) -> Any:
    with torch.device("meta"):
        return UNet2DConditionModel.from_config(configuration)


@torch.inference_mode()
def counted(network: Any, rows: int, height: int, width: int, tokens: int) -> int:
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        text = torch.empty(rows, tokens, network.config["cross_attention_dim"])
        network(torch.empty(rows, 4, height, width), torch.empty(rows), encoder_hidden_states=text, return_dict=False)
    return counter.get_total_flops()


@pytest.mark.parametrize("configuration", [TWO_LEVELS, FOUR_LEVELS], ids=["two levels", "four levels"])
@pytest.mark.parametrize(("height", "width"), [(8, 8), (9, 16), (24, 8), (13, 11)])
@pytest.mark.parametrize("tokens", [77, 231])
def test_any_network_size_and_text_to_the_last_operation(
    configuration: dict[str, Any], height: int, width: int, tokens: int
) -> None:
    network = unet(configuration)
    assert RowWork(network).of(height, width, tokens) == counted(network, 1, height, width, tokens)


def test_the_figures_of_stable_diffusion() -> None:
    work = RowWork(unet(SD1_UNET))
    assert 2 * work.of(64, 64, 77) == pytest.approx(1.607e12, rel=0.001)
    assert 2 * work.of(96, 96, 77) == pytest.approx(4.296e12, rel=0.001)
    assert work.of(72, 128, 77) == work.of(96, 96, 77)


def test_stable_diffusions_count_is_torchs() -> None:
    network = unet(SD1_UNET)
    assert 2 * RowWork(network).of(64, 48, 154) == counted(network, 2, 64, 48, 154)
