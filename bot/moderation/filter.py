"""A server's word lists against a prompt: which entry hits, and by which reading.

Only the positive side is read, as it will reach the sampler: the final prompt, with presets, attachments and wildcards
in it.  A match that lies wholly within words of the allow list does not count; all others do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.moderation.branches import readings
from bot.moderation.entries import Entry, Term, parse_entry
from bot.moderation.matching import Match, Matcher
from bot.moderation.normalisation import Stream, streams


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry of a list that a prompt holds, as the server wrote it, and how it was found."""

    entry: str
    how: str


class Filter:
    """Compiled block and allow lists, each of entries in AutoMod's syntax; immutable, and safe to share."""

    def __init__(self, blocklist: Iterable[str], allowlist: Iterable[str] = ()) -> None:
        self._entries = tuple(_parse(blocklist))
        self._blocked = Matcher(term for entry in self._entries for term in entry.terms)
        allowed = [term for entry in _parse(allowlist) for term in entry.terms]
        self._allowed = Matcher(allowed) if allowed else None
        self._alone = {entry.terms[0] for entry in self._entries if len(entry.terms) == 1}

    def find(self, *prompts: str) -> Hit | None:
        """The first hit over all branches of all prompts, or None."""
        return next(self._hits(prompts, first=True), None)

    def find_all(self, *prompts: str) -> list[Hit]:
        """Every entry that the prompts hold, in the order of the list."""
        return list(self._hits(prompts, first=False))

    def _hits(self, prompts: Iterable[str], first: bool) -> Iterator[Hit]:
        found: dict[Term, str] = {}
        for match in self._matches(prompts):
            found.setdefault(match.term, match.how)
            if first and match.term in self._alone:
                break
        for entry in self._entries if found else ():
            if all(term in found for term in entry.terms):
                yield Hit(entry.text, found[entry.terms[0]])

    def _matches(self, prompts: Iterable[str]) -> Iterator[Match]:
        return (match for stream in read(prompts) for match in self._blocked.matches(stream, self._allowed))


def read(prompts: Iterable[str]) -> Iterator[Stream]:
    """All readings of all branches of some prompts."""
    for prompt in prompts:
        for text in readings(prompt):
            yield from streams(text)


def _parse(lines: Iterable[str]) -> Iterator[Entry]:
    return (entry for line in lines if (entry := parse_entry(line)))
