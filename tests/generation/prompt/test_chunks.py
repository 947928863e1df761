"""Chunks: their length, their order, and where they are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.prompt.attention import parse_attention
from generation.prompt.chunks import CHUNK_LENGTH, CHUNK_TOKENS, Chunk, cut, empty
from tests.generation.prompt.strategies import any_text


class Letters:
    """A tokenizer of one token a character."""

    start, end, padding, comma = 1, 2, 3, ord(",")

    def encode(self, text: str) -> list[int]:
        return [ord(character) for character in text]


def words_of(chunk: Chunk) -> str:
    return "".join(map(chr, chunk.tokens[1 : chunk.tokens.index(Letters.end)]))


def cut_words(text: str, comma_backtrack: int = 20) -> list[str]:
    return [words_of(chunk) for chunk in cut([(text, 1.0)], Letters(), comma_backtrack).chunks]


def test_an_empty_prompt_is_one_empty_chunk() -> None:
    made = cut(parse_attention(""), Letters())
    assert made.chunks == (empty(Letters()),)
    assert made.chunks[0].tokens == (1, 2, *[3] * 75)
    assert made.token_count == 0


def test_a_full_chunk_gives_its_last_phrase_away() -> None:
    assert cut_words("a" * 60 + "," + "b" * 30) == ["a" * 60 + ",", "b" * 30]


@pytest.mark.parametrize(("before", "kept"), [(55, 56), (54, 75)])
def test_a_long_phrase_is_cut(before: int, kept: int) -> None:
    assert len(cut_words("a" * before + "," + "b" * 40)[0]) == kept


def test_without_backtracking_chunks_are_full() -> None:
    assert list(map(len, cut_words("abc," * 50, comma_backtrack=0))) == [75, 75, 50]


def test_a_break_ends_a_chunk() -> None:
    made = cut(parse_attention("a BREAK (b:1.2)"), Letters())
    assert [words_of(chunk) for chunk in made.chunks] == ["a", "b"]
    assert made.chunks[1].multipliers[:3] == (1.0, 1.2, 1.0)
    assert made.token_count == CHUNK_TOKENS + 1


@given(any_text, st.integers(0, 100))
def test_no_word_is_lost(text: str, comma_backtrack: int) -> None:
    pieces = [("a", 0.5), (text.replace("\x02", ""), 2.0)]
    chunks = cut(pieces, Letters(), comma_backtrack).chunks
    assert "".join(map(words_of, chunks)) == "".join(words for words, _ in pieces)
    for chunk in chunks:
        assert len(chunk.tokens) == len(chunk.multipliers) == CHUNK_LENGTH
        assert chunk.tokens[0] == Letters.start
