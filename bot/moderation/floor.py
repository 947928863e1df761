"""The floor: what this program never draws, for anybody, anywhere.  Code and data, not configuration.

Two classes of terms are shipped as data: age-coded and sexual.  A request that holds both, anywhere in the branches of
its prompts, is refused.  What people ask away counts too where it means the same: words for maturity in the negative
prompt are age-coded.  Sexual words in the negative prompt are ordinary prudence, and count for nothing there.

Within a class some terms are clear and some borderline (a school uniform, a bikini): ordinary by themselves, refused
beside any term of the other class, clear or borderline.  Nothing is read from settings or the environment, and no
parameter changes a list.  If the data is not exactly what was shipped, nothing starts.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import regex

from bot import words
from bot.moderation.ages import names_age
from bot.moderation.common_words import is_everyday
from bot.moderation.entries import SignTerm, Term, WordTerm, parse_entry
from bot.moderation.filter import read
from bot.moderation.matching import Matcher
from bot.moderation.normalisation import Stream, fold_signs
from generation.errors import InvalidChoice, ProcessError
from generation.prompt.plan import plan_prompts
from generation.samplers.names import calls_per_step
from generation.spec import PromptSpec

_FOLDER = Path(__file__).parent / "terms"
_SHA256 = {
    "age_coded.txt": "78616b88e3fa2887f271328323f066ca66d9f0d1feddb7249ad768313339f97c",
    "maturity.txt": "184353d3681e1bd273db7d1dc9621ef82bb5dc6821ca0f9db648a5e3238b07c4",
    "sexual.txt": "108cdd4d46106fb265a6515770ec36c78b665865dd6d5488218dd62f8980eb6f",
}

_negative_weight = regex.compile(r":\s*-\s*(?:\d+\.?\d*|\.\d+)\s*(?:\)|$|AND\b)")
_subprompt = regex.compile(r"\bAND\b")
_trailing_weight = regex.compile(r":\s*([-+]?(?:\d+\.?\d*|\.\d+))\s*$")
_LEAST_WEIGHT = 0.5
"""Sum of a prompt's composition weights under which the negative prompt may be what is drawn."""

_MOST_LETTERS = 250_000
"""Letters of all readings of one side's texts; six thousand letters with a schedule among them have 180,000."""

_SHORTEST_PART, _LONGEST_PARTED = 3, 40
"""Letters of the words looked for in one that is several written together, and of that one."""


class FloorDamaged(ProcessError):
    """The data of the floor is missing, or is not what was shipped; the program must not start."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """That a request was refused, and by which rule; never what it said."""

    rule: str = "floor"
    reason: str = "This is not allowed here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Which classes of terms a request holds, never which terms; ``explicit`` is sexual by a clear term."""

    age_coded: bool
    sexual: bool
    explicit: bool

    @property
    def forbidden(self) -> bool:
        """Whether the floor refuses it."""
        return self.age_coded and self.sexual


class Floor:
    """The lists, compiled.  Made by :meth:`load` alone; immutable, safe to share, and slow to load (a second)."""

    def __init__(self, age_coded: "_TermClass", sexual: "_TermClass", maturity: "_TermClass") -> None:
        self._age_coded = age_coded
        self._sexual = sexual
        self._maturity = maturity
        self._vocabulary = age_coded.words | sexual.words | maturity.words

    @classmethod
    def load(cls) -> "Floor":
        """The floor as shipped.

        Raises:
            FloorDamaged: a list is missing or changed, or does not do what it is for.
        """
        lists = {name: _TermClass(_read_list(name)) for name in _SHA256}
        floor = cls(lists["age_coded.txt"], lists["sexual.txt"], lists["maturity.txt"])
        both = f"{floor._age_coded.example}, {floor._sexual.example}"
        if floor.judge(both, "") is None or floor.judge(floor._sexual.example, floor._maturity.example) is None:
            raise FloorDamaged("The list of what is never drawn does not work; install the program again.")
        return floor

    def judge(self, prompt: str, negative_prompt: str) -> Refusal | None:
        """A refusal, or None, for raw prompts in the prompt language: all their branches are looked into."""
        return self.judge_texts([prompt], [negative_prompt])

    def judge_spec(self, spec: PromptSpec) -> Refusal | None:
        """The same for a whole picture: also every text of its plan, and which side its guidance draws."""
        return self.judge_texts(*texts_of(spec))

    def look(self, spec: PromptSpec) -> Findings:
        """What a whole picture's texts hold, each class by itself; the floor refuses both together."""
        positive, negative = _united(*texts_of(spec))
        streams = self._streams(positive)
        return Findings(
            age_coded=self._is_age_coded(streams, negative),
            sexual=self._sexual.is_in(streams),
            explicit=self._sexual.is_in(streams, clearly=True),
        )

    def judge_texts(self, texts: Iterable[str], negatives: Iterable[str]) -> Refusal | None:
        """The same over the union of several texts on each side, such as all that a plan sends to the network."""
        positive, negative = _united(texts, negatives)
        streams = self._streams(positive)
        if not self._sexual.is_in(streams):
            return None
        return Refusal() if self._is_age_coded(streams, negative) else None

    def _is_age_coded(self, streams: list[Stream], negative: list[str]) -> bool:
        """Whether texts hold ages under eighteen or age-coded terms, or the negative ones words for maturity."""
        age_coded = any(names_age(stream) for stream in streams) or self._age_coded.is_in(streams)
        return age_coded or self._maturity.is_in(self._streams(negative))

    def _streams(self, texts: list[str]) -> list[Stream]:
        """All readings of the texts, and of each word that is several written as one with a term among them.

        Raises InvalidChoice for texts that have more of them than can be looked through while somebody waits.
        """
        streams, letters = [], 0
        for stream in read(texts):
            letters += len(stream.text)
            if letters > _MOST_LETTERS:
                raise InvalidChoice("prompt", words.TOO_TANGLED)
            streams.append(stream)
        uncommon = {word.plain for stream in streams for word in stream.words if not word.common}
        parted = [" ".join(parts) for word in uncommon if (parts := self._part(word))]
        return [*streams, *map(Stream, parted)]

    def _part(self, word: str) -> list[str]:
        """The words of which one word is made, one of them a term of the floor; empty where it is not so made."""
        if not _SHORTEST_PART * 2 <= len(word) <= _LONGEST_PARTED:
            return []
        ways: list[list[str] | None] = [[], *[None] * len(word)]  # how the first k letters are made
        for end in range(_SHORTEST_PART, len(word) + 1):
            for start in range(end - _SHORTEST_PART, -1, -1):
                before, part = ways[start], word[start:end]
                if before is not None and (part in self._vocabulary or is_everyday(part)):
                    ways[end] = [*before, part]
        parts = ways[-1] or []
        return parts if self._vocabulary.intersection(parts) else []


