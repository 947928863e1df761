"""``ninewords draw``: from options to pictures, and sentences for what cannot be drawn."""

from pathlib import Path

import pytest

from bot.cli.exits import CommandFailed, Exit
from generation import png
from generation.errors import DrawingFailed, ModelUnavailable
from generation.presets import NINE_WORDS
from generation.version import program_version
from tests.bot.cli.conftest import Easel, Ninewords


class TestDryRun:
    @pytest.mark.parametrize(("size", "cfg"), [("512x512", "8"), ("768x768", "18"), ("1024x576", "18"), ("wide", "18")])
    def test_cfg_follows_the_area(self, ninewords: Ninewords, easel: Easel, folder: Path, size: str, cfg: str) -> None:
        ended = ninewords("draw", "", "--dry-run", "--profile", "anything-v3", "--size", size)
        assert ended.code == Exit.DONE
        assert f"CFG scale: {cfg}, " in ended.out
        assert "CFG rule: area" in ended.out
        assert ended.out.startswith("Negative prompt: (bad:0.0001), (comic:0.0001), ")
        assert easel.specs == []
        assert list(folder.iterdir()) == []

    def test_all_options_reach_the_recipe(self, ninewords: Ninewords) -> None:
        ended = ninewords(
            *(
                "draw",
                "a cat",
                "--regions",
                "a | b",
                "--negative",
                "a dog",
                "--size",
                "64x96",
                "--count",
                "2",
                "--steps",
                "7",
            ),
            *(
                "--cfg",
                "7.5",
                "--cfg-rescale",
                "0.7",
                "--sampler",
                "ddim",
                "--eta",
                "0.25",
                "--clip-skip",
                "2",
                "--emphasis",
                "No norm",
            ),
            *("--seed", "5", "--subseed", "6", "--subseed-strength", "0.5", "--ensd", "31337", "--noise", "cpu"),
            "--dry-run",
        )
        assert ended.out == (
            "a cat\nNegative prompt: a dog\nSteps: 7, Sampler: DDIM, Schedule type: Automatic, CFG scale: 7.5, "
            "Seed: 5, Size: 64x96, Model: sketch, Variation seed: 6, Variation seed strength: 0.5, Clip skip: 2, "
            "ENSD: 31337, RNG: CPU, Eta DDIM: 0.25, Emphasis: No norm, CFG Rescale: 0.7, CFG rule: given, "
            f'Regions: "a | b", Count: 2, Version: ninewords {program_version()}\n'
        )

    def test_the_weight_is_written_in_decimals(self, ninewords: Ninewords) -> None:
        ended = ninewords("draw", "", "--dry-run", "--preset", "pure", "--weight", "1e-16")
        assert ended.code == Exit.DONE
        assert all(f"({word}:0.0000000000000001)" in ended.out for word in NINE_WORDS)

    @pytest.mark.parametrize(
        ("preset", "beginning"),
        [
            ("pure", "Negative prompt: (bad:0.0001), "),
            ("Pure-0.105", "Negative prompt: (bad:0.105), "),
            ("24x[", f"Negative prompt: {'[' * 24}bad]"),
            ("12x[", f"Negative prompt: {'[' * 12}bad]"),
            ("none", "Steps: "),
        ],
    )
    def test_every_built_in_preset(self, ninewords: Ninewords, preset: str, beginning: str) -> None:
        assert ninewords("draw", "", "--dry-run", "--preset", preset).out.startswith(beginning)

    def test_control_characters_do_not_reach_the_terminal(self, ninewords: Ninewords) -> None:
        ended = ninewords("draw", "a\x1b[2Jb\u202ec\nd", "--dry-run")
        assert ended.out.startswith("a\ufffd[2Jb\ufffdc\nd\n")


