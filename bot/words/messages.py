"""What the commands on a message say: Recipe, Remix, Save as preset, Delete."""

from collections.abc import Sequence

_LINE = 100

NO_PICTURE_THERE = "There is no PNG, JPEG or WebP picture in this message."
NOT_FROM_DISCORD = "That picture does not lie with Discord, so it is not opened; post the file itself."
OUT_OF_REACH = "Discord does not hand that picture out just now; please try again."
NOT_IN_MIND = "The bot has been restarted since it read that picture; please use the command on the message again."
SOURCE_LEFT_OUT = "It was drawn over another picture, which a recipe does not hold."
NOT_MINE = "This is no picture that the bot has drawn, so it is not deleted."
NOT_ALL_OF_IT = "Not all of its recipe can be had here; the command Recipe says what cannot."
TYPED_IS_KEPT = "What you typed is kept: press Remix to go on with it."

# The select that chooses one of several pictures, and the button where there is one.
CHOOSE = {
    "recipe": "Whose recipe?",
    "remix": "Which one to remix?",
    "preset": "Which one to save as a preset?",
}
FOUND = "The picture has been read."
FOUND_SEVERAL = "There are several pictures in this message."
OPEN = {"recipe": "Show the recipe", "remix": "Remix", "preset": "Save as preset"}

# Forms.
REMIX_TITLE = "Remix"
PRESET_TITLE = "Save as preset"
PRESET_NAME = "Name"
PRESET_KEEPS = "What it keeps"
MANNER = "How it was drawn"
ALL_OF_IT = "That, and its prompt and seed"


def file_too_large(mebibytes: int) -> str:
    """Say how large a file may be."""
    return f"The file is larger than {mebibytes} MiB; no picture that is read here is."


def left_out(sentences: Sequence[str]) -> str:
    """Say what of a recipe would not come along."""
    return "\n".join(["A remix of it here would be another picture:", *(f"-# {each}" for each in sentences)])


def note(sentences: Sequence[str]) -> str | None:
    """Say the same in the form, where a line has a hundred characters."""
    if not sentences:
        return None
    said = " ".join(sentences)
    return said if len(said) <= _LINE else NOT_ALL_OF_IT


def unnamed(number: int) -> str:
    """Name a picture that has no name, counted from 1."""
    return f"Picture {number}"
