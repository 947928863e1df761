"""Makes disguised spellings, two evasions at once, and counts how many the filter catches.

``python benchmarks/filter_mixtures.py [--count 6000] [--seed 1] [--misses]`` prints the share caught, and with
``--misses`` the pairs of evasions that got through.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.moderation.filter import Filter

WORDS = ("forbiddenword", "prohibited", "contraband", "verbotenstuff", "unspeakable", "bannedthing", "taboosubject")
SCENES = ("{}", "a {} in a field", "1girl, {}, masterpiece", "sky, {} , (best quality:1.2)", "{}, looking at viewer")

Evasion = Callable[[str, random.Random], str]


def _table(letters: str, instead: str) -> dict[int, str]:
    return str.maketrans(dict(zip(letters, instead.split(), strict=True)))


_LOWER = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC = str.maketrans("aceiopsxy", "асеіорѕху")
_GREEK = str.maketrans("oviu", "ονιυ")
_STROKE = str.maketrans("bdhltøo", "ƀđħłŧøø")
_ACCENTS = str.maketrans("aeiouncy", "áéîöüñçý")
_LEET = str.maketrans("aeiost", "431057")
_SIGNS = str.maketrans("ais", "@!$")
_SUPERSCRIPT = str.maketrans("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_SMALL_CAPITALS = str.maketrans("abcdefghijklmnoprtuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ")


def _shifted(first: int) -> dict[int, str]:
    return {ord(c): chr(first + k) for k, c in enumerate(_LOWER)}


def _between(separator: str) -> Evasion:
    return lambda word, _: separator.join(word)


def _mapped(table: dict[int, str] | dict[int, int]) -> Evasion:
    return lambda word, _: word.translate(table)


def _cut(text: str, chance: random.Random) -> tuple[str, str]:
    """The text in two, somewhere between letters or pieces of markup, but not inside one: that would undo it."""
    places, depth, in_entity = [], 0, False
    for at, character in enumerate(text):
        if depth == 0 and not in_entity and at >= 2 and text[at - 1] != "\\" and not _is_half_of_a_sign(text, at):
            places.append(at)
        depth += (character in "([{<") - (character in ")]}>")
        in_entity = (in_entity or character == "&") and character != ";"
    at = chance.choice(places) if places else len(text)
    return text[:at], text[at:]


def _is_half_of_a_sign(text: str, at: int) -> bool:
    return text[at] == text[at - 1] and not text[at].isalnum()


def _inserted(character: str) -> Evasion:
    return lambda word, chance: character.join(_cut(word, chance))


def _zalgo(word: str, chance: random.Random) -> str:
    return "".join(c + "".join(chr(chance.randint(0x300, 0x36F)) for _ in range(2)) for c in word)


def _stretched(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    return word[:at] + word[at] * chance.randint(3, 6) + word[at + 1 :]


def _typo(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    kind = chance.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + chance.choice(_LOWER) + word[at:]
    if kind == 2 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + chance.choice(_LOWER) + word[at + 1 :]


def _in(pattern: str) -> Evasion:
    return lambda word, chance: pattern.format(word, *_cut(word, chance))


@dataclass(frozen=True)
class Kind:
    """An evasion with its stage: spelling (0), taking apart (1), markup on each letter (2), markup on the whole (3)."""

    name: str
    stage: int
    apply: Evasion


KINDS = (
    Kind("typo", 0, _typo),
    Kind("leet digits", 0, _mapped(_LEET)),
    Kind("leet signs", 0, _mapped(_SIGNS)),
    Kind("stretched", 0, _stretched),
    Kind("upper case", 0, lambda word, _: word.upper()),
    Kind("mixed case", 0, lambda word, chance: "".join(chance.choice((c, c.upper())) for c in word)),
    Kind("plural", 0, lambda word, _: word + "s"),
    Kind("accents", 0, _mapped(_ACCENTS)),
    Kind("Cyrillic", 0, _mapped(_CYRILLIC)),
    Kind("Greek", 0, _mapped(_GREEK)),
    Kind("stroke letters", 0, _mapped(_STROKE)),
    Kind("full width", 0, _mapped(_shifted(0xFF41))),
    Kind("mathematical bold", 0, _mapped(_shifted(0x1D41A))),
    Kind("mathematical fraktur", 0, _mapped(_shifted(0x1D586))),
    Kind("circled", 0, _mapped(_shifted(0x24D0))),
    Kind("squared", 0, _mapped(_shifted(0x1F130))),
    Kind("superscript", 0, _mapped(_SUPERSCRIPT)),
    Kind("small capitals", 0, _mapped(_SMALL_CAPITALS)),
    Kind("zalgo", 0, _zalgo),
    Kind("zero-width space", 0, _inserted("\u200b")),
    Kind("zero-width everywhere", 0, _between("\u200c")),
    Kind("soft hyphen", 0, _inserted("\u00ad")),
    Kind("hangul filler", 0, _inserted("\u3164")),
    Kind("variation selector", 0, _inserted("\ufe0f")),
    Kind("spaced", 1, _between(" ")),
    Kind("spaced wide", 1, _between("  ")),
    Kind("dotted", 1, _between(".")),
    Kind("dashed", 1, _between("-")),
    Kind("slashed", 1, _between("/")),
    Kind("underscored", 1, _between("_")),
    Kind("two words", 1, _inserted(" ")),
    Kind("hyphenated", 1, _inserted("-")),
    Kind("line break", 1, _inserted("\n")),
    Kind("weights", 3, _in("({1}:1.1)({2}:0.9)")),
    Kind("one weight", 3, _in("({0}:1.3)")),
    Kind("each letter weighted", 2, lambda word, _: "".join(f"({c}:1.1)" if c.isalnum() else c for c in word)),
    Kind("brackets", 3, _in("[{1}][{2}]")),
    Kind("nested", 3, _in("(({1}){2}:1.2)")),
    Kind("unbalanced", 3, _in("(({0}")),
    Kind("escaped", 3, _in("\\({0}\\)")),
    Kind("backslash", 3, _in("{1}\\{2}")),
    Kind("scheduled to", 3, _in("[sky:{0}:0.5]")),
    Kind("scheduled from", 3, _in("[{0}::0.9]")),
    Kind("scheduled half", 3, _in("{1}[sky:{2}:0.3]")),
    Kind("alternated half", 3, _in("[sea|{1}]{2}")),
    Kind("nested schedule", 3, _in("[a:[b:{0}:0.7]:0.3]")),
    Kind("AND", 3, _in("sky AND {0} :0.5")),
    Kind("BREAK", 3, _in("{1} BREAK {2}")),
    Kind("network", 3, _in("<lora:{0}:0.8>")),
    Kind("network between", 3, _in("{1}<lora:sky:0.8>{2}")),
    Kind("embedding", 3, _in("embedding:{0}")),
    Kind("wildcard", 3, _in("__{0}__")),
    Kind("bold", 3, _in("**{1}**{2}")),
    Kind("spoiler", 3, _in("||{1}||{2}")),
    Kind("struck", 3, _in("~~{1}~~{2}")),
    Kind("comment", 3, _in("{1}#sky\n{2}")),
    Kind("entity", 3, lambda word, _: word.replace("e", "&#101;", 1)),
)


def mixtures(count: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """``count`` triples of block word, prompt, and the names of its two evasions; the same for the same seed."""
    chance = random.Random(seed)
    for _ in range(count):
        first, second = sorted(chance.sample(KINDS, 2), key=lambda kind: kind.stage)
        word = chance.choice(WORDS)
        disguised = second.apply(first.apply(word, chance), chance)
        yield word, chance.choice(SCENES).format(disguised), f"{first.name} + {second.name}"


def main() -> int:
    """Print the share caught; the exit status is 0 from 99 % upwards."""
    parser = argparse.ArgumentParser(description="Count how many mixtures of two evasions the filter catches.")
    parser.add_argument("--count", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misses", action="store_true", help="print what got through")
    options = parser.parse_args()
    filters = {word: Filter([word]) for word in WORDS}
    misses = [(p, names) for word, p, names in mixtures(options.count, options.seed) if not filters[word].find(p)]
    if options.misses:
        for prompt, names in misses:
            sys.stdout.write(f"{names}: {prompt!r}\n")
        for names, number in Counter(names for _, names in misses).most_common():
            sys.stdout.write(f"{number:5} {names}\n")
    share = 1 - len(misses) / options.count
    sys.stdout.write(f"{options.count - len(misses)} of {options.count} mixtures caught, {share:.2%}\n")
    return 0 if share >= 0.99 else 1


if __name__ == "__main__":
    sys.exit(main())