class TestRefusals:
    @pytest.mark.parametrize("weight", ["0", "-1", "nan", "inf", "-inf", "1e-60"])
    def test_weights_that_cannot_be(self, ninewords: Ninewords, weight: str) -> None:
        ended = ninewords("draw", "", "--preset", "pure", f"--weight={weight}")
        assert ended.code == Exit.USAGE
        assert ended.out == ""
        assert "must be greater than zero" in ended.err
        assert ended.err.count("\n") == 1

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("--preset", "loud"), "No preset is called 'loud'. There are: pure, pure-0.105, 24x[, 12x[, none."),
            (("--preset", "24x[", "--weight", "0.5"), "The negative '24x[' takes no weight; only pure does."),
            (
                ("--negative", "x", "--weight", "1"),
                "--weight is of the nine words, which --negative replaces; give one.",
            ),
            (("--size", "500x512"), "A width of 500 is no multiple of 8; 496 would be."),
            (("--cfg", "lots"), "--cfg takes a number, or auto; 'lots' is neither."),
            (("--eta", "1.5"), "Eta must lie between 0 and 1; 1.5 does not."),
            (("--cfg-rescale", "2"), "CFG rescale must lie between 0 and 1; 2.0 does not."),
            (("--regions", "a"), "Regions are two parts or more with a | between them: red hair | blue hair."),
            (("--balance", "-2"), "Balance must lie between -1 and 1; -2.0 does not."),
            (("--count", "0"), "Count must be a whole number, 1 or more; 0 is not."),
            (("--profile", "elsewhere"), "There is no model called 'elsewhere'. There are: anything-v3, sketch."),
            (("-o", "a.jpg"), "a.jpg does not end in .png, and PNG is what is written."),
            (("-o", "nowhere/a.png"), "There is no folder nowhere to write into; make it first."),
        ],
    )
    def test_choices_that_cannot_be(
        self, ninewords: Ninewords, easel: Easel, arguments: tuple[str, ...], sentence: str
    ) -> None:
        ended = ninewords("draw", "", *arguments)
        assert (ended.code, ended.out, ended.err) == (Exit.USAGE, "", f"{sentence}\n")
        assert easel.specs == []

    @pytest.mark.parametrize("more", [(), ("--dry-run",), ("--no-hints", "--preset", "none", "--steps", "1")])
    def test_the_floor(self, ninewords: Ninewords, easel: Easel, forbidden: str, more: tuple[str, ...]) -> None:
        ended = ninewords("draw", forbidden, *more)
        assert (ended.code, ended.out, ended.err) == (Exit.REFUSED, "", "This is not allowed here.\n")
        assert easel.specs == []

    def test_the_floor_below_a_recipe(
        self, ninewords: Ninewords, easel: Easel, forbidden: str, plain_picture: Path
    ) -> None:
        from PIL import Image

        with Image.open(plain_picture) as opened:
            plain_picture.write_bytes(png.embed(opened, f"{forbidden}\nSteps: 20, Sampler: Euler, Seed: 1"))
        assert ninewords("draw", "--recipe", str(plain_picture)).code == Exit.REFUSED
        assert easel.specs == []

    def test_a_damaged_floor(self, ninewords: Ninewords, easel: Easel, monkeypatch: pytest.MonkeyPatch) -> None:
        from bot.moderation.floor import Floor, FloorDamaged

        def fail() -> Floor:
            raise FloorDamaged("The list was changed; install the program again.")

        monkeypatch.setattr(Floor, "load", fail)
        ended = ninewords("draw", "a cat")
        assert (ended.code, ended.err) == (Exit.DAMAGED, "The list was changed; install the program again.\n")
        assert easel.specs == []

    def test_a_wrong_configuration(self, ninewords: Ninewords, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DEVICE", "gpu")
        ended = ninewords("draw", "a cat")
        assert (ended.code, ended.err) == (Exit.USAGE, "DEVICE must be auto, cpu, cuda, or cuda:1 and so on.\n")

    @pytest.mark.parametrize(
        ("failure", "code"),
        [
            (ModelUnavailable("There is no model at x."), Exit.MODEL),
            (DrawingFailed("There is not enough memory."), Exit.DRAWING),
        ],
    )
    def test_a_drawing_that_fails(
        self, ninewords: Ninewords, easel: Easel, folder: Path, failure: Exception, code: Exit
    ) -> None:
        easel.failure = failure
        ended = ninewords("draw", "a cat")
        assert (ended.code, ended.out, ended.err.strip()) == (code, "", str(failure))
        assert list(folder.iterdir()) == []

    def test_an_interruption(self, ninewords: Ninewords, easel: Easel, folder: Path) -> None:
        easel.failure = KeyboardInterrupt()
        ended = ninewords("draw", "a cat")
        assert ended.code == Exit.INTERRUPTED
        assert ended.err.strip() == "Stopped; nothing was written."
        assert list(folder.iterdir()) == []


class TestDrawing:
    def test_a_picture_with_its_recipe(self, ninewords: Ninewords, easel: Easel, folder: Path) -> None:
        ended = ninewords("draw", "a cat", "--seed", "7")
        assert ended.code == Exit.DONE
        recipe = png.read(folder / "ninewords-7.png")
        assert ended.out == f"{recipe}\n\nninewords-7.png\n"
        assert easel.asked["profile"].name == "sketch"
        assert easel.asked["model"] is None

    def test_several_pictures(self, ninewords: Ninewords, easel: Easel, folder: Path) -> None:
        ninewords("draw", "", "--count", "2", "--seed", "7")
        ended = ninewords("draw", "", "--count", "2", "--seed", "8", "-o", "mine.png")
        assert ended.out.endswith("\n\nmine-1.png\nmine-2.png\n")
        assert {file.name for file in folder.iterdir()} == {
            "ninewords-7.png",
            "ninewords-8.png",
            "mine-1.png",
            "mine-2.png",
        }
        assert "Seed: 9, " in png.read(folder / "mine-2.png")

    def test_nothing_is_overwritten_unasked(self, ninewords: Ninewords, easel: Easel, folder: Path) -> None:
        (folder / "mine.png").write_bytes(b"before")
        ended = ninewords("draw", "", "-o", "mine.png")
        assert ended.code == Exit.USAGE
        assert ended.err == "mine.png exists already: give another name, or --overwrite.\n"
        assert (folder / "mine.png").read_bytes() == b"before"
        assert easel.specs == []
        assert ninewords("draw", "", "-o", "mine", "--overwrite").code == Exit.DONE
        assert png.read(folder / "mine.png")

    def test_hints_and_remarks_are_said_beside_the_result(self, ninewords: Ninewords, easel: Easel) -> None:
        arguments = ("draw", "1girl", "--size", "512x512", "--seed", "1")
        ended = ninewords(*arguments)
        assert "hardly heed 1girl" in ended.err
        assert "512x512 is large for sketch" in ended.err
        assert "hardly heed" not in ended.out
        assert "hardly heed" not in ninewords(*arguments, "--no-hints").err

    def test_a_recipe_draws_the_same_spec(self, ninewords: Ninewords, easel: Easel, folder: Path) -> None:
        ninewords("draw", " a (cat:1.2) ", "--seed", "7", "--weight", "0.1", "-o", "a.png")
        ninewords("draw", "--recipe", "a.png", "-o", "b.png")
        assert easel.specs[0] == easel.specs[1]
        assert (folder / "a.png").read_bytes() == (folder / "b.png").read_bytes()
        ninewords("draw", "a dog", "--recipe", "a.png", "--size", "large", "-o", "c.png")
        scaled = 2.25 * easel.specs[0].guidance_scale
        assert (easel.specs[2].prompt, easel.specs[2].guidance_scale, easel.specs[2].seed) == ("a dog", scaled, 7)

    def test_what_a_foreign_recipe_asks_in_vain_is_said(
        self, ninewords: Ninewords, easel: Easel, plain_picture: Path
    ) -> None:
        from PIL import Image

        with Image.open(plain_picture) as opened:
            text = "a cat\nSteps: 20, Sampler: LCM, Seed: 1, Model: other, Tiling: True"
            plain_picture.write_bytes(png.embed(opened, text))
        ended = ninewords("draw", "--recipe", str(plain_picture))
        assert ended.code == Exit.DONE
        assert "The sampler 'LCM' is not offered here" in ended.err
        assert "The model 'other' is not here" in ended.err
        assert "nothing like it here: Tiling." in ended.err
        assert (easel.specs[0].steps, easel.specs[0].sampler, easel.specs[0].model) == (20, "Euler", "sketch")


class TestModel:
    def test_weights_of_ones_own_are_drawn_as_anything_v3(self, ninewords: Ninewords, easel: Easel) -> None:
        ninewords("draw", "", "--model", "mine.safetensors", "--vae", "v.safetensors", "--device", "cpu", "--download")
        assert easel.asked["profile"].name == "anything-v3"
        assert easel.asked["model"] == "mine.safetensors"
        assert easel.asked["vae"] == "v.safetensors"
        assert (easel.asked["device"], easel.asked["dtype"], easel.asked["download"]) == ("cpu", "auto", True)

    def test_a_profile_goes_before_the_recipe_and_that_before_the_configuration(
        self, ninewords: Ninewords, easel: Easel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PROFILE", "anything-v3")
        monkeypatch.setenv("MODEL", "/models/mine.safetensors")
        monkeypatch.setenv("DTYPE", "float16")
        ninewords("draw", "", "--size", "64x64", "-o", "a.png")
        assert (easel.asked["profile"].name, easel.asked["model"]) == ("anything-v3", "/models/mine.safetensors")
        assert easel.asked["dtype"] == "float16"
        ninewords("draw", "", "--profile", "sketch", "-o", "b.png")
        assert (easel.asked["profile"].name, easel.asked["model"]) == ("sketch", None)
        ninewords("draw", "--recipe", "b.png", "-o", "c.png")
        assert easel.asked["profile"].name == "sketch"
        ninewords("draw", "--recipe", "b.png", "--profile", "anything-v3", "-o", "d.png")
        assert easel.asked["profile"].name == "anything-v3"

    def test_reproducible_unless_fast_is_asked_for_or_configured(
        self, ninewords: Ninewords, easel: Easel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ninewords("draw", "", "-o", "a.png")
        assert easel.asked["reproducible"]
        ninewords("draw", "", "--fast", "-o", "b.png")
        assert not easel.asked["reproducible"]
        monkeypatch.setenv("REPRODUCIBLE", "false")
        ninewords("draw", "", "-o", "c.png")
        assert not easel.asked["reproducible"]

    def test_profiles_of_ones_own_lie_in_the_data_folder(
        self, ninewords: Ninewords, easel: Easel, folder: Path
    ) -> None:
        profiles = folder / "data" / "profiles"
        profiles.mkdir(parents=True)
        (profiles / "mine.toml").write_text('name = "mine"\nsource = "x"\n[native]\nsize = "96x96"\ncfg_base = 5.0\n')
        ended = ninewords("draw", "", "--profile", "mine", "--dry-run")
        assert "Size: 96x96, Model: mine" in ended.out
        (profiles / "mine.toml").write_text("name = ")
        ended = ninewords("draw", "", "--dry-run")
        assert ended.code == Exit.MODEL
        assert ended.err.startswith("The profile mine.toml cannot be read")


def test_a_failure_of_a_command_is_an_error_with_a_code() -> None:
    assert CommandFailed(Exit.MODEL, "no").code is Exit.MODEL


def test_for_real(ninewords: Ninewords, folder: Path) -> None:
    """The sketch model draws the pure negative picture, and draws it again to the same bytes."""
    assert ninewords("draw", "", "--steps", "2", "--device", "cpu", "-o", "a.png").code == Exit.DONE
    assert ninewords("draw", "--recipe", "a.png", "--device", "cpu", "-o", "b.png").code == Exit.DONE
    assert (folder / "a.png").read_bytes() == (folder / "b.png").read_bytes()
    assert png.read(folder / "a.png").startswith("Negative prompt: (bad:0.0001), ")
