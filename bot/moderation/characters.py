"""Single characters: what cannot be seen, what is a letter in a frame, and what is only a mark upon one."""

import unicodedata
from functools import cache

import regex

MARKUP = "\ue000"
"""Stands where prompt markup was taken out: a gap that no space was in.  Taken out of what people write."""

# Format and control characters, variation selectors, and the blanks that Unicode counts as letters or symbols;
# but not white space, nor MARKUP.
_BLANKS = r"\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_invisible = regex.compile(
    rf"[\p{{Cf}}\p{{Co}}\p{{Cs}}\p{{Cc}}\p{{Variation_Selector}}{_BLANKS}--[\t-\r\x85{MARKUP}]]", regex.V1
)
_diacritic = regex.compile(r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_skin_tone = regex.compile("[\U0001f3fb-\U0001f3ff]")
_half_width_kana = regex.compile(r"[\uff65-\uff9f]+")


def drop_invisible(text: str, instead: str = "") -> str:
    """The text with every character that leaves no ink taken out, or replaced by ``instead``."""
    return _invisible.sub(instead, text)


def drop_diacritics(text: str) -> str:
    """The text without marks that belong to no script; the marks that make kana or Indic letters stay."""
    return _diacritic.sub("", text)


def drop_skin_tones(text: str) -> str:
    """Emoji without their skin tone."""
    return _skin_tone.sub("", text)


def drop_marks(text: str) -> str:
    """Every letter without its accents: decomposed first, or nothing would come off a precomposed one."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def open_frames(text: str) -> str:
    """Letters and digits in circles, squares and flags as plain ones; half-width kana as full-width."""
    return _half_width_kana.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text.translate(_frames()))


@cache
def _frames() -> dict[int, str]:
    """Code point to plain letter or digits, for the enclosed forms, most of which NFKC does not know."""
    table: dict[int, str] = {}
    for first in (0x24B6, 0x24D0, 0x249C, 0x1F110, 0x1F130, 0x1F150, 0x1F170, 0x1F1E6):
        table |= {first + k: chr(ord("a") + k) for k in range(26)}
    for first, last in ((0x2460, 0x249B), (0x24EA, 0x24FF), (0x2776, 0x2793)):
        table |= {c: str(int(unicodedata.numeric(chr(c)))) for c in range(first, last + 1)}
    return table
