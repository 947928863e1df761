"""What is said of scans and studies."""

from bot.words import counted, duration

GONE = "That scan or study is no longer in the bot's record."
NOT_YOURS = "Only the person who asked for it, or a moderator, can do that."
NO_AXES = "A scan needs two axes, for example across: cfg=1..6 and down: steps=8,16,32; or one of the ready ones."
READY_HAS_AXES = "A ready scan brings its axes with it; leave across and down out."
NOTHING_DRAWN = "None of its pictures is finished yet; try again in a while."
NOT_DRAWN = "That picture is not finished yet."
ALL_SORTED = "You have sorted all the pictures there are. Thank you."
CLOSED = "This study is closed; nothing is sorted any more."
NOT_A_STUDY = "That is a scan; only studies are sorted."
NOT_A_SCAN = "That is a study; only scans have cells."
NOTHING_TO_COMPARE = "There is nothing to compare yet: some pictures of both have to be drawn, or sorted, first."
LOST = "The picture's file is gone; its figures are still there."
DROPPED = "Not drawn."
TOO_LARGE = "The file is larger than Discord takes here; a study with fewer pictures is smaller."

NOT_UNDER_REVIEW = (
    "Here a moderator looks at every picture before it is shown, so scans and studies, which fill in before "
    "everybody's eyes, are not drawn."
)
STARTED = "Started; it fills in below."
WITHHELD = "This picture is not shown here; it looks like something that this server does not post."

# Buttons and lists.
START = "Start"
NEVER_MIND = "Never mind"
STOP = "Stop"
GO_ON = "Go on"
SORT = "Sort pictures"
TABLE = "Table"
BACK = "Back"
SKIP = "Skip"
OPEN_ROW = "Open a row …"
OPEN_CELL = "Open a cell …"

_STATES = {
    "proposed": "Not started",
    "drawing": "Drawing",
    "drawn": "All drawn",
    "stopped": "Stopped",
    "closed": "Closed",
}


def proposal(title: str, pictures: int, steps: int, seconds: float | None) -> str:
    """Say what something would cost, before it starts."""
    when = f"about {steps:,} steps of the network"
    if seconds is not None:
        when += f", {duration(seconds)} going by the latest pictures"
    return (
        f"**{title}**\n{counted(pictures, 'picture')}, {when}. They are drawn between other people's pictures, "
        "and count towards your day's."
    )


def standing(title: str, state: str, drawn: int, samples: int) -> str:
    """Say how far something is."""
    return f"**{title}**\n{_STATES[state]}: {drawn} of {counted(samples, 'picture')}."


def withheld(count: int) -> str:
    """Say how many pictures are not shown."""
    return f"{counted(count, 'picture')} not shown: they look like something that this server does not post."


def which_heap(number: int, samples: int, left: int) -> str:
    """Ask for the heap of a picture."""
    return f"Picture {number} of {samples}. Which heap? {counted(left, 'picture')} left for you."


def which_shape(number: int, category: str) -> str:
    """Ask for the body shape."""
    return f"Picture {number}: {category}. Which body shape?"


def said(category: str, shape: str | None) -> str:
    """Say what somebody said of a picture."""
    return f"You said: {category}{f', {shape}' if shape else ''}. Choose again to change it."


def too_many_cells(count: int, most: int) -> str:
    """Say how large a scan may be."""
    return f"That is {counted(count, 'picture')}; a scan or a study here has at most {most}."


def cell(across: str, down: str) -> str:
    """Name a cell."""
    return f"**{across}**, **{down}**"


def stopped(sentence: str) -> str:
    """Say why drawing stopped."""
    return f"Stopped: {sentence}"


def overview_alt(title: str, drawn: int, samples: int) -> str:
    """Describe the picture of all pictures."""
    return f"{title}: {drawn} of {counted(samples, 'picture')}."


def picture_alt(number: int, title: str) -> str:
    """Describe one of them."""
    return f"Picture {number} of {title}."
