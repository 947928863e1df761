"""Where pictures are written: names of ours where none is given, and nothing overwritten unasked."""

import os
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from bot.cli.exits import CommandFailed, Exit
from generation.errors import InvalidChoice
from generation.spec import PromptSpec, picture

_SUFFIX = ".png"


def targets(spec: PromptSpec, output: Path | None, *, overwrite: bool) -> list[Path]:
    """Name a file for each picture of ``spec``, before anything is drawn.

    ``output`` is a file, a folder, or nothing: then they are called for their seeds, in the working folder. Of several
    pictures, a file's name is numbered. Raises InvalidChoice for a place where nothing can be written.
    """
    if output is None or output.is_dir():
        return list(_own_names(spec, output or Path()))
    if output.suffix.lower() not in ("", _SUFFIX):
        raise InvalidChoice("output", f"{output} does not end in {_SUFFIX}, and PNG is what is written.")
    stem = output.with_suffix("")
    named = [stem.with_name(f"{stem.name}{ending}{_SUFFIX}") for ending in _endings(spec.count)]
    _check_folder(output.parent)
    if not overwrite and (there := next(filter(os.path.lexists, named), None)):
        raise InvalidChoice("output", f"{there} exists already: give another name, or --overwrite.")
    return named


def target(name: str, output: Path | None, *, overwrite: bool) -> Path:
    """Name the file for one picture: ``output``, or ``name`` in that folder or in the working one."""
    file = (output or Path()) / name if output is None or output.is_dir() else output
    if file.suffix.lower() != _SUFFIX:
        raise InvalidChoice("output", f"{file} does not end in {_SUFFIX}, and PNG is what is written.")
    _check_folder(file.parent)
    if not overwrite and os.path.lexists(file):
        raise InvalidChoice("output", f"{file} exists already: give another name, or --overwrite.")
    return file


def write(pictures: Sequence[bytes], files: Sequence[Path], *, overwrite: bool) -> None:
    """Write each picture to its file, never over one that has come to be there meanwhile."""
    for content, file in zip(pictures, files, strict=True):
        try:
            with file.open("wb" if overwrite else "xb") as opened:
                opened.write(content)
        except OSError as fault:
            raise CommandFailed(Exit.USAGE, f"{file} cannot be written: {fault.strerror or fault}.") from fault


def _own_names(spec: PromptSpec, folder: Path) -> Iterator[Path]:
    _check_folder(folder)
    taken: set[Path] = set()
    for index in range(spec.count):
        each = picture(spec, index)
        name = f"ninewords-{each.seed}" + (f"-{each.subseed}" if spec.subseed_strength > 0 else "")
        numbered = (folder / f"{name}{'' if number == 1 else f'-{number}'}{_SUFFIX}" for number in count(1))
        file = next(file for file in numbered if file not in taken and not os.path.lexists(file))
        taken.add(file)
        yield file


def _endings(pictures: int) -> list[str]:
    return [""] if pictures == 1 else [f"-{number}" for number in range(1, pictures + 1)]


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise InvalidChoice("output", f"There is no folder {folder} to write into; make it first.")
    if not os.access(folder, os.W_OK):
        raise InvalidChoice("output", f"Nothing can be written into the folder {folder.resolve()}.")
