"""Misspellings: which long terms are one mistake away from a text."""

from collections import defaultdict
from collections.abc import Iterator

from rapidfuzz.distance import OSA

from bot.moderation.entries import WordTerm


class Mistakes:
    """Long terms by what is left of them without one letter, so that a mistake is found without trying each term."""

    def __init__(self) -> None:
        self._terms: dict[str, dict[str, list[WordTerm]]] = defaultdict(dict)
        self._ends: set[str] = set()

    def add(self, text: str, term: WordTerm) -> None:
        """Find a term by this spelling of it, of six letters or more."""
        self._ends.update((text[:3], text[-3:]))
        for variant in (text, *without_one(text)):
            self._terms[variant].setdefault(text, []).append(term)

    def nearest(self, text: str) -> Iterator[WordTerm]:
        """Terms one insertion, deletion, substitution or swap away from a text, the first letter being right."""
        # One mistake leaves three letters right at one end or the other: most texts are done with here.
        if text[:3] not in self._ends and text[-3:] not in self._ends:
            return
        for variant in (text, *without_one(text)):
            for form, terms in self._terms.get(variant, {}).items():
                if form[0] == text[0] and OSA.distance(form, text, score_cutoff=1) <= 1:
                    yield from terms


def without_one(word: str) -> Iterator[str]:
    """The word less its first letter, less its second, and so on."""
    return (word[:k] + word[k + 1 :] for k in range(len(word)))
