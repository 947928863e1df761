"""What a sampler may see of a prompt: markup taken out, and every branch of every schedule laid open.

This is a reading of its own, apart from the prompt parser's, so that no subtlety of that parser is a way around it.
Both the literal text and the branches are given, whichever of them the network will see; work is bounded by the
number of readings, and a depth of brackets costs nothing.
"""

import html
from dataclasses import dataclass, field
from itertools import groupby

import ftfy
import regex

from bot.moderation.characters import MARKUP

_READINGS = 32
"""Combinations of branches laid open, unless one schedule alone has more branches than that."""
_MOST_READINGS = 128
_KEPT = 80
"""Characters kept at each end of a long text between schedules, in all readings after the first."""

_token = regex.compile(r"\\.|[()\[\]{}]|[:|]|[^\\()\[\]{}:|]+|\\", regex.DOTALL)
_weight = regex.compile(r":\s*[-+]?\s*(?:\d+\.?\d*|\.\d+)\s*(?=[)\]}])")
_number = regex.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)?\s*")
_joint = regex.compile(r"\b(?:AND|BREAK)\b")
_comment = regex.compile(r"#[^\n]*(?:\n|$)")
_network = regex.compile(r"<\s*\w+:[^<>]*>")
_bracket = regex.compile(r"[()\[\]{}\\]")
_weight_in_parentheses = regex.compile(r":\s*[-+]?\s*(?:\d+\.?\d*|\.\d+)\s*\)")
_PARTNERS = {")": "(", "]": "[", "}": "{"}


_Items = list[str | int]
"""Texts, and the numbers of choices that stand between them."""


@dataclass(slots=True)
class _Frame:
    """An open bracket while its end is looked for: its parts, and the colons and bars between them."""

    bracket: str
    parts: list[_Items] = field(default_factory=lambda: [[]])
    separators: list[str] = field(default_factory=list)

    def flat(self) -> _Items:
        """The content as it was written."""
        items = list(self.parts[0])
        for separator, part in zip(self.separators, self.parts[1:], strict=True):
            items += [separator, *part]
        return _merge(items)

    def branches(self) -> list[_Items]:
        """The alternatives among which the bracket chooses; none where it only weighs its content."""
        if "|" in self.separators:
            return self._alternatives()
        parts = list(self.parts) if self.separators else []
        if (
            parts
            and all(isinstance(item, str) for item in parts[-1])
            and _number.fullmatch("".join(map(str, parts[-1])))
        ):
            parts.pop()  # the moment of the change
        return [[], *parts] if len(parts) == 1 else parts

    def _alternatives(self) -> list[_Items]:
        branches = [list(self.parts[0])]
        for separator, part in zip(self.separators, self.parts[1:], strict=True):
            if separator == "|":
                branches.append(list(part))
            else:
                branches[-1] += [separator, *part]
        return branches


def readings(prompt: str) -> list[str]:
    """Texts which together hold every branch of the prompt and every way its pieces may meet; at least one."""
    texts: dict[str, None] = {}
    for written in _sources(prompt):
        source = _joint.sub(" ", written)
        texts[_strip(source)] = None
        texts[_strip(written)] = None
        texts.update(dict.fromkeys(_expand(source)))
    return list(texts)


def _sources(prompt: str) -> list[str]:
    """The prompt as written, and as it stands once comments, extra networks and broken encodings are dealt with."""
    prompt = prompt.replace(MARKUP, "")
    sources = [prompt]
    if (repaired := ftfy.fix_text(html.unescape(prompt))) != prompt:
        sources.append(repaired.replace(MARKUP, ""))
    for source in tuple(sources):
        if "#" in source or "<" in source:
            sources.append(_comment.sub("\n", source))
            sources.append(_network.sub(MARKUP, sources[-1]))
    return list(dict.fromkeys(sources))


def _strip(source: str) -> str:
    """The literal text: weights gone, brackets and backslashes as markup."""
    return _bracket.sub(MARKUP, _weight.sub("", source))


def _expand(source: str) -> list[str]:
    """The readings in which schedules take their branches; none where there is no schedule."""
    parsed = _Parse(_weight_in_parentheses.sub(")", source))
    if not parsed.choices:
        return []
    widest = max(len(branches) for branches in parsed.choices)
    digits = 1
    while digits < len(parsed.choices) and widest ** (digits + 1) <= _READINGS:
        digits += 1
    count = min(widest**digits, _MOST_READINGS)
    return [_render(parsed, number, widest, digits) for number in range(count)]


def _render(parsed: "_Parse", number: int, base: int, digits: int) -> str:
    """The text in which each choice takes the branch that its digit of ``number`` names.

    Choices share ``digits`` digits in turn, so that any so many successive choices meet in every combination.
    """
    pieces: list[str] = []
    unfinished = [iter(parsed.items)]
    while unfinished:
        for item in unfinished[-1]:
            if isinstance(item, str):
                pieces.append(item if number == 0 or len(item) <= 2 * _KEPT else item[:_KEPT] + " , " + item[-_KEPT:])
                continue
            branches = parsed.choices[item]
            digit = number // base ** (item % digits) % base
            unfinished.append(iter(branches[digit % len(branches)]))
            break
        else:
            unfinished.pop()
    return "".join(pieces)


class _Parse:
    """A prompt as texts and choices; brackets that choose nothing, or have no partner, are markup."""

    def __init__(self, source: str) -> None:
        self.choices: list[list[_Items]] = []
        self._frames = [_Frame("")]
        self._open = dict.fromkeys("([{", 0)
        for found in _token.finditer(source):
            self._read(found[0])
        while len(self._frames) > 1:
            self._abandon()
        self.items = self._frames[0].flat()

    def _read(self, piece: str) -> None:
        top = self._frames[-1]
        if piece in ("(", "[", "{"):
            self._open[piece] += 1
            self._frames.append(_Frame(piece))
        elif piece in _PARTNERS:
            self._close(_PARTNERS[piece])
        elif (piece == "|" and top.bracket in ("[", "{")) or (piece == ":" and top.bracket == "["):
            top.separators.append(piece)
            top.parts.append([])
        elif piece[0] == "\\":
            top.parts[-1].append(MARKUP if piece[1:] in "()[]{}" else MARKUP + piece[1:])
        else:
            top.parts[-1].append(piece)

    def _close(self, opening: str) -> None:
        if not self._open[opening]:
            self._frames[-1].parts[-1].append(MARKUP)
            return
        while self._frames[-1].bracket != opening:
            self._abandon()
        frame = self._frames.pop()
        self._open[opening] -= 1
        content: _Items = frame.flat()
        if branches := frame.branches():
            self.choices.append([[MARKUP, *branch, MARKUP] for branch in branches])
            content = [len(self.choices) - 1]
        self._frames[-1].parts[-1] += _merge([MARKUP, *content, MARKUP])

    def _abandon(self) -> None:
        frame = self._frames.pop()
        self._open[frame.bracket] -= 1
        self._frames[-1].parts[-1] += _merge([MARKUP, *frame.flat()])


def _merge(items: _Items) -> _Items:
    """The same items, texts side by side made one: deep brackets would otherwise be copied piece by piece."""
    merged: _Items = []
    for is_text, group in groupby(items, lambda item: isinstance(item, str)):
        run = list(group)
        merged += ["".join(map(str, run))] if is_text else run
    return merged
