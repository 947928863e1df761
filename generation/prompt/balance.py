"""Subject balance: weighs a prompt's tags about the subject against those about objects and scenery, in plain weights.

Which tag is about what says ``balance.txt``. With a balance above 0, objects and scenery weigh 1 − balance / 2, below 0
the subject weighs 1 + balance / 2; the other side keeps its weight of 1. So 0.4 makes the subject to the rest as 1.0 to
0.8. Tags inside brackets have a weight of their own already, and keep it.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from generation.presets import decimal

_FILE = Path(__file__).with_name("balance.txt")
_BRACKET = re.compile(r"\\.|[()\[\],]", re.DOTALL)
#: A tag that stands for itself: words, and nothing that the prompt language reads.
_TAG = re.compile(r"(\s*)([\w'-]+(?: [\w'-]+)*)(\s*)")
_READ = re.compile(r"\b(?:AND|BREAK)\b")


def balanced(prompt: str, balance: float) -> str:
    """Write ``balance``, −1 to 1, into ``prompt`` as weights; 0 changes nothing."""
    if balance == 0:
        return prompt
    lesser = "surroundings" if balance > 0 else "subject"
    weight = decimal(round(1 - abs(balance) / 2, 4))
    return ",".join(_weighed(tag, lesser, weight) for tag in _tags(prompt))


def about(tag: str) -> str | None:
    """What a tag is about: ``subject``, ``surroundings``, or nothing that is known."""
    whole = tag.casefold()
    last = whole.rpartition(" ")[2]
    known = _known()
    tries = (whole, whole.removesuffix("s"), last, last.removesuffix("s"), last.lstrip("0123456789").removesuffix("s"))
    return next((known[each] for each in tries if each in known), None)


def _weighed(tag: str, lesser: str, weight: str) -> str:
    simple = _TAG.fullmatch(tag)
    if simple is None or _READ.search(tag) or about(simple[2]) != lesser:
        return tag
    before, words, after = simple.groups()
    return f"{before}({words}:{weight}){after}"


def _tags(prompt: str) -> Iterator[str]:
    """The texts between the commas that stand in no bracket."""
    depth, start = 0, 0
    for mark in _BRACKET.finditer(prompt):
        if mark[0] in ("(", "["):
            depth += 1
        elif mark[0] in (")", "]"):
            depth = max(0, depth - 1)
        elif mark[0] == "," and depth == 0:
            yield prompt[start : mark.start()]
            start = mark.end()
    yield prompt[start:]


@cache
def _known() -> dict[str, str]:
    known: dict[str, str] = {}
    section = ""
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            known[line] = section
    return known
