"""``ninewords scan`` and ``ninewords study``: from axes and samples to grids, tables and reports, in a folder each."""

import csv
from pathlib import Path
from typing import Any, Self

import pytest
from PIL import Image

from bot.cli.exits import Exit
from generation import png
from generation.recipe import parse
from generation.spec import PromptSpec
from generation.updates import Picture
from tests.bot.cli.conftest import Ninewords, drawn


class Studio:
    """Stands in for the drawing process, for many jobs; stops after ``patience`` of them, as a person might."""

    def __init__(self) -> None:
        self.specs: list[PromptSpec] = []
        self.patience: int | None = None

    def __call__(self, **_: Any) -> Self:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    def submit(self, spec: PromptSpec, **_: Any) -> "Sitting":
        if self.patience is not None and len(self.specs) >= self.patience:
            raise KeyboardInterrupt
        self.specs.append(spec)
        return Sitting(spec)


class Sitting:
    def __init__(self, spec: PromptSpec) -> None:
        self.spec = spec

    async def result(self) -> tuple[Picture, ...]:
        return (drawn(self.spec),)

    def cancel(self) -> None:
        return None


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Studio:
    stand_in = Studio()
    monkeypatch.setattr("bot.cli.drawing.DrawingProcess", stand_in)
    return stand_in


AXES = ("--across", "cfg=1,2,3", "--down", "steps=4,8")


class TestScan:
    def test_a_grid_with_everything_beside_it(self, ninewords: Ninewords, studio: Studio, folder: Path) -> None:
        ended = ninewords("scan", "s", "a cat", *AXES, "--seed", "5")
        assert ended.code == Exit.DONE
        assert "6 pictures, 36 steps of the network in all." in ended.err
        assert ended.out.split() == ["s/grid.png", "s/cells.csv", "s/report.html"]
        assert [(spec.guidance_scale, spec.steps) for spec in studio.specs] == [
            *((1, 4), (2, 4), (3, 4), (1, 8), (2, 8), (3, 8))
        ]
        assert {spec.seed for spec in studio.specs} == {5}
        with Image.open(folder / "s/grid.png") as grid:
            assert grid.width > 3 * 128
            assert grid.height > 2 * 128
        assert parse(png.read(folder / "s/pictures/0006.png"))["Steps"] == "8"
        rows = list(csv.DictReader((folder / "s/cells.csv").read_text().splitlines()))
        assert [(row["across: cfg"], row["down: steps"], row["prompt"]) for row in rows][-1] == ("3", "8", "a cat")
        assert float(rows[0]["brightness"]) == pytest.approx(0.2159, abs=1e-4)
        page = (folder / "s/report.html").read_text()
        assert "CFG against steps" in page
        assert "<svg" in page
        assert "http://" not in page.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
            "http://creativecommons.org", ""
        )

    def test_goes_on_where_it_was_stopped(self, ninewords: Ninewords, studio: Studio, folder: Path) -> None:
        studio.patience = 4
        assert ninewords("scan", "s", "a cat", *AXES).code == Exit.INTERRUPTED
        held = len(list((folder / "s/pictures").iterdir()))
        studio.patience = None
        begun = len(studio.specs)
        assert ninewords("scan", "s").code == Exit.DONE
        assert len(studio.specs) - begun == 6 - held
        assert len({spec.seed for spec in studio.specs}) == 1

    def test_the_same_command_goes_on_too_and_another_is_refused(self, ninewords: Ninewords, studio: Studio) -> None:
        assert ninewords("scan", "s", "a cat", *AXES).code == Exit.DONE
        assert ninewords("scan", "s", "a cat", *AXES).code == Exit.DONE
        assert len(studio.specs) == 6
        other = ninewords("scan", "s", "a dog", *AXES)
        assert other.code == Exit.USAGE
        assert "s holds another scan; name a new folder" in other.err

    def test_the_practice(self, ninewords: Ninewords, studio: Studio) -> None:
        studio.patience = 0
        ended = ninewords("scan", "s", "", "--practice", "larger", "--profile", "anything-v3")
        assert ended.code == Exit.INTERRUPTED
        assert "144 pictures" in ended.err

    def test_what_is_never_drawn_is_not_scanned(self, ninewords: Ninewords, studio: Studio, forbidden: str) -> None:
        ended = ninewords("scan", "s", forbidden, *AXES)
        assert ended.code == Exit.REFUSED
        assert studio.specs == []

    def test_nor_when_a_folder_says_so(
        self, ninewords: Ninewords, studio: Studio, folder: Path, forbidden: str
    ) -> None:
        studio.patience = 0
        ninewords("scan", "s", "a cat", *AXES)
        file = folder / "s/scan.json"
        file.write_text(file.read_text().replace("a cat", forbidden))
        studio.patience = None
        assert ninewords("scan", "s").code == Exit.REFUSED
        assert studio.specs == []

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("--across", "cfg=1,2"), "A scan needs two axes"),
            (("--across", "cfg=1,2", "--down", "cfg=1,2"), "Both axes change cfg"),
            (("--practice", "huge"), "--practice is native or larger"),
        ],
    )
    def test_says_what_cannot_be(
        self, ninewords: Ninewords, studio: Studio, folder: Path, arguments: tuple[str, ...], says: str
    ) -> None:
        ended = ninewords("scan", "s", "", *arguments)
        assert ended.code == Exit.USAGE
        assert says in ended.err
        assert not (folder / "s").exists()

    def test_a_folder_with_something_in_it_is_left_alone(
        self, ninewords: Ninewords, studio: Studio, folder: Path
    ) -> None:
        (folder / "s").mkdir()
        (folder / "s/letter.txt").write_text("dear")
        ended = ninewords("scan", "s", "", *AXES)
        assert ended.code == Exit.USAGE
        assert "s is not empty" in ended.err


