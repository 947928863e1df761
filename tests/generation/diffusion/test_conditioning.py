"""Conditioning: what is encoded together, what is remembered, and what weights do."""

from pathlib import Path

import pytest
import torch
from transformers import CLIPTextModel

from generation.diffusion.conditioning import TextEncoder
from generation.errors import InvalidChoice
from generation.tokens import ClipTokenizer

FOLDER = Path(__file__).parents[2] / "conformance" / "vectors" / "tiny_clip"
PURE = "(bad:0.0000000000000001), (comic:0.0000000000000001)"


@pytest.fixture(scope="module")
def model() -> CLIPTextModel:
    return CLIPTextModel.from_pretrained(FOLDER, local_files_only=True).eval()


@pytest.fixture(scope="module")
def tokenizer() -> ClipTokenizer:
    return ClipTokenizer.load(FOLDER)


@pytest.fixture
def encoder(tokenizer: ClipTokenizer, model: CLIPTextModel) -> TextEncoder:
    return TextEncoder(tokenizer, model)


def test_shorter_texts_are_filled_up_with_empty_chunks(encoder: TextEncoder) -> None:
    short, long = encoder.encode(("a cat", "a cat BREAK a dog"), 2, "Original")
    assert short.shape == long.shape == (2 * 77, 32)
    torch.testing.assert_close(short[77:], encoder.encode(("",), 2, "Original")[0])
    torch.testing.assert_close(short[:77], long[:77])


def test_unweighted_text_is_what_the_model_says(
    encoder: TextEncoder, tokenizer: ClipTokenizer, model: CLIPTextModel
) -> None:
    ids = [tokenizer.start, *tokenizer.encode("a cat"), *[tokenizer.end] * 74]
    said = model(input_ids=torch.tensor([ids])).last_hidden_state
    torch.testing.assert_close(encoder.encode(("a cat",), 1, "Original"), said)


def test_repetitions_count_in_the_restored_mean(encoder: TextEncoder) -> None:
    once = encoder.encode(("(red:3) cat", "a dog"), 2, "Original")
    twice = encoder.encode(("(red:3) cat", "(red:3) cat", "a dog"), 2, "Original")
    torch.testing.assert_close(twice[0], twice[1])
    assert not torch.allclose(once[0], twice[0])


@pytest.mark.parametrize("rows_at_once", [1, 3, 100])
def test_how_many_go_through_the_model_together_changes_nothing(
    encoder: TextEncoder, tokenizer: ClipTokenizer, model: CLIPTextModel, rows_at_once: int
) -> None:
    texts = ("a cat", "a dog BREAK (a fox:1.3)", "a cat", "night BREAK rain BREAK wind")
    other = TextEncoder(tokenizer, model, rows_at_once=rows_at_once)
    torch.testing.assert_close(other.encode(texts, 2, "Original"), encoder.encode(texts, 2, "Original"))


def test_the_smallest_weights_survive_a_model_in_half_precision(tokenizer: ClipTokenizer) -> None:
    half = CLIPTextModel.from_pretrained(FOLDER, local_files_only=True, dtype=torch.float16).eval()
    made = TextEncoder(tokenizer, half).encode((PURE,), 2, "No norm")
    assert made.dtype == torch.float32
    assert made[0, 1].abs().max() > 0


@pytest.mark.parametrize("text", ["(a:" + "9" * 400 + ")", "(a:-" + "9" * 400 + ")", "(" * 5000 + "a"])
def test_no_weight_overflows_by_itself(encoder: TextEncoder, text: str) -> None:
    assert not encoder.encode((text,), 2, "No norm").isnan().any()


def test_what_was_encoded_is_remembered(encoder: TextEncoder) -> None:
    made = encoder.encode(("a cat",), 2, "Original")
    assert encoder.encode(["a cat"], 2, "Original") is made
    assert encoder.encode(("a cat",), 1, "Original") is not made
    assert encoder.encode(("a cat",), 2, "No norm") is not made


def test_what_was_used_longest_ago_is_forgotten_first(tokenizer: ClipTokenizer, model: CLIPTextModel) -> None:
    encoder = TextEncoder(tokenizer, model, cache_bytes=2 * 77 * 32 * 4)
    cat, dog = (encoder.encode((text,), 2, "Original") for text in ("cat", "dog"))
    assert encoder.encode(("cat",), 2, "Original") is cat
    encoder.encode(("fox",), 2, "Original")
    assert encoder.encode(("cat",), 2, "Original") is cat
    assert encoder.encode(("dog",), 2, "Original") is not dog


def test_what_is_larger_than_the_memory_is_made_each_time(tokenizer: ClipTokenizer, model: CLIPTextModel) -> None:
    encoder = TextEncoder(tokenizer, model, cache_bytes=1)
    made = encoder.encode(("cat",), 2, "Original")
    again = encoder.encode(("cat",), 2, "Original")
    assert again is not made
    assert torch.equal(again, made)


def test_a_layer_that_is_not_there_is_refused(encoder: TextEncoder) -> None:
    for clip_skip in (0, 4):
        with pytest.raises(InvalidChoice, match="1 to 3"):
            encoder.encode(("a",), clip_skip, "Original")
