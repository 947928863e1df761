"""The tree of errors."""

from __future__ import annotations

import pytest

from tests.discord_server.raw_client import errors_of
from tests.discord_server.refusals import Refusal
from tests.discord_server.validation.form import Form


def test_a_wrong_form_is_refused_with_the_path_to_each_error():
    form = Form()
    form["embeds", 0, "title"].text("x" * 257, 0, 256)
    form["content"].text(None, 1, 2000, required=True)
    with pytest.raises(Refusal) as raised:
        form.refuse_if_wrong()
    assert (raised.value.status, raised.value.code) == (400, 50035)
    assert errors_of(raised.value.body()) == {
        "embeds.0.title": ["BASE_TYPE_MAX_LENGTH"],
        "content": ["BASE_TYPE_REQUIRED"],
    }
