r"""The attention syntax of a prompt: what each piece of text weighs.

==============  =====================================================================================
``(text)``      1.1 times as much
``[text]``      1.1 times less
``(text:1.3)``  1.3 times as much; the number is a plain decimal, an exponent would be text
``\(`` ``\[``   the bracket itself; a backslash before anything else is dropped
``BREAK``       the end of a 75-token chunk, as the piece ``("BREAK", -1.0)``
==============  =====================================================================================

Round and square brackets are counted apart, so ``([a)]`` is read; one that is never closed reaches to the end, and one
that closes nothing is text. The behaviour, down to the order of the multiplications, is AUTOMATIC1111's as measured in
``tests/conformance``.
"""

import re
import sys

import numpy as np

Piece = tuple[str, float]
Factor = tuple[int, int, float]  # the pieces from … up to, not including …, and by what they are multiplied

ROUND_WEIGHT = 1.1
SQUARE_WEIGHT = 1 / 1.1
BREAK: Piece = ("BREAK", -1.0)

#: No text, of however many digits or brackets, makes a weight that is not a finite number.
LARGEST_WEIGHT = sys.float_info.max

_TOKEN = re.compile(
    r"""
      \\(?P<escaped>[()\[\]\\]?)
    | (?P<open>[(\[])
    | :\s*(?P<weight>[+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*\)
    | (?P<close>[)\]])
    | [^\\()\[\]:]+
    | :
    """,
    re.VERBOSE,
)
_BREAK = re.compile(r"\bBREAK\b")


def parse_attention(text: str) -> list[Piece]:
    """Cut ``text`` into pieces with their weights, neighbours of equal weight joined; never empty, never raises."""
    pieces: list[Piece] = []
    factors: list[Factor] = []
    opened: dict[str, list[int]] = {"(": [], "[": []}
    for token in _TOKEN.finditer(text):
        if (escaped := token["escaped"]) is not None:
            pieces.append((escaped, 1.0))
        elif token["open"]:
            opened[token["open"]].append(len(pieces))
        elif token["weight"] and opened["("]:
            factors.append((opened["("].pop(), len(pieces), read_weight(token["weight"])))
        elif token["close"] == ")" and opened["("]:
            factors.append((opened["("].pop(), len(pieces), ROUND_WEIGHT))
        elif token["close"] == "]" and opened["["]:
            factors.append((opened["["].pop(), len(pieces), SQUARE_WEIGHT))
        else:
            pieces.extend(_cut_at_breaks(token[0]))
    factors += [(start, len(pieces), ROUND_WEIGHT) for start in opened["("]]
    factors += [(start, len(pieces), SQUARE_WEIGHT) for start in opened["["]]
    return _join_equals(_multiply(pieces, factors)) or [("", 1.0)]


def _multiply(pieces: list[Piece], factors: list[Factor]) -> list[Piece]:
    """Apply ``factors`` one after the other: in another order equal weights would differ in their last digit."""
    weights = np.array([weight for _, weight in pieces], dtype=np.float64)
    with np.errstate(over="ignore"):
        for start, stop, factor in factors:
            span = weights[start:stop]
            np.clip(span * factor, -LARGEST_WEIGHT, LARGEST_WEIGHT, out=span)
    return [(text, float(weight)) for (text, _), weight in zip(pieces, weights, strict=True)]


def read_weight(number: str) -> float:
    """Read a decimal, however many digits it has, as a weight within ±LARGEST_WEIGHT."""
    return min(max(float(number), -LARGEST_WEIGHT), LARGEST_WEIGHT)


def _cut_at_breaks(text: str) -> list[Piece]:
    """``text`` with a BREAK piece for each such word; the white space around the word goes with it."""
    parts = _BREAK.split(text)
    pieces = [(parts[0].rstrip() if len(parts) > 1 else parts[0], 1.0)]
    for i, part in enumerate(parts[1:], start=2):
        pieces += [BREAK, (part.strip() if i < len(parts) else part.lstrip(), 1.0)]
    return pieces


def _join_equals(pieces: list[Piece]) -> list[Piece]:
    joined: list[tuple[list[str], float]] = []
    for text, weight in pieces:
        if joined and joined[-1][1] == weight:
            joined[-1][0].append(text)
        else:
            joined.append(([text], weight))
    return [("".join(texts), weight) for texts, weight in joined]
