"""Where pictures are written."""

from pathlib import Path

import pytest

from bot.cli import files
from bot.cli.exits import CommandFailed
from generation.profiles import load_profiles
from generation.spec import PromptSpec, resolve


def spec(**choices: object) -> PromptSpec:
    return resolve({"seed": 7, **choices}, profiles=load_profiles())


def test_names_of_ours_are_never_in_use(folder: Path) -> None:
    (folder / "ninewords-7.png").touch()
    (folder / "ninewords-7-2.png").symlink_to("nowhere")
    assert files.targets(spec(), None, overwrite=False) == [Path("ninewords-7-3.png")]
    assert files.targets(spec(count=2), None, overwrite=True) == [Path("ninewords-7-3.png"), Path("ninewords-8.png")]


def test_variations_are_told_apart() -> None:
    varied = spec(count=2, subseed=4, subseed_strength=0.5)
    assert files.targets(varied, None, overwrite=False) == [Path("ninewords-7-4.png"), Path("ninewords-7-5.png")]


def test_a_folder_takes_names_of_ours(folder: Path) -> None:
    (folder / "here").mkdir()
    assert files.targets(spec(), Path("here"), overwrite=False) == [Path("here/ninewords-7.png")]


@pytest.mark.parametrize("name", ["a", "a.png", "a.PNG"])
def test_a_file_is_a_png(name: str) -> None:
    assert files.targets(spec(), Path(name), overwrite=False) == [Path("a.png")]


def test_a_file_that_has_come_to_be_there_meanwhile_is_kept(folder: Path) -> None:
    (folder / "a.png").write_bytes(b"before")
    with pytest.raises(CommandFailed, match=r"a\.png cannot be written: File exists"):
        files.write([b"after"], [Path("a.png")], overwrite=False)
    files.write([b"after"], [Path("a.png")], overwrite=True)
    assert (folder / "a.png").read_bytes() == b"after"
