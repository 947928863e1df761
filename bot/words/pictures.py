"""What is said around a picture that is there: its buttons, and the answers to them."""

# Buttons.
VARY = "Vary"
EDIT = "Edit"
MORE = "More"
LARGER = "Larger, 1.5×"
TWICE = "Larger, 2×"
ENLARGE = "Enlarge, 2×"
ENLARGE_FOUR = "Enlarge, 4×"
FAVOURITE = "Favourite"
UNFAVOURITE = "No favourite any more"
DELETE = "Delete"
ERASE = "Yes, delete"
KEEP = "Keep"

# The select under several pictures.
TAKE_ONE = "Take one picture"

# Answers.
MORE_FOR_ONE = "More for this picture."
MORE_FOR_ALL = "More for these pictures. For one of them, take it first."
IS_FAVOURITE = "This picture is among your favourites; `/history` shows them."
NO_FAVOURITE = "This picture is not among your favourites any more."
NOT_YOURS_TO_DELETE = "Only the person who asked for this picture, and moderators, can delete it."
NOT_THERE_YET = "This picture has not been delivered yet; try again in a moment."
GONE = "That picture has been deleted."
KEPT = "It stays."
CANNOT_PART = "The files beside this one have made room for newer ones, so it can only be deleted with all of them."
DELETED = "Deleted."
DELETED_BUT_SHOWN = "Deleted here. Only you see the message; dismiss it, as the bot cannot reach it any more."
PUT_AWAY = "The file of this picture has made room for newer ones; Edit draws it once more, with the same seed."
OUT_OF_REACH = "The file is deleted, but the bot cannot reach the message in its channel any more."


def which(number: int, of: int) -> str:
    """Say which of several pictures it is, counted from 1."""
    return f"Picture {number} of {of}"


def pick(number: int) -> str:
    """Name one of several pictures, counted from 1."""
    return f"Picture {number}"


def variation(seed: int) -> str:
    """Name the seed of a variation."""
    return f"variation {seed}"


def sure(several: bool) -> str:
    """Ask once before pictures are deleted."""
    what = "these pictures" if several else "this picture"
    return f"Delete {what} for everybody? That cannot be undone."


def private_elsewhere(owner: int) -> str:
    """Say why an answer that only its asker was to see comes as a direct message."""
    return f"<@{owner}>, this took longer than Discord keeps a private answer open, so here it is."


def over(strength: str) -> str:
    """Note on the card how far a picture was drawn over, from 0 to 1."""
    return f"drawn over a picture at {strength}"


def enlarged(times: int, width: int, height: int) -> str:
    """Note on the card how large a picture has become, in pixels."""
    return f"enlarged {times}×, to {width}×{height}"


def too_large_to_enlarge(times: int, side: int) -> str:
    """Say that no side may become longer than ``side`` pixels."""
    return f"Enlarged {times} times, this picture would have a side longer than {side} pixels."
