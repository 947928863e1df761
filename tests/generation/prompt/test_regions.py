"""Regions: how they are written, how they lie, and what is said of those that cannot be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.errors import InvalidChoice
from generation.prompt.regions import Part, parse_regions


def texts(written: str) -> list[str]:
    return [part.text for part in parse_regions(written).parts]


def refusal(written: str) -> str:
    with pytest.raises(InvalidChoice) as raised:
        parse_regions(written)
    assert raised.value.field == "regions"
    return str(raised.value)


@pytest.mark.parametrize(
    ("written", "columns", "rows"),
    [
        ("a | b", (0.5, 0.5), (1,)),
        ("a|b|c|d", (0.25,) * 4, (1,)),
        ("columns: a | b", (0.5, 0.5), (1,)),
        ("Columns 3:1: a | b", (0.75, 0.25), (1,)),
        ("columns 1.5 : 0.5 : a | b", (0.75, 0.25), (1,)),
        ("columns 2: a | b", (0.5, 0.5), (1,)),
        ("rows: a | b", (1,), (0.5, 0.5)),
        ("row 1:3: a | b", (1,), (0.25, 0.75)),
        ("2x2: a | b | c | d", (0.5, 0.5), (0.5, 0.5)),
        ("2 × 1: a | b", (0.5, 0.5), (1,)),
    ],
)
def test_layouts(written: str, columns: tuple[float, ...], rows: tuple[float, ...]) -> None:
    regions = parse_regions(written)
    assert (regions.columns, regions.rows) == (columns, rows)
    assert [part.text for part in regions.parts] == list("abcd")[: len(columns) * len(rows)]


def test_a_part_has_a_text_with_its_weight_and_a_colour() -> None:
    assert parse_regions("sunset :0.8 #orange | sea#1E90ff").parts == (
        Part("sunset :0.8", (255, 165, 0)),
        Part("sea", (30, 144, 255)),
    )
    assert parse_regions("| #fff").parts == (Part(""), Part("", (255, 255, 255)))


def test_bars_in_brackets_belong_to_the_text() -> None:
    assert texts("[red|blue] hair | ([a|b]:1.2)") == ["[red|blue] hair", "([a|b]:1.2)"]
    assert texts(r"smile \( | frown \[") == [r"smile \(", r"frown \["]
    assert texts("a) | b") == ["a)", "b"]


def test_what_only_looks_like_a_layout_is_text() -> None:
    assert texts("1girl: a | columns") == ["1girl: a", "columns"]
    assert texts("columns 2:1: 1girl | 1boy") == ["1girl", "1boy"]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("red hair", "Regions are two parts or more with a | between them: red hair | blue hair."),
        (
            "(red hair | blue hair",
            "Regions are two parts or more with a | between them: red hair | blue hair. "
            "A bracket before the | is not closed.",
        ),
        ("columns 2:1: a | b | c", "Columns 2:1 makes 2 regions, but the texts are 3, with a | between them."),
        ("2x2: a | b", "2x2 makes 4 regions, but the texts are 2, with a | between them."),
        ("a | b | c | d | e", "A picture has at most 4 regions beside one another, and 4 over one another."),
        ("5x1: a", "A picture has at most 4 regions beside one another, and 4 over one another."),
        ("columns 1:0: a | b", "A region that is 0 wide is none; give each a size above 0, as in columns 2:1."),
        ("a #nocolour | b", "#nocolour is no colour; write one such as #orange or #ff8800, at the end of its part."),
        ("a # | b", "# is no colour; write one such as #orange or #ff8800, at the end of its part."),
        ("a #orange :2 | b", "#orange :2 is no colour; write one such as #orange or #ff8800, at the end of its part."),
        ("a #11223344 | b", "#11223344 is no colour; write one such as #orange or #ff8800, at the end of its part."),
    ],
)
def test_what_cannot_be_read_is_said(written: str, sentence: str) -> None:
    assert refusal(written) == sentence


@given(st.text() | st.text(alphabet="|[](#:x 12ab\\", max_size=40))
def test_any_text_is_regions_or_a_sentence(written: str) -> None:
    try:
        regions = parse_regions(written)
    except InvalidChoice:
        return
    assert 2 <= len(regions.parts) == len(regions.columns) * len(regions.rows)


sizes = st.lists(st.integers(1, 20), min_size=1, max_size=4)


@given(sizes, sizes, st.integers(1, 40), st.integers(1, 40))
def test_masks_share_every_place_out_exactly(columns: list[int], rows: list[int], width: int, height: int) -> None:
    kind, ratio, other = ("columns", columns, rows) if len(columns) > 1 else ("rows", rows, columns)
    if len(ratio) == 1:
        return
    written = f"{kind} {':'.join(map(str, ratio))}: {'|' * (len(ratio) - 1)}"
    masks = parse_regions(written).masks(width, height)
    assert masks.shape == (len(ratio), height, width)
    assert masks.min() >= 0
    assert (masks.sum(0) == 1).all()
    grid = parse_regions(f"{max(2, len(columns))}x{len(other)}: {'|' * (max(2, len(columns)) * len(other) - 1)}")
    assert (grid.masks(width, height).sum(0) == 1).all()


def test_edges_are_soft_and_the_rest_is_whole() -> None:
    left, right = parse_regions("a | b").masks(64, 2)
    assert left[0, :28].min() == 1.0
    assert left[0, 36:].max() == 0.0
    assert list(left[0, 28:36]) == [0.9375, 0.8125, 0.6875, 0.5625, 0.4375, 0.3125, 0.1875, 0.0625]
    np.testing.assert_array_equal(left, right[:, ::-1])


def test_a_grid_is_read_like_a_page() -> None:
    masks = parse_regions("2x2: a | b | c | d").masks(16, 16)
    corners = [(mask[0, 0], mask[0, -1], mask[-1, 0], mask[-1, -1]) for mask in masks]
    np.testing.assert_array_equal(corners, np.eye(4))


def test_narrow_parts_have_narrow_edges() -> None:
    masks = parse_regions("columns 20:1:20: a | b | c").masks(410, 1)
    assert masks[1].max() > 0.95
