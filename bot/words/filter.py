"""What is said of a server's word lists."""

from bot import words

NO_HIT = "No entry of the lists that hold there hits this text."
EMPTY = "This list is empty; /filter add puts something on it."
SAYS_NOTHING = "An entry needs a letter, a digit or a sign that is no star; this one would find nothing."
NOT_LISTED = "There is no such entry on that list."
NOTHING_TO_IMPORT = "Give a file with an entry a line, or entries with commas between them."
FILE_TOO_LONG = "A list has 128 KiB at most; this file is longer."
NO_TEXT = "This file is no text that can be read; save it as UTF-8."
TOO_LONG = "An entry has 60 characters at most."
TESTED = "What hits, and how it was found:"
BACK, NEXT = "Back", "Next"


def hit(entry: str, how: str) -> str:
    """Say which entry hit, and by which reading."""
    return f"{entry}: {how}"


def added(entry: str, kind: str) -> str:
    """Say that an entry is on a list now."""
    return f"{entry} is on the {kind} list from now on."


def there_already(entry: str, kind: str) -> str:
    """Say that an entry was on the list before."""
    return f"{entry} is on the {kind} list already."


def removed(entry: str, kind: str) -> str:
    """Say that an entry is no longer on a list."""
    return f"{entry} is no longer on the {kind} list."


def imported(new: int, known: int, left_out: int) -> str:
    """Say what became of the lines of a file."""
    parts = [f"{words.counted(new, 'entry', 'entries')} added"]
    parts += [f"{known} there already"] if known else []
    parts += [f"{left_out} left out, longer than 60 characters or saying nothing"] if left_out else []
    return f"{', '.join(parts)}."


def full(most: int) -> str:
    """Say how long a list may be."""
    return f"A list has {most:,} entries at most, those of its channels included; take some off first."


def page(number: int, pages: int, entries: int, kind: str) -> str:
    """Say which page of which list that is."""
    return f"{words.counted(entries, 'entry', 'entries')} on the {kind} list · page {number} of {pages}"
