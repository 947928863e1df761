"""Writes a model's weights under the names that Stable Diffusion 1.x was published with, in one dictionary."""

import re
from collections.abc import Iterator, Mapping

from torch import Tensor

Weights = Mapping[str, Tensor]

_UNET_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_UNET_NAMES = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}
_VAE_ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}
_LAST_LEVEL = 3


def original_weights(unet: Weights, vae: Weights, text_encoder: Weights) -> dict[str, Tensor]:
    """Rename the weights of a diffusers folder, each named as in its part."""
    return {
        **{f"model.diffusion_model.{name}": value for name, value in _unet(unet)},
        **{f"first_stage_model.{name}": value for name, value in _vae(vae)},
        **{
            f"cond_stage_model.transformer.text_model.{name.removeprefix('text_model.')}": value
            for name, value in text_encoder.items()
        },
    }


def _unet(weights: Weights) -> Iterator[tuple[str, Tensor]]:
    for name, value in weights.items():
        yield _unet_name(name), value


def _unet_name(name: str) -> str:
    for ours, theirs in _UNET_NAMES.items():
        if name.startswith(ours + "."):
            return theirs + name.removeprefix(ours)
    match = re.fullmatch(
        r"(down|up|mid)_blocks?\.(?:(\d)\.)?(resnets|attentions|downsamplers|upsamplers)\.(\d)\.(.*)", name
    )
    assert match, name
    way, level, kind, index, rest = match[1], int(match[2] or 0), match[3], int(match[4]), match[5]
    if kind == "resnets":
        layer, _, last = rest.rpartition(".")
        rest = f"{_UNET_RESNET[layer]}.{last}"
    if way == "mid":
        return f"middle_block.{2 * index if kind == 'resnets' else 1}.{rest}"
    if kind == "downsamplers":
        return f"input_blocks.{3 * (level + 1)}.0.{rest.replace('conv', 'op')}"
    if kind == "upsamplers":
        return f"output_blocks.{3 * level + 2}.{2 if level else 1}.{rest}"
    block = f"input_blocks.{3 * level + index + 1}" if way == "down" else f"output_blocks.{3 * level + index}"
    return f"{block}.{0 if kind == 'resnets' else 1}.{rest}"


def _vae(weights: Weights) -> Iterator[tuple[str, Tensor]]:
    for name, value in weights.items():
        renamed = _vae_name(name)
        is_matrix = ".attn_1." in renamed and value.ndim == 2
        yield renamed, value[:, :, None, None].contiguous() if is_matrix else value


def _vae_name(name: str) -> str:
    name = name.replace("conv_norm_out", "norm_out").replace("conv_shortcut", "nin_shortcut")
    name = re.sub(r"mid_block\.resnets\.(\d)", lambda found: f"mid.block_{int(found[1]) + 1}", name)
    name = re.sub(
        r"mid_block\.attentions\.0\.(group_norm|to_q|to_k|to_v|to_out\.0)",
        lambda found: f"mid.attn_1.{_VAE_ATTENTION[found[1]]}",
        name,
    )
    name = re.sub(r"down_blocks\.(\d)\.resnets\.", r"down.\1.block.", name)
    name = re.sub(r"down_blocks\.(\d)\.downsamplers\.0\.", r"down.\1.downsample.", name)
    name = re.sub(r"up_blocks\.(\d)\.resnets\.", lambda found: f"up.{_LAST_LEVEL - int(found[1])}.block.", name)
    return re.sub(
        r"up_blocks\.(\d)\.upsamplers\.0\.", lambda found: f"up.{_LAST_LEVEL - int(found[1])}.upsample.", name
    )
