"""Recipes against what AUTOMATIC1111's web UI makes of them."""

from typing import Any

import pytest

from generation.recipe import compose, parse, quote, raw_fields, sampler_and_schedule, unquote


@pytest.mark.vectors("infotext.json")
def test_reading(case: dict[str, Any]) -> None:
    read = parse(case["text"])
    assert read == case["result"]
    assert [list(field) for field in raw_fields(case["text"])] == case["fields"]
    assert list(sampler_and_schedule(read.get("Sampler"), read["Schedule type"])) == case["sampler"]
    complaints = [f'Error parsing "{name}: {value}"' for name, value in raw_fields(case["text"]) if not value]
    assert complaints == case.get("messages", [])


@pytest.mark.vectors("infotext.json")
def test_what_is_written_of_what_was_read_reads_the_same(case: dict[str, Any]) -> None:
    fields = [(name, unquote(value)) for name, value in case["fields"]]
    if len(fields) < 3 or not all(value for _, value in fields):
        return  # no recipe: all of it is prompt; or with fields that stand for nothing, which nobody writes
    read = case["result"]
    assert parse(compose(read["Prompt"], read["Negative prompt"], fields)) == read


@pytest.mark.vectors("infotext.json", "quoting")
def test_quoting(case: dict[str, Any]) -> None:
    if "value" in case:
        assert quote(case["value"]) == str(case["quoted"])
        assert unquote(quote(case["value"])) == str(case["unquoted"])
    else:
        assert unquote(case["text"]) == case["unquoted"]


@pytest.mark.vectors("infotext.json", "sampler_names")
def test_sampler_names(case: dict[str, Any]) -> None:
    assert list(sampler_and_schedule(case["sampler"], case["schedule"])) == case["result"]
