"""Digits and signs that stand for letters, and the skeleton in which a word and its disguises are the same."""

from functools import lru_cache

import regex

from bot.moderation.characters import MARKUP

_DIGITS = str.maketrans("023456789", "ozeasgtbg")
_UPRIGHT = str.maketrans("1l", "ii")  # 1 stands for i and for l; after stretched letters are reduced, all three are one
_SIGNS = str.maketrans(
    {"@": "a", "$": "s", "!": "1", "|": "1", "¡": "1", "€": "e", "£": "l", "¢": "c", "¥": "y", "+": "t"}
)

_run = regex.compile(r"(.)\1+")
_tripled = regex.compile(r"(.)\1\1")
_SIGN = "@$!|€£¢¥+¡"
_run_of_letters = regex.compile(rf"[\p{{L}}\p{{M}}\p{{N}}{MARKUP}{_SIGN}]+")
_lone_sign = regex.compile(
    r"(?<=(?<![\p{L}\p{N}])[\p{L}\p{N}][\s._/\-]+)[@$!|](?=[\s._/\-]+[\p{L}\p{N}](?![\p{L}\p{N}]))"
)
_at_an_end = "!+¡" + MARKUP  # there they are punctuation, or another tool's weight
_doubled = regex.compile(r"\|\||\+\+|!!+")


@lru_cache(maxsize=16384)
def skeleton(word: str) -> str:
    """The form that a lower-case word shares with its leet and stretched spellings: ``f0rb1dd3n`` → ``forbiden``."""
    return _run.sub(r"\1", word.translate(_DIGITS)).translate(_UPRIGHT)


@lru_cache(maxsize=16384)
def upright(word: str) -> str:
    """The word with leet digits as letters, and l as i, but with every letter that it has."""
    return word.translate(_DIGITS).translate(_UPRIGHT)


def read_entry_signs(text: str) -> str:
    """The same for an entry of a list, whose upright signs are meant as i (``sh!p``)."""
    return read_signs(text).replace("1", "i") if "1" not in text else read_signs(text)


def stands_for_word(token: str) -> bool:
    """Whether digits in a lower-case token can stand for letters: they do inside words, not in ``2b`` or ``1920``."""
    letters = sum(c.isalpha() for c in token)
    return letters >= 2 or (letters == 1 and len(token) >= 4)


def is_stretched(token: str) -> bool:
    """Whether a letter stands three times on end, or every letter twice."""
    if _tripled.search(token):
        return True
    return len(token) % 2 == 0 and len(token) >= 4 and token[::2] == token[1::2]


def read_signs(text: str) -> str:
    """The text with signs as letters where they stand in words; others are left alone."""
    if not any(sign in text for sign in _SIGN):
        return text
    text = _lone_sign.sub(lambda m: m[0].translate(_SIGNS), _doubled.sub(" ", text))
    return _run_of_letters.sub(_read, text)


def _read(found: "regex.Match[str]") -> str:
    piece = found[0]
    if not any(sign in piece for sign in _SIGN) or sum(c.isalpha() for c in piece) < 2:
        return piece
    core = piece.strip(_at_an_end)
    at = piece.index(core)
    return piece[:at] + core.translate(_SIGNS) + piece[at + len(core) :]
