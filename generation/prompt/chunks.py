"""Cuts a weighted prompt into chunks of 75 tokens, the most that CLIP's text model takes at once with its two marks.

The tokenizer is passed in. The cutting is AUTOMATIC1111's as measured in ``tests/conformance``: a chunk that is full in
the middle of a phrase gives the words since its last comma to the next one, where these are few.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from generation.prompt.attention import BREAK, Piece

Word = tuple[int, float]  # a token and its weight

CHUNK_TOKENS = 75
CHUNK_LENGTH = CHUNK_TOKENS + 2
COMMA_BACKTRACK = 20


class Tokenizer(Protocol):
    """What a text model's tokenizer must offer: the ids of a text, and of the tokens that have a part of their own."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def padding(self) -> int: ...
    @property
    def comma(self) -> int | None: ...

    def encode(self, text: str) -> list[int]:
        """The ids of ``text``, however many, without marks at start and end."""
        ...


@dataclass(frozen=True, slots=True)
class Chunk:
    """77 token ids, start and end marks and padding included, and what the embedding of each is multiplied by."""

    tokens: tuple[int, ...]
    multipliers: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chunks:
    """The chunks of one prompt, at least one, and the tokens they take: 75 for each but the last."""

    chunks: tuple[Chunk, ...]
    token_count: int


def cut(pieces: Sequence[Piece], tokenizer: Tokenizer, comma_backtrack: int = COMMA_BACKTRACK) -> Chunks:
    """Cut ``pieces`` (as of parse_attention) into chunks; ``comma_backtrack`` 0 cuts wherever a chunk is full."""
    filled: list[list[Word]] = []
    words: list[Word] = []
    phrase_end = 0  # how many words stand up to and with the last comma
    for text, weight in pieces:
        if (text, weight) == BREAK:
            filled.append(words)
            words, phrase_end = [], 0
            continue
        for token in tokenizer.encode(text):
            if len(words) == CHUNK_TOKENS:
                kept = _kept(phrase_end, comma_backtrack) if token != tokenizer.comma else CHUNK_TOKENS
                filled.append(words[:kept])
                words, phrase_end = words[kept:], 0
            elif token == tokenizer.comma:
                phrase_end = len(words) + 1
            words.append((token, weight))
    token_count = CHUNK_TOKENS * len(filled) + len(words)
    if words or not filled:
        filled.append(words)
    return Chunks(tuple(_pad(words, tokenizer) for words in filled), token_count)


def empty(tokenizer: Tokenizer) -> Chunk:
    """The chunk of no words, with which a shorter prompt is brought to the length of a longer one."""
    return _pad([], tokenizer)


def _kept(phrase_end: int, comma_backtrack: int) -> int:
    """How many words of a full chunk stay in it."""
    return phrase_end if phrase_end and CHUNK_TOKENS - phrase_end < comma_backtrack else CHUNK_TOKENS


def _pad(words: Sequence[Word], tokenizer: Tokenizer) -> Chunk:
    missing = CHUNK_TOKENS - len(words)
    return Chunk(
        (tokenizer.start, *(token for token, _ in words), tokenizer.end, *[tokenizer.padding] * missing),
        (1.0, *(weight for _, weight in words), 1.0, *[1.0] * missing),
    )
