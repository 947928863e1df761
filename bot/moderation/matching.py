"""Terms against a stream of words: as written, disguised, misspelt, taken apart or spelled out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.moderation.entries import ContinuousTerm, SignTerm, Term, WordTerm
from bot.moderation.forms import cores, fits, inflections, is_disguise, is_word, may_hold
from bot.moderation.leet import is_stretched, skeleton, stands_for_word, upright
from bot.moderation.mistakes import Mistakes
from bot.moderation.normalisation import Gap, Stream, Word, is_katakana
from bot.moderation.occurrences import is_run, stands_alone
from bot.moderation.spelling import SHORTEST_SPELLED, between_commas, lone_runs

_LONG = 8
"""Letters from which a term is long: looked for across gaps, and with one mistake in it."""
_SHORTEST_APART = 4
"""Letters from which a term is looked for across a space, if a piece of it is no everyday word."""
_MOST_PIECES = 16
_MOST_MISSPELT_PIECES = 6
_MOST_MISSPELT_PIECES_APART = 3
_LONGEST_STRETCHED = 4
"""How many times a term's length a token may have, and still be looked at as a misspelling of it, stretched."""

_Listed = dict[str, list[WordTerm]]
_Starred = dict[tuple[bool, bool], dict[int, _Listed]]
"""Terms with stars: by where the stars stand, then by length, then by the text between them."""


@dataclass(frozen=True, slots=True)
class Match:
    """A term found in the words ``start`` to ``end`` (exclusive) of a stream, and by which reading."""

    term: Term
    start: int
    end: int
    how: str


