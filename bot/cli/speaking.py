"""How the command line speaks: results on standard output, everything beside them on the error stream."""

import unicodedata

from rich.console import Console

_KEPT = "\n\t"
_TURNING = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}  # change the direction of writing


def aside() -> Console:
    """A console for what is said beside the result: progress, hints, remarks."""
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def printable(text: str) -> str:
    """Replace control characters: those of a stranger's recipe could rewrite the terminal."""
    return "".join("\ufffd" if _controls(character) else character for character in text)


def _controls(character: str) -> bool:
    return character in _TURNING or (unicodedata.category(character) == "Cc" and character not in _KEPT)