class _TermClass:
    """One list: its clear and its borderline terms, and the phrases in which they mean something else."""

    def __init__(self, text: str) -> None:
        sections = _sections(text)
        self.example = sections["clear"][0]
        clear, borderline = ([_term(line) for line in sections[section]] for section in ("clear", "borderline"))
        terms = [*clear, *borderline]
        self._matcher, self._clear = Matcher(terms), frozenset(clear)
        self._allowed = Matcher(map(_term, sections["allowed"]))
        self.words = {t.joined for t in terms if isinstance(t, WordTerm) and len(t.joined) >= _SHORTEST_PART}

    def is_in(self, streams: list[Stream], *, clearly: bool = False) -> bool:
        """Whether any of its terms is in the texts; ``clearly``: any of its clear ones."""
        found = (match for stream in streams for match in self._matcher.matches(stream, self._allowed))
        return any(not clearly or match.term in self._clear for match in found)


def texts_of(spec: PromptSpec) -> tuple[list[str], list[str]]:
    """All texts of a picture that may be drawn, as written and as its plans have them, and all that may be avoided."""
    texts, negatives, turned = [spec.prompt], [spec.negative_prompt], False
    for steps, scale in _passes(spec):
        plan = plan_prompts(
            spec.prompt,
            spec.negative_prompt,
            steps=steps,
            calls_per_step=calls_per_step(spec.sampler),
            regions=spec.regions,
        )
        texts += [*plan.written_regions(), *plan.positive_texts()]
        negatives += plan.negative_texts()
        # The negative prompt enters with 1 - pull: above nought it is drawn, like the others.
        turned = turned or scale * plan.least_weight < 1
    if turned:
        texts = negatives = texts + negatives
    return list(dict.fromkeys(texts)), list(dict.fromkeys(negatives))


def _passes(spec: PromptSpec) -> Iterator[tuple[int, float]]:
    """The steps and the guidance scale of each pass over a picture: schedules fall otherwise in another number."""
    yield spec.steps, spec.guidance_scale
    if spec.larger_steps:
        yield spec.larger_steps, spec.larger_guidance_scale


def _united(texts: Iterable[str], negatives: Iterable[str]) -> tuple[list[str], list[str]]:
    """Both sides, each of them the union where weights turn one into the other."""
    positive, negative = list(texts), list(negatives)
    if any(_turns_around(text) for text in (*positive, *negative)):
        positive = negative = positive + negative
    return positive, negative


def _sections(text: str) -> dict[str, list[str]]:
    """The lines under each heading of a list, without comments."""
    sections: dict[str, list[str]] = {}
    listed: list[str] = []
    for line in text.splitlines():
        if line.startswith("["):
            listed = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            listed.append(line)
    return sections


def _term(line: str) -> Term:
    """The term of a line: an entry as in servers' lists, or after = a text to be found letter for letter."""
    if line.startswith("="):
        return SignTerm(fold_signs(line[1:]))
    entry = parse_entry(line)
    if entry is None:
        raise FloorDamaged(f"A list of what is never drawn holds a line that says nothing: {line!r}.")
    return entry.terms[0]


def _read_list(name: str) -> str:
    try:
        content = (_FOLDER / name).read_bytes().replace(b"\r\n", b"\n")
    except OSError as error:
        raise FloorDamaged(f"The file moderation/terms/{name} is missing; install the program again.") from error
    if hashlib.sha256(content).hexdigest() != _SHA256[name]:
        raise FloorDamaged(f"The file moderation/terms/{name} was changed; install the program again.")
    return content.decode()


def _turns_around(text: str) -> bool:
    """Whether weights turn what is asked for into what is asked away, or let the negative prompt be drawn."""
    if _negative_weight.search(text):
        return True
    weights = [_trailing_weight.search(part) for part in _subprompt.split(text)]
    return sum(float(weight[1]) if weight else 1.0 for weight in weights) < _LEAST_WEIGHT
