"""The built-in presets and the negative prompts they stand for: nine words, very quietly said.

The family comes from the practice of the pure negative prompt: the nine words, each at weight 1e-4. Older forms put
them at 0.105, or in 24 or 12 square brackets (1.1^-24 = 0.1015, 1.1^-12 = 0.3186). All of them are ordinary text in
the ordinary weight syntax; nothing further down knows that they are special.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from generation.errors import InvalidChoice

NINE_WORDS = ("bad", "comic", "cropped", "error", "extra", "low", "lowres", "speech", "worst")
DEFAULT_WEIGHT = 1e-4


def pure_negative(weight: float) -> str:
    """Write the nine words, each at ``weight`` (> 0 in float32), in decimals: the language knows no exponents.

    Raises InvalidChoice for a weight that is zero, negative, not finite, or too small for float32.
    """
    written = decimal(check_weight(weight))
    return ", ".join(f"({word}:{written})" for word in NINE_WORDS)


def bracketed_negative(depth: int) -> str:
    """Write the nine words, each in ``depth`` square brackets: weight 1.1 ** -depth."""
    return ", ".join("[" * depth + word + "]" * depth for word in NINE_WORDS)


def decimal(weight: float) -> str:
    """Write a weight without an exponent and without losing it: 1e-16 is 0.0000000000000001."""
    return np.format_float_positional(weight, trim="-")


def check_weight(weight: float) -> float:
    """Return ``weight`` if float32 holds it as a finite number above zero; raise InvalidChoice otherwise."""
    reason = "The weight may be as low as you like, but it must be greater than zero"
    if not np.isfinite(weight):
        raise InvalidChoice("preset_weight", f"{weight} is not a weight. {reason}, for example 0.0001.")
    if weight <= 0:
        raise InvalidChoice(
            "preset_weight",
            f"A weight of {weight:g} would take the nine words out altogether, or turn them round. "
            f"{reason}, for example 0.0001.",
        )
    with np.errstate(over="ignore", under="ignore"):
        held = np.float32(weight)
    if held == 0 or not np.isfinite(held):
        limit = "1e-45, and anything smaller becomes zero there" if held == 0 else "3.4e38"
        raise InvalidChoice(
            "preset_weight", f"{weight:g} cannot be computed with: 32-bit numbers end at about {limit}. {reason}."
        )
    return float(weight)


#: How each named negative is written; only ``pure`` asks for a weight.
NEGATIVES: Mapping[str, Callable[[float], str]] = MappingProxyType(
    {
        "pure": pure_negative,
        "24x[": lambda _: bracketed_negative(24),
        "12x[": lambda _: bracketed_negative(12),
        "none": lambda _: "",
    }
)

#: The presets everybody has: a name, and the choices it makes.
BUILT_IN: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "pure": {"negative_preset": "pure", "preset_weight": DEFAULT_WEIGHT},
        "pure-0.105": {"negative_preset": "pure", "preset_weight": 0.105},
        "24x[": {"negative_preset": "24x["},
        "12x[": {"negative_preset": "12x["},
        "none": {"negative_preset": "none"},
    }
)
