"""Look-alike letters: which token, read by its shape, is a Latin word.

The look-alikes are those of Unicode's security report UTS 39, from the package confusable-homoglyphs; a few that only
deceive among Latin letters are added by hand.
"""

import unicodedata
from functools import cache

from anyascii import anyascii
from confusable_homoglyphs import confusables

from bot.moderation.characters import drop_marks

_AMONG_LATIN = {
    **dict(zip("бвгдзийклмнпртуфцчшщьэя", "bbrdenuklmhnptyfu4wwber", strict=True)),
    **dict(zip("βδεζηθκλμνπστφχψω", "bdeznoklmvnotfxyw", strict=True)),
    **dict(zip("ЅІЈԚԜΒΕΖΗΙΚΜΝΟΡΤΥΧ", "SIJQWBEZHIKMNOPTYX", strict=True)),
}
"""Letters that pass for Latin ones only inside a word that has Latin letters too (в for b, σ for o)."""


def read_as_latin(token: str) -> str | None:
    """The token as a Latin word in lower case without accents, or None where not the whole of it becomes Latin."""
    letters, borrowed = [], False
    for character in drop_marks(token):
        letter = _latin_letter(character)
        if letter is None:
            letter = _AMONG_LATIN.get(character)
            borrowed = True
        if letter is None:
            return None
        letters.append(letter)
    if borrowed and not any(c.isascii() and c.isalpha() for c in token):
        return None
    return "".join(letters).casefold()


@cache
def _latin_letter(character: str) -> str | None:
    if character.isascii():
        return character
    if look_alike := _look_alikes().get(character):
        return look_alike
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    name = unicodedata.name(character, "")
    compatible = drop_marks(unicodedata.normalize("NFKC", character))
    if compatible.isascii():
        return "".join(c for c in compatible if c.isalnum()) or None
    if name.startswith(("LATIN", "MODIFIER LETTER", "TURNED")):
        return "".join(c for c in anyascii(character) if c.isalnum()) or None
    return None


@cache
def _look_alikes() -> dict[str, str]:
    """Letter of another script to the Latin letter or letters of its shape, as UTS 39 pairs them."""
    return {
        character: letter
        for character, twins in confusables.confusables_data.items()
        if len(character) == 1 and _may_pass(character) and (letter := _choose([t["c"] for t in twins], character))
    }


def _may_pass(character: str) -> bool:
    # Latin letters have their own reading; signs and digits are leet's affair; ideographs are words of their own.
    if character.isascii() or not unicodedata.category(character).startswith("L"):
        return False
    return not unicodedata.name(character, "LATIN").startswith(("LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL"))


def _choose(twins: list[str], character: str) -> str | None:
    latin = [t for t in twins if t.isascii() and t.isalpha()]
    # Capital І is the twin of I, and of l too: the case of the original says which was meant.
    latin.sort(key=lambda t: (len(t), t.isupper() != character.isupper(), t))
    return latin[0] if latin else None
