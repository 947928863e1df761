"""The prompt language against what was measured."""

from typing import Any

import pytest

from generation.prompt.preparation import extract_extra_networks, strip_comments


@pytest.mark.vectors("preprocess.json")
def test_preparation(case: dict[str, Any]) -> None:
    if case["op"] == "strip_comments":
        assert strip_comments(case["text"]) == case["result"]
    else:
        assert extract_extra_networks(case["text"]) == (case["result"], case["networks"])
