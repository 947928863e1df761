"""What ``/history`` says."""

YOURS = "**Your pictures in this server**"
FAVOURITES = "**Your favourites in this server**"
NONE_YET = "You have no finished picture in this server yet; `/imagine` draws one."
NO_FAVOURITES = "You have no favourites in this server yet; More, under a picture, makes it one."
NO_FILE = "its file has made room for newer ones"
NOT_HERE = "to be seen in age-restricted channels only"
NOT_SHOWN_HERE = "That picture was drawn in an age-restricted channel; open the history in one to see it."
OLD = "of another version of the bot"
PUT_AWAY = "The file of this picture has made room for newer ones; Again draws one like it, Edit the very same."

# Controls.
OPEN = "Open a picture"
ONLY_FAVOURITES = "Favourites only"
ALL = "All pictures"


def line(number: int, prompt: str, created_at: float, mark: str) -> str:
    """Name one picture of a page: ``created_at`` in seconds since 1970, shown in the reader's own time."""
    marked = f" · *{mark}*" if mark else ""
    return f"{number}. {prompt} <t:{created_at:.0f}:R>{marked}"


def option(number: int, prompt: str) -> str:
    """Name one picture in the select."""
    return f"{number}. {prompt}"
