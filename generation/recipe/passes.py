"""What a recipe says of a picture that was drawn over, and of a second pass: choices, and what is left out of them."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generation.recipe.names import SECOND_STRENGTH, SOURCE
from generation.spec import enlarged_size

#: Fields that are understood here.
USED = frozenset(
    {
        "Denoising strength", "Hires upscale", "Hires steps", "Hires upscaler", "Hires CFG Scale",
        "Hires resize-1", "Hires resize-2", "First pass size-1", "First pass size-2", "Init image hash",
        "Postprocess upscale by", "Postprocess upscaler", SOURCE, SECOND_STRENGTH,
    }
)  # fmt: skip

_Say = Callable[[str], None]

_LATENT = "Latent"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def passes(fields: Mapping[str, Any], say: _Say) -> Iterator[tuple[str, Any]]:
    """Yield the choices that the fields make, and say what cannot be one."""
    factor, source = _factor(fields, say), fields.get(SOURCE)
    strength = _number(fields, "Denoising strength", say, 0.1 if factor > 1 and source is None else 0.0, 1.0)
    yield "larger", factor
    if isinstance(source, str) and _DIGEST.fullmatch(source):
        yield "source", source
        yield "strength", strength
        strength = _number(fields, SECOND_STRENGTH, say, 0.1, 1.0)
    elif factor == 1 and ("Denoising strength" in fields or "Init image hash" in fields):
        yield "strength", strength
        say("It was drawn over another picture, which a recipe does not hold; give that one to draw over it again.")
    if factor > 1:
        yield "larger_strength", strength
        yield from _second_pass(fields, say)
    if "Postprocess upscale by" in fields:
        say("The picture was enlarged afterwards; that is not done again.")


def _second_pass(fields: Mapping[str, Any], say: _Say) -> Iterator[tuple[str, Any]]:
    """Steps and CFG, which are the first pass's where nothing is said of them."""
    if (upscaler := fields.get("Hires upscaler", _LATENT)) != _LATENT:
        say(f"The second pass enlarged the picture by {str(upscaler)[:60]!r}; here it is done in the latents.")
    steps = _number(fields, "Hires steps", say) or _number(fields, "Steps", say)
    scale = _number(fields, "Hires CFG Scale", say)
    if steps is not None and steps.is_integer():
        yield "larger_steps", int(steps)
    yield "larger_guidance_scale", _number(fields, "CFG scale", say) if scale is None else scale


def _factor(fields: Mapping[str, Any], say: _Say) -> float:
    """How many times larger the second pass made the picture; 1 where there was none, or not as it can be here."""
    if "Hires upscale" in fields:
        factor = _number(fields, "Hires upscale", say, 1.0, 4.0)
        return 1.0 if factor is None else factor
    sides = [_side(fields.get(name)) for name in ("Size-1", "Size-2", "Hires resize-1", "Hires resize-2")]
    width, height, wide, high = sides
    if not (width and height and (wide or high)):
        return 1.0
    factor = wide / width if wide else high / height
    wanted = (wide or int(width * factor), high or int(height * factor))
    if 1 <= factor <= 4 and enlarged_size(width, height, factor) == tuple(side // 8 * 8 for side in wanted):
        return factor
    say(f"The second pass is left out: {wanted[0]}x{wanted[1]} cannot come of {width}x{height} here.")
    return 1.0


def _number(
    fields: Mapping[str, Any], name: str, say: _Say, low: float = -math.inf, high: float = math.inf
) -> float | None:
    if name not in fields:
        return None
    try:
        number = float(fields[name])
    except (TypeError, ValueError):
        number = math.nan
    if math.isfinite(number) and low <= number <= high:
        return number
    say(f"{name} is left out: {str(fields[name])[:60]!r} is no number that it can have.")
    return None


def _side(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