class Matcher:
    """An index over terms.  A text of n words costs O(n), nearly whatever the number of terms."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._exact: _Listed = defaultdict(list)
        self._forms: _Listed = defaultdict(list)  # by skeleton
        self._uprights: _Listed = defaultdict(list)  # by the unreduced skeleton
        self._prefixes: set[str] = set()  # of those skeletons
        self._mistakes = Mistakes()  # in long terms as they are, and as skeletons
        self._reduced_mistakes = Mistakes()
        self._phrases: _Listed = defaultdict(list)  # by the skeleton of the first word
        self._tails: _Listed = defaultdict(list)  # those that begin with a star, by that of the second
        self._starred: _Starred = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        self._reduced_starred: _Starred = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))  # by skeleton
        self._signs: list[SignTerm] = []
        self._continuous: list[ContinuousTerm] = []
        self._longest = 0  # letters of the longest term in which mistakes are looked for
        for term in dict.fromkeys(terms):
            self._add(term)
        self._single = lru_cache(maxsize=8192)(self._match_single)

    def matches(self, stream: Stream, allowed: "Matcher | None" = None) -> Iterator[Match]:
        """Every match in the stream, the plainest readings first; a term may come more than once.

        Matches that lie wholly within what the terms of ``allowed`` cover are left out.
        """
        places = allowed._covered(stream) if allowed else frozenset()
        for match in self._match_words(stream):
            if not places or not places.issuperset(range(match.start, match.end)):
                yield match
        yield from self._match_signs(allowed._cut_signs(stream.folded) if allowed else stream.folded)
        yield from self._match_continuous(
            stream, allowed._cut_continuous(stream.compact) if allowed else stream.compact
        )

    def _match_words(self, stream: Stream) -> Iterator[Match]:
        for place, word in enumerate(stream.words):
            for term, how in self._single(word):
                yield Match(term, place, place + 1, how)
        yield from self._match_phrases(stream)
        yield from self._match_spelled(stream)
        yield from self._match_joined(stream)

    def _covered(self, stream: Stream) -> frozenset[int]:
        """Places of words that terms match as they are written: no disguise may make use of an allow list."""
        places: set[int] = set()
        for place, word in enumerate(stream.words):
            if word.own in self._exact or any(_starred_in(word.own, self._starred)):
                places.add(place)
        for match in self._match_phrases(stream):
            if match.how == "as written":
                places.update(range(match.start, match.end))
        return frozenset(places)

    def _cut_signs(self, folded: str) -> str:
        for term in self._signs:
            folded = folded.replace(term.text, "\n")
        return folded

    def _cut_continuous(self, compact: str) -> str:
        for term in self._continuous:
            compact = compact.replace(term.text, "\n")
        return compact

    # --- building -----------------------------------------------------------------------------------------------

    def _add(self, term: Term) -> None:
        match term:
            case SignTerm():
                self._signs.append(term)
            case ContinuousTerm():
                self._continuous.append(term)
            case WordTerm(words=words) if len(words) > 1:
                self._add_phrase(term)
            case WordTerm(open_start=False, open_end=False):
                self._add_word(term)
            case WordTerm():
                text = term.words[0]
                for form, starred in ((text, self._starred), (skeleton(text), self._reduced_starred)):
                    starred[term.open_start, term.open_end][len(form)][form].append(term)
                if len(text) >= SHORTEST_SPELLED:
                    self._add_form(text, term)

    def _add_word(self, term: WordTerm) -> None:
        for form in inflections(term.words[0]):
            self._exact[form].append(term)
            if len(form) >= SHORTEST_SPELLED:
                self._add_form(form, term)

    def _add_phrase(self, term: WordTerm) -> None:
        if term.open_start:
            self._tails[skeleton(term.words[1])].append(term)
        else:
            self._phrases[skeleton(term.words[0])].append(term)
        if not (term.open_start or term.open_end) and len(term.joined) >= _LONG:
            for form in inflections(term.joined):
                self._add_form(form, term)

    def _add_form(self, form: str, term: WordTerm) -> None:
        bones = skeleton(form)
        if term in self._uprights[upright(form)]:
            return
        self._uprights[upright(form)].append(term)
        self._prefixes.update(bones[:k] for k in range(1, len(bones) + 1))
        if len(bones) >= SHORTEST_SPELLED and term not in self._forms[bones]:  # of xxx too little is left
            self._forms[bones].append(term)
        if len(term.joined) >= _LONG:
            self._longest = max(self._longest, len(form))
            self._mistakes.add(upright(form), term)
            self._reduced_mistakes.add(bones, term)

    # --- one word -----------------------------------------------------------------------------------------------

    def _match_single(self, word: Word) -> tuple[tuple[WordTerm, str], ...]:
        found: dict[WordTerm, str] = {}
        for reading in word.readings:
            for form in cores(reading):
                for term in self._exact.get(form, ()):
                    found.setdefault(term, "as written" if form == word.own else "in disguise")
            for term in _starred_in(reading, self._starred):
                found.setdefault(term, "by its star")
        if not word.common:
            for term, how in self._match_disguised(word):
                found.setdefault(term, how)
        return tuple(found.items())

    def _alike(self, text: str) -> tuple[WordTerm, ...]:
        """Terms that share the skeleton of a text, whole or reduced."""
        return (*self._forms.get(skeleton(text), ()), *self._uprights.get(upright(text), ()))

    def _match_disguised(self, word: Word) -> Iterator[tuple[WordTerm, str]]:
        if word.plain.isalpha() or stands_for_word(word.plain):
            for term in self._alike(word.plain):
                if is_disguise(word.plain, term.joined):
                    yield term, "in disguise"
            for term in _starred_in(word.skeleton, self._reduced_starred):
                if len(term.joined) >= _SHORTEST_APART and may_hold(word.plain, term.joined):
                    yield term, "in disguise"
            for term in self._misspelt(word.plain):
                yield term, "misspelt"

    def _misspelt(self, plain: str) -> Iterator[WordTerm]:
        if not _LONG - 1 <= len(plain) <= _LONGEST_STRETCHED * self._longest:
            return
        yield from self._mistakes.nearest(upright(plain))
        if is_stretched(plain):  # else fliting would be a misspelling of flipping
            yield from self._reduced_mistakes.nearest(skeleton(plain))

    # --- several words ------------------------------------------------------------------------------------------

    def _match_phrases(self, stream: Stream) -> Iterator[Match]:
        if not (self._phrases or self._tails):
            return
        words = stream.words
        for place, word in enumerate(words):
            tails = self._tails.get(words[place + 1].skeleton, ()) if place + 1 < len(words) else ()
            for term in (*self._phrases.get(word.skeleton, ()), *tails):
                end = place + len(term.words)
                if end <= len(words) and _is_phrase(term, words[place:end]):
                    exact = all(w.own == t for w, t in zip(words[place:end], term.words, strict=True))
                    yield Match(term, place, end, "as written" if exact else "in disguise")

    def _match_joined(self, stream: Stream) -> Iterator[Match]:
        """Terms cut into pieces, by anything where they are long, by markup and signs where they are short."""
        words, gaps = stream.words, stream.gaps
        for start, first in enumerate(words):
            joined, widest, common, everyday, lone = first.plain, Gap.TIGHT, first.common, first.everyday, first.lone
            for end in range(start + 1, min(start + _MOST_PIECES, len(words))):
                widest = max(widest, gaps[end])
                joined += words[end].plain
                common, everyday = common and words[end].common, everyday and words[end].everyday
                for term in self._alike(joined):
                    if self._may_join(term, joined, words[start : end + 1], widest):
                        yield Match(term, start, end + 1, "in pieces")
                lone = lone and words[end].lone
                if not lone and self._may_be_misspelt(widest, end - start, common, everyday):
                    for term in self._misspelt(joined):
                        yield Match(term, start, end + 1, "in pieces, misspelt")
                elif skeleton(joined) not in self._prefixes:
                    break

    @staticmethod
    def _may_be_misspelt(widest: Gap, gaps: int, common: bool, everyday: bool) -> bool:
        """Whether pieces are looked at for a mistake too: they are odd, few, and near one another."""
        if widest is Gap.TIGHT:
            return not everyday and gaps < _MOST_MISSPELT_PIECES
        return widest is Gap.SPACE and not common and gaps < _MOST_MISSPELT_PIECES_APART

    def _may_join(self, term: WordTerm, joined: str, pieces: list[Word], widest: Gap) -> bool:
        wanted = term.joined
        if len(wanted) < SHORTEST_SPELLED or sum(c.isalpha() for c in joined) * 2 < len(joined):
            return False
        if all(piece.common for piece in pieces) and joined not in inflections(wanted):
            return False
        if len(wanted) >= _LONG or widest is Gap.TIGHT:
            return True
        if widest is Gap.COMMA or len(wanted) < _SHORTEST_APART:
            return False
        return any(not piece.everyday for piece in pieces) and min(len(piece.plain) for piece in pieces) <= 2

    def _match_spelled(self, stream: Stream) -> Iterator[Match]:
        """Terms spelled out letter by letter, whatever stands between the letters."""
        for start, end in lone_runs(stream):
            spelled = "".join(word.plain for word in stream.words[start:end])
            for term, how in self._spelled(spelled, stream, start, end):
                yield Match(term, start, end, how)

    def _spelled(self, spelled: str, stream: Stream, start: int, end: int) -> Iterator[tuple[WordTerm, str]]:
        wholes = {spelled, *between_commas(stream, start, end)}
        wholes |= {whole[1:] for whole in wholes if whole[0] in "ai"} | {w[:-1] for w in wholes if w[-1] in "ai"}
        for whole in wholes:
            if sum(c.isalpha() for c in whole) < 2:
                continue
            for term in (*self._alike(whole), *_starred_in(skeleton(whole), self._reduced_starred)):
                if len(term.joined) >= SHORTEST_SPELLED:
                    yield term, "spelled out"
            for term in self._misspelt(whole):
                yield term, "spelled out, misspelt"
        bones = skeleton(spelled)
        for first in range(len(bones)):
            for last in range(first + 1, len(bones) + 1):
                piece = bones[first:last]
                if piece not in self._prefixes:
                    break
                for term in self._forms.get(piece, ()):
                    if len(term.joined) >= _SHORTEST_APART:
                        yield term, "spelled out"

    # --- what is not made of words ------------------------------------------------------------------------------

    def _match_signs(self, folded: str) -> Iterator[Match]:
        for term in self._signs:
            if stands_alone(term.text, folded):
                yield Match(term, 0, 0, "as written")

    def _match_continuous(self, stream: Stream, compact: str) -> Iterator[Match]:
        wholes = {word.own for word in stream.words} if self._continuous else set()
        for term in self._continuous:
            if len(term.text) == 1:  # 裸 is a tag, but not in 裸足
                found = term.text in wholes
            else:
                found = term.text in compact and (not is_katakana(term.text) or is_run(term.text, compact))
            if found:
                yield Match(term, 0, 0, "as written")


def _starred_in(text: str, starred: _Starred) -> Iterator[WordTerm]:
    for (open_start, open_end), by_length in starred.items():
        for length, forms in by_length.items():
            last = len(text) - length
            if last < 0:
                continue
            starts = range(last + 1) if open_start and open_end else (last,) if open_start else (0,)
            for start in starts:
                yield from forms.get(text[start : start + length], ())


def _is_phrase(term: WordTerm, words: list[Word]) -> bool:
    last = len(words) - 1
    for k, (word, wanted) in enumerate(zip(words, term.words, strict=True)):
        starred_start, starred_end = term.open_start and k == 0, term.open_end and k == last
        if starred_start or starred_end:
            if not any(fits(r, wanted, starred_start, starred_end) for r in (*word.readings, word.skeleton)):
                return False
        elif not is_word(word, wanted, plural=k == last):
            return False
    return True
