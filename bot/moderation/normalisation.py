"""Text as a stream of words, each in the readings that its disguises allow.  Knows nothing of lists or prompts.

Text first loses what cannot be seen, and letters step out of their frames.  Then, token by token and in this order:
look-alike letters (only where the whole token becomes Latin, before any folding of case), NFKC, accents, case, leet
inside words, stretched letters.  Letters that stand alone are joined by the matcher, which sees the gaps between words.
"""

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache

import regex

from bot.moderation.characters import MARKUP, drop_diacritics, drop_invisible, drop_skin_tones, open_frames
from bot.moderation.common_words import is_common, is_everyday
from bot.moderation.confusables import read_as_latin
from bot.moderation.leet import read_signs, skeleton

_CONTINUOUS = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\u30fc\u3005\u3007"
_fragment = regex.compile(
    rf"[{_CONTINUOUS}][{_CONTINUOUS}\p{{M}}]*|[\p{{L}}\p{{N}}--[{_CONTINUOUS}]][\p{{L}}\p{{M}}\p{{N}}--[{_CONTINUOUS}]]*",
    regex.V1,
)
_continuous = regex.compile(rf"[{_CONTINUOUS}]", regex.V1)
_katakana = regex.compile(r"[\p{Katakana}\u30fc]")
_clitic = regex.compile(r"(?<=\p{L})['\u2019\u02bc](?:s|t|d|m|re|ve|ll)\b", regex.IGNORECASE)
_comma = regex.compile(r"[,;\u3001\uff0c\uff1b\u060c]")
_space = regex.compile(r"[\s_]")


class Gap(IntEnum):
    """What stands between two words: nothing but markup and signs, white space, or a comma."""

    TIGHT = 1
    SPACE = 2
    COMMA = 3


@dataclass(frozen=True, slots=True)
class Word:
    """One token in its readings; ``plain`` is the first of them, Latin wherever the token passes for Latin."""

    plain: str
    readings: tuple[str, ...]
    own: str  # as written, in its own script: what continuous scripts are searched in
    skeleton: str
    common: bool
    everyday: bool
    lone: bool  # one letter or digit, perhaps repeated: a piece of a word spelled out


class Stream:
    """The words of one text, and the gaps between them: ``gaps[i]`` lies before word ``i``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[Word] = []
        self.gaps: list[Gap] = []
        end = 0
        for found in _fragment.finditer(text):
            self.gaps.append(_gap(text[end : found.start()]))
            self.words.append(read_word(found[0]))
            end = found.end()

    @cached_property
    def compact(self) -> str:
        """All words in their own scripts without gaps, but a line break for each comma."""
        pieces = []
        for before, word, gap in zip([None, *self.words], self.words, self.gaps, strict=False):
            spelled = before is not None and len(before.own) == 1 == len(word.own)
            pieces.append("\n" + word.own if gap is Gap.COMMA and not spelled else word.own)
        return "".join(pieces)

    @cached_property
    def folded(self) -> str:
        """The text with its signs, for entries that are signs: case and width folded, white space single."""
        return fold_signs(self.text)


def streams(text: str) -> list[Stream]:
    """Every reading of a text as words: signs as separators, signs as letters, invisible blanks as spaces."""
    texts = [open_text(text)]
    if (parted := open_text(text, blank=" ")) != texts[0]:
        texts.append(parted)
    for plain in tuple(texts):
        if (with_signs := read_signs(plain)) != plain:
            texts.append(with_signs)
    return [Stream(t) for t in texts]


def open_text(text: str, blank: str = "") -> str:
    """The text without invisible characters, framed letters opened, and English clitics (``'s``) cut off."""
    return _clitic.sub(" ", open_frames(drop_invisible(text, blank)))


def fold_signs(text: str) -> str:
    """Text folded for entries with signs in them (``c++``, emoji)."""
    text = unicodedata.normalize("NFKC", drop_skin_tones(drop_invisible(text))).casefold()
    return " ".join(text.split())


@lru_cache(maxsize=16384)
def read_word(token: str) -> Word:
    """The readings of one token, which holds letters, marks and digits only."""
    own = drop_diacritics(unicodedata.normalize("NFKC", token)).casefold() or token.casefold()
    latin = token.lower() if token.isascii() else read_as_latin(token)
    plain = latin or own
    readings = [plain, own]
    if "I" in token and not token.isupper():
        readings.append((read_as_latin(token.replace("I", "l")) or plain).casefold())
    return Word(
        plain=plain,
        readings=tuple(dict.fromkeys(readings)),
        own=own,
        skeleton=skeleton(plain),
        common=is_common(plain),
        everyday=is_everyday(plain),
        lone=len(set(plain)) == 1,
    )


def is_continuous(text: str) -> bool:
    """Whether the text holds a script that puts no spaces between words."""
    return _continuous.search(text) is not None


def is_katakana(text: str) -> bool:
    """Whether the text is katakana throughout, whose runs are words."""
    return all(_katakana.match(c) for c in text)


def fragments(text: str) -> list[str]:
    """The tokens of a text, as written."""
    return _fragment.findall(text)


def _gap(between: str) -> Gap:
    if between in (" ", MARKUP, ""):
        return Gap.SPACE if between == " " else Gap.TIGHT
    if _comma.search(between):
        return Gap.COMMA
    return Gap.SPACE if _space.search(between) else Gap.TIGHT
