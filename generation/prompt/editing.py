"""Prompt editing: which text a prompt stands for at each step.

=================  ====================================================================
``[a:b:0.25]``     ``a`` for a quarter of the steps, then ``b``
``[a:b:10]``       ``a`` up to step 10, then ``b``; ``[b:10]`` adds it, ``[a::10]`` takes it away
``[a|b|c]``        ``a``, ``b``, ``c``, ``a``, … a step each
=================  ====================================================================

They nest, in one another and in attention brackets, which stay in the text for :mod:`generation.prompt.attention`.
Brackets that make none of these are text. Two things make the whole prompt plain text, as in AUTOMATIC1111: a ``|`` in
no alternation and a backslash before the end of a line. Time is linear in the text, and nothing here recurses.

A sampler that calls the network twice a step has twice the steps here: what is called a step is a call.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

# Opener, closer and the marks between the parts of a bracket that weighs; what else it holds stays as it is.
_ATTENTION = {("(", ")", ""), ("(", ")", ":"), ("[", "]", "")}
_TOKEN = re.compile(r"[^\\\[\]():|]+|\\.|[\\\[\]():|]")
_NUMBER = re.compile(r"\s*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*")


@dataclass(frozen=True, slots=True)
class Group:
    """An attention bracket with what is in it."""

    nodes: "Nodes"

    def at(self, step: int) -> "Nodes":
        return self.nodes


@dataclass(frozen=True, slots=True)
class Edit:
    """``before`` up to and with step ``until``, counted from 1, then ``after``."""

    before: "Nodes"
    after: "Nodes"
    until: int

    def at(self, step: int) -> "Nodes":
        return self.before if step <= self.until else self.after


@dataclass(frozen=True, slots=True)
class Alternation:
    """One option a step, in turn."""

    options: "Sequence[Nodes]"

    def at(self, step: int) -> "Nodes":
        return self.options[(step - 1) % len(self.options)]


Node = str | Group | Edit | Alternation
Nodes = Sequence[Node]


def schedule(text: str, steps: int, first_pass_steps: int | None = None) -> list[tuple[int, str]]:
    """The texts that ``text`` stands for over ``steps`` steps, each with its last step, in order; at least one.

    In the second pass of a two-pass picture, ``first_pass_steps`` is the number of steps of the first: steps then count
    on from there, and a fraction of 1.5 is the middle of the second pass. Never raises.
    """
    nodes = _Reader(lambda number: _step(number, steps, first_pass_steps)).read(text)
    ends = _changes(nodes, steps) | {steps}
    return [(end, _text_at(nodes, end)) for end in sorted(ends) if end >= 1]


def active_entries(ends: Sequence[int], calls: int) -> list[int]:
    """The index of the schedule's entry that serves each of ``calls`` network calls.

    Calls count from 0 and steps from 1, so that an entry ending at step 10 serves eleven calls. Calls beyond the end
    are served by the last entry.
    """
    return [min(bisect_left(ends, call), len(ends) - 1) for call in range(calls)]


def _step(number: str, steps: int, first_pass_steps: int | None) -> int:
    """The last step before an edit. A number with a point is a fraction of the steps, one without is a step."""
    value = float(number)
    if "." in number:
        value = (value - (first_pass_steps is not None)) * steps
    else:
        value -= first_pass_steps or 0
    return int(min(max(value, 0), steps))


def _changes(nodes: Nodes, steps: int) -> set[int]:
    """The steps after which the text may change; every step, where something alternates."""
    changes: set[int] = set()
    ahead = list(nodes)
    while ahead:
        node = ahead.pop()
        if isinstance(node, Group):
            ahead += node.nodes
        elif isinstance(node, Edit):
            changes.add(node.until)
            ahead += [*node.before, *node.after]
        elif isinstance(node, Alternation):
            return set(range(1, steps + 1))
    return changes


def _text_at(nodes: Nodes, step: int) -> str:
    words: list[str] = []
    ahead = list(reversed(nodes))
    while ahead:
        node = ahead.pop()
        if isinstance(node, str):
            words.append(node)
        else:
            ahead.extend(reversed(node.at(step)))
    return "".join(words)


@dataclass(slots=True)
class _Bracket:
    """A bracket that is still open: its parts, and the marks between them."""

    opener: str
    marks: list[str] = field(default_factory=list)
    parts: list[list[Node]] = field(default_factory=lambda: [[]])

    def spelled(self) -> list[Node]:
        """All that was read of it, as it was written."""
        nodes: list[Node] = [self.opener, *self.parts[0]]
        for mark, part in zip(self.marks, self.parts[1:], strict=True):
            nodes += [mark, *part]
        return nodes


class _Reader:
    """Reads one prompt. ``until`` turns the number of an edit into a step."""

    def __init__(self, until: Callable[[str], int]) -> None:
        self._until = until
        self._done: list[Node] = []
        self._open: list[_Bracket] = []

    def read(self, text: str) -> Nodes:
        for token in _TOKEN.findall(text):
            if token in ("(", "["):
                self._open.append(_Bracket(token))
            elif token in (")", "]"):
                self._close(token)
            elif token in (":", "|") and self._open:
                self._open[-1].marks.append(token)
                self._open[-1].parts.append([])
            elif token in ("|", "\\"):
                return [text]
            else:
                self._add(token)
        self._give_up()
        return [text] if "|" in self._done else self._done

    def _add(self, node: Node) -> None:
        (self._open[-1].parts[-1] if self._open else self._done).append(node)

    def _close(self, closer: str) -> None:
        made = self._made(self._open[-1], closer) if self._open else None
        if made is None:
            self._give_up()
            self._done.append(closer)
        else:
            self._open.pop()
            self._add(made)

    def _give_up(self) -> None:
        """Take every open bracket for text: what surrounds one that makes nothing makes nothing either."""
        for bracket in self._open:
            self._done += bracket.spelled()
        self._open.clear()

    def _made(self, bracket: _Bracket, closer: str) -> Node | None:
        """What ``bracket`` makes when ``closer`` ends it; None if it makes nothing."""
        marks, parts = "".join(bracket.marks), bracket.parts
        if (bracket.opener, closer, marks) in _ATTENTION:
            return Group([*bracket.spelled(), closer])
        if bracket.opener == "(" or closer == ")":
            return None
        if not marks.strip("|"):
            return Alternation(parts)
        number = _lone_number(parts[-1])
        if marks not in (":", "::") or number is None:
            return None
        return Edit(parts[0] if marks == "::" else [], parts[-2], self._until(number))


def _lone_number(part: Nodes) -> str | None:
    match = _NUMBER.fullmatch(part[0]) if len(part) == 1 and isinstance(part[0], str) else None
    return match and match[1]
