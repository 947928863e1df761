"""Comments and extra networks are taken out, and nothing else is."""

from hypothesis import given

from generation.prompt.preparation import extract_extra_networks, strip_comments
from tests.generation.prompt.strategies import any_text


def test_a_comment_ends_with_its_line() -> None:
    assert strip_comments("a cat # (a dog:1.2)\nat night") == "a cat \nat night"


def test_extra_networks_are_listed_by_kind() -> None:
    text, networks = extract_extra_networks("a <lora:ink:0.8:te=1> cat <lora:snow> <3")
    assert text == "a  cat  <3"
    assert networks == {"lora": [["ink", "0.8", "te=1"], ["snow"]]}


@given(any_text)
def test_any_text_loses_its_comments(text: str) -> None:
    assert "#" not in strip_comments(text)
    assert "#" in text or strip_comments(text) == text


@given(any_text)
def test_any_text_loses_its_networks_alone(text: str) -> None:
    kept, networks = extract_extra_networks(text)
    assert bool(networks) == (kept != text)
