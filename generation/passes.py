"""The passes that a picture is drawn in: one, or a second one over the first, enlarged, as a picture of its own."""

from dataclasses import replace

from generation.samplers import ImageToImage, image_to_image
from generation.spec import DEFAULTS, PromptSpec, two_passes


def first_way(spec: PromptSpec) -> ImageToImage | None:
    """Where the first pass begins: at noise (None), or at the picture that is drawn over."""
    return None if spec.source is None else image_to_image(spec.steps, spec.strength)


def second_way(spec: PromptSpec) -> ImageToImage:
    """Where the second pass begins; it takes exactly its steps, as AUTOMATIC1111's does."""
    return image_to_image(spec.larger_steps, spec.larger_strength, exact_steps=True)


def second_pass(spec: PromptSpec) -> PromptSpec:
    """The second pass of ``spec`` as a picture alone: its size, its steps, its guidance."""
    width, height = spec.finished_size
    return replace(
        spec,
        width=width,
        height=height,
        steps=spec.larger_steps,
        guidance_scale=spec.larger_guidance_scale,
        source=None,
        strength=0.0,
        larger=1.0,
        larger_strength=0.0,
        larger_steps=0,
        larger_guidance_scale=0.0,
    )


def steps_taken(spec: PromptSpec) -> int:
    """How many steps a picture of ``spec`` takes, over both passes."""
    way = first_way(spec)
    return (spec.steps if way is None else way.encode + 1) + spec.larger_steps


def larger(spec: PromptSpec, factor: float) -> PromptSpec:
    """The same picture with a second pass, ``factor`` times as large, in place of the one that it may have had.

    Raises InvalidChoice for a factor that is not from 1 to 4.
    """
    plain = replace(spec, larger=1.0, larger_strength=0.0, larger_steps=0, larger_guidance_scale=0.0)
    return two_passes({**DEFAULTS, "larger": factor}, plain)


def shaped(spec: PromptSpec, width: int, height: int) -> PromptSpec:
    """``spec`` at another size, before any second pass; a CFG that follows the area does."""
    ratio = width * height / (spec.width * spec.height)
    scale = spec.guidance_scale * ratio if spec.guidance_rule == "area" else spec.guidance_scale
    return replace(spec, width=width, height=height, guidance_scale=scale)
