"""The common words of English, which no guess at a misspelling may refuse."""

from functools import cache, lru_cache

import wordfreq

_BEGINNINGS = ("over", "under", "counter", "inter", "super", "out", "mis", "non", "pre", "sub", "un", "re", "de")
_ENDINGS = (
    *("s", "es", "ed", "ing", "er", "ers", "or", "ors", "y", "ly", "ness", "ish", "less", "like", "al", "able", "ible"),
    *("ful", "ee", "ess", "ic", "ify", "ise", "ize", "ist", "ism", "ity", "ive", "ous", "ary", "ance", "ence", "ancy"),
    *("ency", "ation", "ion", "ment", "hood", "ship", "ian", "ia", "ious", "ile", "ate"),
)
_SHORTEST_STEM = 4
_KNOWN_STEMS = 30_000
"""Ranks up to which a listed word of four letters may take a beginning or an ending; longer ones may all."""


@lru_cache(maxsize=16384)
def is_common(word: str) -> bool:
    """Whether a lower-case word is in the list, or is one of its better-known words with an ordinary affix."""
    if word in _ranks():
        return True
    stems = [word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)]
    stems += [stem + "e" for stem in stems]
    stems += [word.removeprefix(beginning) for beginning in _BEGINNINGS if word.startswith(beginning)]
    if word.endswith(("ies", "ied", "ier")):
        stems.append(word[:-3] + "y")
    if word.endswith("ed"):
        stems.append(word[:-1])
    return any(_may_be_stem(stem) for stem in stems)


def _may_be_stem(stem: str) -> bool:
    if len(stem) == _SHORTEST_STEM:
        return _ranks().get(stem, _KNOWN_STEMS) < _KNOWN_STEMS
    return len(stem) > _SHORTEST_STEM and stem in _ranks()


def is_everyday(word: str) -> bool:
    """Whether a lower-case word is among the five thousand most frequent; single letters are not, but a and i."""
    if len(word) == 1:
        return word in "ai"
    return _ranks().get(word, 5000) < 5000


@cache
def _ranks() -> dict[str, int]:
    # The large English list: some 320,000 words, of which the rarest occur once in a hundred million.
    return {word: rank for rank, word in enumerate(wordfreq.iter_wordlist("en", "large"))}
