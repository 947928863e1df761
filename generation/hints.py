"""Gentle hints on a prompt: what is known to have little effect. Never a refusal."""

import re
from collections.abc import Iterator

_SEPARATORS = re.compile(r"[,()\[\]{}|:\\\n]|\b(?:BREAK|AND)\b")
_COUNTING = ("1girl", "1boy")
_ALONE = "solo"


def hint(prompt: str) -> str | None:
    """Return one line for a prompt that says ``1boy``, ``1girl`` or ``solo``, None for any other.

    ``solo`` is meant as a tag of its own: "a solo violin" is left in peace.
    """
    found = list(dict.fromkeys(_counting_words(prompt)))
    if not found:
        return None
    *first, last = found
    words = f"{', '.join(first)} and {last}" if first else last
    return (
        f"A hint: models like anything-v3 hardly heed {words}, and it can glitch. Words for what you want to see, "
        "such as muscular or abs, work better, though more of the pictures will miss."
    )


def _counting_words(prompt: str) -> Iterator[str]:
    for tag in _SEPARATORS.split(prompt):
        words = tag.casefold().split()
        yield from (word for word in words if word in _COUNTING)
        if _ALONE in words and set(words) <= {_ALONE, *_COUNTING}:
            yield _ALONE
