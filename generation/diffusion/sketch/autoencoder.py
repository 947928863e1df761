"""Training of the sketch model's autoencoder: 64x64 pixels to 16x16 latents of four channels, and back."""

import math
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.resnet import ResnetBlock2D
from torch import Tensor, nn
from torch.nn import functional

from generation.diffusion.sketch.checkpoint import load_state, save_state
from generation.diffusion.sketch.dataset import draw_batch, generator, place

SEED = 31
STEPS = 2500
BATCH = 8
PEAK_RATE = 2e-3
LATENT_NOISE = 0.1
SCALING_FACTOR = 0.18215


def build_autoencoder() -> AutoencoderKL:
    """The untrained network: activations keep their variance, and residual blocks start near identity."""
    network = AutoencoderKL(
        in_channels=3,
        out_channels=3,
        latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 3,  # pyright: ignore[reportArgumentType] - meant as tuple[str, ...]
        up_block_types=("UpDecoderBlock2D",) * 3,  # pyright: ignore[reportArgumentType] - likewise
        block_out_channels=(16, 32, 64),  # pyright: ignore[reportArgumentType] - likewise
        layers_per_block=1,
        norm_num_groups=8,
        mid_block_add_attention=False,
        sample_size=64,
        scaling_factor=SCALING_FACTOR,
    )
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="linear")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    for module in network.modules():
        if isinstance(module, ResnetBlock2D):
            module.conv2.weight.data.mul_(0.1)
    return network


def encode_mean(network: AutoencoderKL, pixels: Tensor) -> Tensor:
    """Latents (n, 4, h/4, w/4), not yet multiplied by the scaling factor, of pixels (n, 3, h, w) in -1 to 1."""
    return _border(network)[0](network.encoder(pixels))[:, :4]


def decode(network: AutoencoderKL, latents: Tensor) -> Tensor:
    """Pixels (n, 3, 4h, 4w) of unscaled latents (n, 4, h, w)."""
    return network.decoder(_border(network)[1](latents))


def _border(network: AutoencoderKL) -> tuple[nn.Conv2d, nn.Conv2d]:
    """The 1x1 convolutions into the latents and out of them."""
    assert network.quant_conv is not None
    assert network.post_quant_conv is not None
    return network.quant_conv, network.post_quant_conv


def reconstruction_loss(drawn: Tensor, pixels: Tensor, weight: Tensor) -> Tensor:
    """Weighted absolute error of pixels and of their differences to the right and downwards."""
    weight = functional.interpolate(weight, scale_factor=4, mode="nearest")
    weight = weight / weight.mean()
    error = drawn - pixels
    across = (error[..., 1:] - error[..., :-1]).abs() * weight[..., 1:]
    down = (error[..., 1:, :] - error[..., :-1, :]).abs() * weight[..., 1:, :]
    return (error.abs() * weight).mean() + 0.5 * (across.mean() + down.mean()) + (error.square() * weight).mean()


def train_autoencoder(
    state_file: Path,
    *,
    steps: int = STEPS,
    until: int | None = None,
    device: str = "cpu",
    report: Callable[[int, float], None] | None = None,
) -> AutoencoderKL:
    """Train up to step ``until`` (the end, when None), going on from ``state_file`` where there is one.

    Returns the moving average of the weights, whitened.
    """
    last = steps if until is None else until
    torch.manual_seed(SEED)
    network = place(build_autoencoder(), device)
    average = deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), lr=PEAK_RATE, betas=(0.9, 0.99), weight_decay=1e-4)
    first = load_state(state_file, network=network, average=average, optimizer=optimizer)
    for step in range(first, last):
        for group in optimizer.param_groups:
            group["lr"] = PEAK_RATE * _rate(step, steps)
        loss = _train_step(network, optimizer, step, device)
        _follow(average, network, min(0.998, (1 + step) / (10 + step)))
        if report is not None:
            report(step + 1, loss)
        if (step + 1) % 250 == 0 or step + 1 == last:
            save_state(state_file, step + 1, network=network, average=average, optimizer=optimizer)
    return whiten(average, device)


def _train_step(network: AutoencoderKL, optimizer: torch.optim.Optimizer, step: int, device: str) -> float:
    torch.manual_seed(SEED * 1_000_003 + step)
    batch = draw_batch(generator(SEED, step), BATCH)
    pixels = batch.pixels.to(device).contiguous(memory_format=torch.channels_last)
    latents = encode_mean(network, pixels)
    # Noise makes neighbouring latents mean alike; the pull to the origin keeps the noise from being outgrown.
    noisy = latents + LATENT_NOISE * torch.randn_like(latents)
    loss = reconstruction_loss(decode(network, noisy), pixels, batch.weight.to(device))
    optimizer.zero_grad()
    (loss + 1e-3 * latents.square().mean()).backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


def _rate(step: int, steps: int) -> float:
    warm = min(1.0, (step + 1) / 200)
    return warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / steps)))


@torch.no_grad()
def _follow(average: nn.Module, network: nn.Module, decay: float) -> None:
    for kept, new in zip(average.parameters(), network.parameters(), strict=True):
        kept.lerp_(new, 1 - decay)


@torch.no_grad()
def whiten(network: AutoencoderKL, device: str = "cpu", count: int = 768) -> AutoencoderKL:
    """Fold an affine map into the 1x1 convolutions around the latents.

    Times the scaling factor, latents of drawn pictures then have mean zero, unit variance and no correlation.
    """
    batches = [draw_batch(generator(SEED, 10_000_000 + k), 64, (64, 64)).pixels.to(device) for k in range(count // 64)]
    latents = (
        torch.cat([encode_mean(network, pixels) for pixels in batches]).permute(1, 0, 2, 3).reshape(4, -1).double()
    )
    mean = latents.mean(1)
    values, vectors = torch.linalg.eigh(torch.cov(latents))
    forward = (vectors @ torch.diag(values.rsqrt()) @ vectors.T / SCALING_FACTOR).float()
    backward, centre = torch.linalg.inv(forward.double()).float(), mean.float()
    into, out = _border(network)
    assert into.bias is not None
    assert out.bias is not None
    matrix, bias = into.weight[:4, :, 0, 0], into.bias[:4]
    into.weight[:4, :, 0, 0], into.bias[:4] = forward @ matrix, forward @ (bias - centre)
    # The second half is the log-variance of the latents: a constant, the noise it was trained with.
    into.weight[4:], into.bias[4:] = 0, 2 * math.log(LATENT_NOISE / SCALING_FACTOR)
    matrix, bias = out.weight[:, :, 0, 0].clone(), out.bias.clone()
    out.weight[:, :, 0, 0], out.bias[:] = matrix @ backward, bias + matrix @ centre
    return network


@torch.no_grad()
def fit_preview(network: AutoencoderKL, pixels: Tensor | None = None) -> Tensor:
    """The linear map from scaled latents to RGB in 0 to 1 that fits pictures best: (channels + 1, 3), the bias last.

    Works for any autoencoder; ``pixels`` are pictures of the kind it will see, drawn ones when left out.
    """
    if pixels is None:
        pixels = draw_batch(generator(SEED, 20_000_000), 128, (64, 64)).pixels
    latents = encode_mean(network, pixels) * network.config["scaling_factor"]
    colours = functional.adaptive_avg_pool2d((pixels + 1) / 2, latents.shape[-2:])
    inputs = latents.permute(0, 2, 3, 1).flatten(0, 2)
    inputs = torch.cat([inputs, torch.ones(len(inputs), 1)], dim=1)
    return torch.linalg.lstsq(inputs, colours.permute(0, 2, 3, 1).flatten(0, 2)).solution
