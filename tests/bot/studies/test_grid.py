"""The labelled picture of a scan."""

from PIL import Image

from bot.studies.axes import parse_axis
from bot.studies.grid import draw_grid, sheet_of
from bot.studies.scan import Scan, make_scan
from tests.bot.studies.test_scan import spec

RED, BLUE = (255, 0, 0), (0, 0, 255)


def scan(across: str = "cfg=1,2,3", down: str = "steps=8,12", size: str = "128x128") -> Scan:
    return make_scan({"size": size}, parse_axis(across), parse_axis(down), spec=spec, most_cells=200)


def plain(colour: tuple[int, int, int], side: int = 128) -> Image.Image:
    return Image.new("RGB", (side, side), colour)


def centres(sheet: Image.Image, colour: tuple[int, int, int]) -> tuple[int, int, int, int] | None:
    """The box of all pixels of one colour."""
    mask = Image.new("1", sheet.size)
    mask.putdata([pixel == colour for pixel in sheet.get_flattened_data()])
    return mask.getbbox()


def count(sheet: Image.Image, colour: tuple[int, int, int]) -> int:
    return sum(pixel == colour for pixel in sheet.get_flattened_data())


def test_each_cell_is_where_its_labels_say() -> None:
    sheet = draw_grid(scan(), {0: plain(RED), 5: plain(BLUE)})
    red, blue = centres(sheet, RED), centres(sheet, BLUE)
    assert red is not None
    assert blue is not None
    assert (red[2] - red[0], red[3] - red[1]) == (128, 128)
    assert blue[0] - red[0] == 2 * (128 + 4)
    assert blue[1] - red[1] == 128 + 4
    assert red[0] > 20, "there is room for labels on the left"
    assert red[1] > 20, "there is room for labels above"


def test_what_is_not_drawn_yet_is_grey_and_the_size_stays() -> None:
    empty, full = draw_grid(scan(), {}), draw_grid(scan(), {index: plain(RED) for index in range(6)})
    assert empty.size == full.size
    assert centres(empty, RED) is None
    assert count(empty, (228, 228, 228)) >= 6 * 128 * 128
    assert count(full, (228, 228, 228)) < 64, "no more than the edges of letters"


def test_labels_are_written() -> None:
    bare = draw_grid(scan(), {})
    assert sum(bare.convert("L").histogram()[:80]) > 50


def test_sizes_that_differ_share_the_largest_cell() -> None:
    sheet = draw_grid(scan("size=128x128,256x128", "cfg=1"), {0: plain(RED), 1: Image.new("RGB", (256, 128), BLUE)})
    red, blue = centres(sheet, RED), centres(sheet, BLUE)
    assert red is not None
    assert blue is not None
    assert red[2] - red[0] == 128
    assert blue[2] - blue[0] == 256


def test_a_grid_of_large_pictures_stays_a_picture_that_can_be_sent() -> None:
    sheet = draw_grid(scan("cfg=1..12", "steps=4..192*", size="768x768"), {})
    assert sheet.width * sheet.height < 45_000_000


def test_small_pictures_are_shown_larger() -> None:
    sheet = draw_grid(scan(size="64x64"), {0: plain(RED, 64)})
    assert count(sheet, RED) == 128 * 128


def test_a_sheet_in_rows() -> None:
    assert sheet_of([plain(RED)] * 5, columns=3).size == (3 * 132 + 4, 2 * 132 + 4)
