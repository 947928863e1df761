"""What a server may decide has bounds for every field, and a configuration survives its file."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.moderation.decisions import CHANNEL, ROLE, SERVER, Bounds, checked, read, written
from bot.words.config import ABOUT
from generation.errors import InvalidChoice
from storage.moderation.records import ChannelConfiguration, ReviewMode, RoleConfiguration, ServerConfiguration

ID = 2**62 + 1


@pytest.mark.parametrize(
    ("known", "record"), [(SERVER, ServerConfiguration), (CHANNEL, ChannelConfiguration), (ROLE, RoleConfiguration)]
)
def test_every_field_has_bounds_and_a_name_for_people(known: dict[str, Bounds], record: type) -> None:
    assert known.keys() == {field.name for field in fields(record)} - {"channels", "roles"}
    assert known.keys() <= ABOUT.keys()


def _values(bounds: Bounds) -> st.SearchStrategy[Any]:
    if bounds.kind is ReviewMode:
        return st.sampled_from(ReviewMode)
    if bounds.kind is bool:
        return st.booleans()
    if bounds.kind is int:
        return st.integers(int(bounds.low), int(bounds.high))
    if bounds.kind is float:
        return st.floats(bounds.low, bounds.high)
    texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40)
    return texts.filter(str.isprintable)


def _held(record: type, known: Any) -> st.SearchStrategy[Any]:
    return st.builds(record, **{name: st.none() | _values(bounds) for name, bounds in known.items()})


@given(_held(ServerConfiguration, SERVER), _held(ChannelConfiguration, CHANNEL), _held(RoleConfiguration, ROLE))
def test_a_configuration_survives_its_file(whole: Any, channel: Any, role: Any) -> None:
    values = {field.name: getattr(whole, field.name) for field in fields(whole)}
    values |= {"channels": {ID: channel}, "roles": {ID + 1: role}}
    before = ServerConfiguration(**values)
    known = {ID, before.moderators_channel or 1}
    assert read(written(before).encode(), channels=known, roles={ID + 1}) == before


@pytest.mark.parametrize("value", ["", "   ", "two\nlines", "x" * 1001, 5, None, "nul\0"])
def test_texts_are_one_line(value: object) -> None:
    with pytest.raises(InvalidChoice, match="a text in one line"):
        checked("negative", value, SERVER["negative"])


def test_ids_that_are_neighbours_are_told_apart() -> None:
    file = f'moderators_channel = "{ID}"'.encode()
    assert read(file, channels={ID}, roles=set()).moderators_channel == ID
    for other in (ID - 1, ID + 1):
        with pytest.raises(InvalidChoice, match="none of this server's"):
            read(file, channels={other}, roles=set())
