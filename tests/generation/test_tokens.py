"""CLIP's tokenizer, read from each kind of folder that transformers has written."""

from pathlib import Path

import pytest
from hypothesis import given
from transformers import CLIPTokenizer

from generation.errors import ModelUnavailable
from generation.tokens import ClipTokenizer
from tests.generation.prompt.strategies import any_text

FOLDER = Path(__file__).parents[1] / "conformance" / "vectors" / "tiny_clip"
TOKENIZER = ClipTokenizer.load(FOLDER)


def test_texts_are_repaired_and_lowered() -> None:
    assert TOKENIZER.encode("schÃ¶n \n\t CAT") == TOKENIZER.encode("schön cat")


def test_marks_and_comma_have_their_ids() -> None:
    assert (TOKENIZER.start, TOKENIZER.end, TOKENIZER.padding, TOKENIZER.comma) == (49406, 49407, 49407, 267)


def test_long_texts_are_not_cut() -> None:
    assert len(TOKENIZER.encode("cat " * 500)) == 500


def test_a_folder_with_one_file_reads_the_same(tmp_path: Path) -> None:
    CLIPTokenizer.from_pretrained(FOLDER, local_files_only=True).save_pretrained(tmp_path)
    assert not (tmp_path / "vocab.json").exists()
    again = ClipTokenizer.load(tmp_path)
    text = "a photo of a “cat”, ’tis 12:30 &amp; ½ 猫 <|endoftext|>"
    assert again.encode(text) == TOKENIZER.encode(text)
    assert again.padding == TOKENIZER.padding


def test_the_padding_that_a_folder_names_is_used(tmp_path: Path) -> None:
    CLIPTokenizer.from_pretrained(FOLDER, local_files_only=True, pad_token="!").save_pretrained(tmp_path)
    assert ClipTokenizer.load(tmp_path).padding == 0


def test_an_empty_folder_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no tokenizer"):
        ClipTokenizer.load(tmp_path)


@given(any_text)
def test_any_text_has_tokens(text: str) -> None:
    assert all(isinstance(token, int) for token in TOKENIZER.encode(text))