class TestStudy:
    def begin(self, ninewords: Ninewords, name: str = "pure", *more: str) -> None:
        assert ninewords("study", "new", name, "", "--samples", "4", "--seed", "9", *more).code == Exit.DONE

    def test_draws_consecutive_seeds(self, ninewords: Ninewords, studio: Studio) -> None:
        self.begin(ninewords)
        assert [spec.seed for spec in studio.specs] == [9, 10, 11, 12]
        assert "lowres" in studio.specs[0].negative_prompt

    def test_goes_on_where_it_was_stopped(self, ninewords: Ninewords, studio: Studio) -> None:
        studio.patience = 2
        assert ninewords("study", "new", "pure", "", "--samples", "4").code == Exit.INTERRUPTED
        studio.patience = None
        ended = ninewords("study", "draw", "pure")
        assert ended.code == Exit.DONE
        assert "4 of 4 pictures are in pure/pictures." in ended.out

    def test_people_sort_and_the_table_is_that_of_the_notes(self, ninewords: Ninewords, studio: Studio) -> None:
        self.begin(ninewords)
        for rater in ("ann", "ben", "cy"):
            for number in range(1, 5):
                category = "Legit Human" if number > 1 else "Pattern"
                shape = ("--shape", "Normal") if number > 1 else ()
                said = ("--picture", str(number), "--category", category, *shape)
                assert ninewords("study", "label", "pure", "--as", rater, *said).code == Exit.DONE
        out = ninewords("study", "table", "pure").out
        assert out.startswith(
            "|Dimension|Sample size|Pattern|Object or Scenery|Malformed Human|Legit Human|Body shape|\n"
            "|---|---|---|---|---|---|---|\n|64x64|4|1|0|0|3|Normal|\n||95 %|"
        )
        assert "Krippendorff's alpha 1.00" in out

    def test_a_label_can_be_corrected(self, ninewords: Ninewords, studio: Studio) -> None:
        self.begin(ninewords)
        for category in ("Pattern", "Legit Human"):
            ninewords("study", "label", "pure", "--as", "ann", "--picture", "1", "--category", category)
        assert "|64x64|1|0|0|0|1||" in ninewords("study", "table", "pure").out

    def test_asks_one_picture_after_another(
        self, ninewords: Ninewords, studio: Studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.begin(ninewords)
        answers = iter(["1", "nine", "4", "1", "q"])
        monkeypatch.setattr("typer.prompt", lambda _: next(answers))
        ended = ninewords("study", "label", "pure", "--as", "ann")
        assert ended.code == Exit.DONE
        assert "Picture 1 of 4: pure/pictures/0001.png" in ended.out
        assert "Type a number from 1 to 4, or q." in ended.out
        assert "Picture 3 of 4" in ended.out
        assert "|64x64|2|1|0|0|1|Normal|" in ninewords("study", "table", "pure").out

    def test_labels_from_a_file(self, ninewords: Ninewords, studio: Studio, folder: Path) -> None:
        self.begin(ninewords)
        (folder / "mine.csv").write_text("picture,category,shape\n1,Pattern,\n2,Legit Human,Slim\n")
        assert ninewords("study", "label", "pure", "--as", "ann", "--from", "mine.csv").code == Exit.DONE
        assert "|64x64|2|1|0|0|1|Slim|" in ninewords("study", "table", "pure").out

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("--picture", "9", "--category", "Pattern"), "There is no picture 9; the study has 4."),
            (("--picture", "1", "--category", "Nice"), "'Nice' is no heap of this study"),
            (("--picture", "1", "--category", "Pattern", "--shape", "Round"), "'Round' is no body shape"),
            (("--picture", "1"), "--picture needs --category"),
            (("--from", "gone.csv"), "gone.csv cannot be read"),
        ],
    )
    def test_labels_that_cannot_be(
        self, ninewords: Ninewords, studio: Studio, arguments: tuple[str, ...], says: str
    ) -> None:
        self.begin(ninewords)
        ended = ninewords("study", "label", "pure", "--as", "ann", *arguments)
        assert ended.code == Exit.USAGE
        assert says in ended.err

    def test_two_studies_side_by_side(self, ninewords: Ninewords, studio: Studio, folder: Path) -> None:
        self.begin(ninewords)
        self.begin(ninewords, "none", "--preset", "none")
        nothing = ninewords("study", "compare", "pure", "none")
        assert "Brightness: no difference can be shown" in nothing.out
        for name, category in (("pure", "Legit Human"), ("none", "Pattern")):
            for number in range(1, 5):
                label = ("--picture", str(number), "--category", category)
                ninewords("study", "label", name, "--as", "ann", *label)
        said = ninewords("study", "compare", "pure", "none").out
        assert "Legit Human: more in pure than in none" in said
        assert "one in twenty" in said
        assert ninewords("study", "report", "pure", "none", "-o", "r.html").code == Exit.DONE
        page = (folder / "r.html").read_text()
        assert page.count("data:image/webp") == 8
        assert "What the difference allows to say" in page

    def test_the_export_holds_every_spec_seed_label_and_measure(self, ninewords: Ninewords, studio: Studio) -> None:
        self.begin(ninewords)
        ninewords("study", "label", "pure", "--as", "ann", "--picture", "2", "--category", "Pattern")
        rows = list(csv.DictReader(ninewords("study", "export", "pure").out.splitlines()))
        assert [row["seed"] for row in rows] == ["9", "10", "11", "12"]
        assert [row["category by ann"] for row in rows] == ["", "Pattern", "", ""]
        assert {row["sampler"] for row in rows} == {"Euler"}
        assert all(float(row["colourfulness"]) == 0 for row in rows)

    def test_no_study(self, ninewords: Ninewords, studio: Studio) -> None:
        ended = ninewords("study", "table", "nowhere")
        assert ended.code == Exit.USAGE
        assert "There is no study in nowhere." in ended.err
