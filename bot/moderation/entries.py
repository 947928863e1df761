"""Entries of a word list in the syntax of Discord's AutoMod, made into what a matcher looks for.

``word`` is that word, ``word*``, ``*word`` and ``*word*`` are words that begin with, end in or hold it; several words
are a phrase; ``a && b`` asks for both.  Everything else in an entry is literal: no entry is a regular expression.
"""

from dataclasses import dataclass

import regex

from bot.moderation.leet import read_entry_signs
from bot.moderation.normalisation import Word, fold_signs, fragments, is_continuous, open_text, read_word

_signs = regex.compile(r"[^\p{L}\p{M}\p{N}\s_\-]")


@dataclass(frozen=True, slots=True)
class WordTerm:
    """One or more words in a row; ``open_start`` and ``open_end`` say where a star stood."""

    words: tuple[str, ...]
    open_start: bool = False
    open_end: bool = False

    @property
    def joined(self) -> str:
        """The words written as one."""
        return "".join(self.words)


@dataclass(frozen=True, slots=True)
class SignTerm:
    """A literal text with signs in it, such as ``c++`` or an emoji."""

    text: str


@dataclass(frozen=True, slots=True)
class ContinuousTerm:
    """A text in a script that writes no spaces, found anywhere."""

    text: str


Term = WordTerm | SignTerm | ContinuousTerm


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list as written, and the terms that must all be found."""

    text: str
    terms: tuple[Term, ...]


def parse_entry(text: str) -> Entry | None:
    """The entry that a line stands for; None where it says nothing (only blanks and stars)."""
    terms = tuple(term for part in text.split("&&") if (term := _parse_term(part.strip())))
    return Entry(text.strip(), terms) if terms else None


def _parse_term(text: str) -> Term | None:
    open_start, open_end = text.startswith("*"), text.endswith("*")
    core = text.strip("*").strip()
    if not core:
        return None
    opened = open_text(core)
    if is_continuous(opened):
        return ContinuousTerm("".join(read_word(token).own for token in fragments(opened)))
    lettered = read_entry_signs(opened)
    if _signs.search(lettered):
        return SignTerm(fold_signs(core))
    words: list[Word] = [read_word(token) for token in fragments(lettered)]
    if not words:
        return SignTerm(fold_signs(core))
    return WordTerm(tuple(word.plain for word in words), open_start, open_end)
