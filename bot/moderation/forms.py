"""The forms of a word: its plurals, its particles, and whether a token is that word in disguise."""

from bot.moderation.leet import is_stretched, skeleton, upright
from bot.moderation.normalisation import Word

_SHORT = 4
"""Letters up to which a term is found in disguise only if the disguise is plain to see."""
_SHORTEST_PLURAL = 3
_PARTICLES = (*"은는이가을를의에와과도들로", "으로", "에서", "에게", "들이", "들을", "들의", "이다")


def inflections(word: str) -> tuple[str, ...]:
    """The word and its plurals; a Korean word and its particles."""
    if is_hangul(word):
        return (word, *(word + particle for particle in _PARTICLES))
    if len(word) < _SHORTEST_PLURAL:
        return (word,)
    if not word[-1].isalpha():
        return (word,)
    if word.endswith(("s", "x", "z", "ch", "sh", "o")):
        return (word, word + "es", word + "s") if word[-1] == "o" else (word, word + "es")
    return (word, word + "s", word[:-1] + "ies") if word[-1] == "y" else (word, word + "s")


def is_hangul(word: str) -> bool:
    """Whether a word ends in a Korean syllable."""
    return "가" <= word[-1] <= "힣"


def cores(reading: str) -> tuple[str, ...]:
    """The reading, and what is left of it without digits at its ends, as in ``2girls``."""
    core = reading.strip("0123456789")
    return (reading, core) if core != reading and len(core) >= _SHORT else (reading,)


def is_disguise(token: str, wanted: str) -> bool:
    """Whether a token that shares a term's skeleton is that term written otherwise, and not another short word."""
    if len(token) < len(wanted):
        return False
    if len(wanted) > _SHORT or any(c.isdigit() for c in token):
        return True
    if token == wanted + wanted[-1]:
        return True
    return is_stretched(token) and upright(token) != upright(wanted)


def may_hold(token: str, wanted: str) -> bool:
    """Whether a token that shares the skeleton of a starred term shows a sign of disguise."""
    return any(c.isdigit() for c in token) or is_stretched(token) or upright(wanted) in upright(token)


def fits(text: str, wanted: str, open_start: bool, open_end: bool) -> bool:
    """Whether a text holds, ends in or begins with a term, as its stars say."""
    if open_start and open_end:
        return wanted in text
    return text.endswith(wanted) if open_start else text.startswith(wanted)


def is_word(word: Word, wanted: str, plural: bool) -> bool:
    """Whether a word of a text is a word of a phrase, in disguise too; the last word of a phrase may be plural."""
    forms = inflections(wanted) if plural else (wanted,)
    if any(reading in forms for reading in word.readings):
        return True
    return not word.common and word.skeleton in {skeleton(f) for f in forms} and is_disguise(word.plain, wanted)
