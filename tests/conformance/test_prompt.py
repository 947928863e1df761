"""The prompt language against what was measured: from the text of a prompt to its chunks of tokens."""

import math
from pathlib import Path
from typing import Any

import pytest

from generation.prompt.attention import parse_attention
from generation.prompt.chunks import COMMA_BACKTRACK, cut
from generation.prompt.composition import split_composition
from generation.prompt.editing import active_entries, schedule
from generation.prompt.preparation import extract_extra_networks, strip_comments
from generation.tokens import ClipTokenizer


@pytest.fixture(scope="module")
def tokenizer(tiny_clip: Path) -> ClipTokenizer:
    return ClipTokenizer.load(tiny_clip)


@pytest.mark.vectors("preprocess.json")
def test_preparation(case: dict[str, Any]) -> None:
    if case["op"] == "strip_comments":
        assert strip_comments(case["text"]) == case["result"]
    else:
        assert extract_extra_networks(case["text"]) == (case["result"], case["networks"])


@pytest.mark.vectors("parse_attention.json")
def test_attention(case: dict[str, Any]) -> None:
    pieces = parse_attention(case["prompt"])
    if "error" in case:  # the original raises, for what looks like a number and is none; here it is text
        assert all(math.isfinite(weight) for _, weight in pieces)
        return
    assert [text for text, _ in pieces] == [text for text, _ in case["result"]]
    assert [weight for _, weight in pieces] == pytest.approx([weight for _, weight in case["result"]], rel=1e-6)


@pytest.mark.vectors("multicond.json")
def test_composition(case: dict[str, Any]) -> None:
    parts = split_composition(case["prompt"])
    assert [list(part) for part in parts] == case["result"]
    assert list(dict.fromkeys(text for text, _ in parts)) == case["unique"]


@pytest.mark.vectors("schedules.json")
def test_schedule(case: dict[str, Any]) -> None:
    if "hires_steps" in case:
        entries = schedule(case["prompt"], case["hires_steps"], case["base_steps"])
        assert_schedule(entries, case["schedule"], case["active"])
        return
    for steps, measured in case["schedules"].items():
        entries = schedule(case["prompt"], int(steps))
        if case.get("ambiguous"):
            assert [list(entry) for entry in entries] in case["variants"][steps]
        else:
            assert_schedule(entries, measured, case["active"][steps])


def assert_schedule(entries: list[tuple[int, str]], measured: list[list[Any]], active: list[int]) -> None:
    assert [list(entry) for entry in entries] == measured
    assert active_entries([end for end, _ in entries], len(active)) == active


@pytest.mark.vectors("tokens.json")
def test_tokens(case: dict[str, Any], tokenizer: ClipTokenizer) -> None:
    assert tokenizer.encode(case["text"]) == case["ids"]


@pytest.mark.vectors("chunks.json")
def test_chunks(case: dict[str, Any], tokenizer: ClipTokenizer) -> None:
    made = cut(parse_attention(case["prompt"]), tokenizer, case.get("comma_backtrack", COMMA_BACKTRACK))
    assert [list(chunk.tokens) for chunk in made.chunks] == [chunk["tokens"] for chunk in case["chunks"]]
    for chunk, measured in zip(made.chunks, case["chunks"], strict=True):
        assert chunk.multipliers == pytest.approx(measured["multipliers"], rel=1e-6)
    assert made.token_count == case["token_count"]
