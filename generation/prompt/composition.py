"""The ``AND`` of a positive prompt: several prompts, each pulling the picture with a weight of its own.

The guided output is ``uncond + Σ weight × guidance scale × (cond − uncond)``. Negative prompts are never split.
"""

import re

from generation.prompt.attention import read_weight

_AND = re.compile(r"\bAND\b")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")


def split_composition(text: str) -> list[tuple[str, float]]:
    """Cut ``text`` at the word ``AND``, wherever it stands, into (text, weight); ``cat:0.8`` weighs 0.8, ``cat`` 1."""
    return [_weigh(part) for part in _AND.split(text)]


def _weigh(part: str) -> tuple[str, float]:
    """Take the weight off the end of one part; its leading white space is kept, as in the original."""
    part = part.rstrip()
    text, colon, number = part.rpartition(":")
    if colon and _NUMBER.fullmatch(number.strip()):
        return text.rstrip(), read_weight(number)
    return part, 1.0
