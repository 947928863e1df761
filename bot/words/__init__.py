"""The catalogue: every sentence that a person reads in Discord, the numbers and times in them, and nothing else.

Sentences of one topic have a module of their own beside this one; what all share is here.

Texts that come from people are escaped before they get here (see :mod:`bot.presenting`). What another part of the
program says of one request, such as :class:`generation.errors.InvalidChoice`, is worded where it is known.
"""

from bot.words import editing, history, messages, pictures, presets, reports, review

__all__ = ["editing", "history", "messages", "pictures", "presets", "reports", "review"]

_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_BAR = 12

# Buttons.
CANCEL = "Cancel"
AGAIN = "Again"
RECIPE = "Recipe"

# While a picture is made.
STARTING = "Getting ready."
CANCELLED = "Cancelled."
WAITING_AGAIN = "The drawing had to begin anew."
PREVIEW_ALT = "The picture so far."

# With a picture.
NO_PROMPT = "no prompt"
SMALLER_FILE = "The PNG was larger than Discord takes here, so this is a smaller file of the same picture."
NO_FILE = "The picture is finished, but its file is larger than Discord takes here; try a smaller size."

# Answers to a button.
NOT_YOURS = "Only the person who asked for this picture can cancel it."
ALREADY_FINISHED = "That picture is finished already; there is nothing left to cancel."
ALREADY_ENDED = "That picture is no longer being made."
UNKNOWN_PICTURE = "This picture is not in the bot's record any more."
NOTHING_DRAWN = "This picture was not finished, so there is no recipe of it."
RECIPE_FILE = "The recipe is too long for a message, so here it is as a file."

# Settings.
NO_SETTINGS = "You have not set anything, so the bot's defaults hold."
ALL_RESET = "Everything is back to the bot's defaults."
NOTHING_GIVEN = "Choose at least one thing to set, such as size or steps; Discord lists them behind the command."

# Failures.
UNEXPECTED = "Something went wrong here that should not; it has been noted."
DATABASE_BUSY = "The bot cannot write anything down just now; please try again in a minute."
DATABASE_FULL = "The bot has no room left to keep anything; please try again later."
DRAWER_AWAY = "The drawing program does not run just now; your picture waits for it."
MODEL_AWAY = "The model cannot be loaded just now; your picture waits for it."
LOST_PICTURE = "The finished picture can no longer be found; please draw it again."
NOT_ALLOWED = "This prompt is not allowed here."
TOO_TANGLED = "The prompt can be read in too many ways to be checked; please write it more simply."
OLD_JOB = "This picture was asked of another version of the bot, which knew other choices; please ask anew."
TOO_MANY_VERSIONS = "The prompt changes too much on the way; use fewer alternatives in brackets, or fewer steps."
QUEUE_FULL = "The queue is full just now; please try again in a few minutes."
CLOSING = "The bot is being restarted; please try again in a minute."
BAD_OPTION = "One of the options cannot be read; please choose it anew."
NOT_SENT = "The picture is finished, but Discord does not take it."
ONLY_IN_SERVERS = "This works only in a server, not in direct messages."

HELP = """\
**/imagine** draws a picture: say in `prompt` what is to be seen, `a red fox in snow`. Every option may be left out.
- `prompt` and `negative` are written as for A1111: `(word:1.2)`, `[word]`, `[a:b:0.5]`, `a AND b`, `BREAK`.
- `regions` is a prompt for each part: `red hair | blue hair`, `rows: sky | sea`, `2x2: a | b | c | d`.
- `preset` takes choices by name. `pure`, which you have anyway, is nine words at weight 0.0001.
- `size` is one of the names offered, or a width and a height such as `768x512`.
- `cfg` left out grows with the picture's area.
- `seed` makes a picture repeatable; left out, it is drawn by lot.
- `count` draws several; any of them can then be taken alone.
- `spoiler` covers the pictures; `private` shows them to you alone.

**/settings** keeps what you would otherwise type each time: `set` some, `show` them, `reset` one or all. \
`explain` says where each value comes from.

**/preset** keeps choices under a name (`save`, `list`, `share`), for one picture or, with `use`, for all. \
**/quota** says how many pictures you have left, **/privacy** hands out or deletes all that is kept of you.

**/scan** draws a grid over two axes, **/study** many pictures that people sort.

For moderators, **/config** decides what holds here, **/filter** which words are not wanted, **/mod** has cases and \
blocks. **/appeal** asks them to look at a decision again.

Under a picture, **Again** draws it with a new seed for whoever presses it, **Vary** draws close variations, **Edit** \
opens its settings, **Recipe** shows all it was made of, and **More** has the rest, **Save as preset** too. While you \
wait, **Cancel** takes your picture back, **/queue** shows all that you wait for, and **/history** what you have and \
your favourites.

In the menu of any message, under *Apps*, **Recipe**, **Remix** and **Save as preset** read the pictures in it; \
**Report** tells the moderators, **Delete** removes your own.

When something fails you get an error id for the bot's operator."""


def ordinal(number: int) -> str:
    """Write 1 as 1st, 12 as 12th, 23 as 23rd."""
    ending = "th" if number % 100 in (11, 12, 13) else _ENDINGS.get(number % 10, "th")
    return f"{number}{ending}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Write ``1 picture`` and ``2 pictures``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """Say about how long that is, no finer than anyone can foresee it."""
    if seconds < 5:
        return "a few seconds"
    if seconds < 55:
        return f"about {5 * round(seconds / 5)} seconds"
    if seconds < 90:
        return "about a minute"
    if seconds < _HOUR - 150:
        return f"about {counted(round(seconds / _MINUTE), 'minute')}"
    if seconds < 1.5 * _HOUR:
        return "about an hour"
    if seconds < 1.5 * _DAY:
        return f"about {counted(round(seconds / _HOUR), 'hour')}"
    return f"about {counted(round(seconds / _DAY), 'day')}"


def waiting(place: int, seconds: float | None) -> str:
    """Say where in the queue a picture stands (``place`` from 1) and when it will likely be finished."""
    where = "Next in the queue" if place == 1 else f"{ordinal(place)} in the queue"
    return f"{where}." if seconds is None else f"{where}; finished in {duration(seconds)}."


def drawing(step: int, steps: int, seconds: float | None) -> str:
    """Say how far a picture has come."""
    so_far = f"Drawing: step {step} of {steps}"
    return f"{so_far}." if seconds is None else f"{so_far}, {duration(seconds)} to go."


def progress_bar(step: int, steps: int) -> str:
    """Draw how far a picture has come, for the eye alone."""
    full = _BAR * step // max(steps, 1)
    return "▰" * full + "▱" * (_BAR - full)


def failure(sentence: str, error_id: str, case_id: int | None = None) -> str:
    """Put the case's number, if there is one, and the error id, small, under the sentence that says what is wrong."""
    case = "" if case_id is None else f"\n-# Case {case_id}"
    return f"{sentence}{case}\n-# Error id: {error_id}"


def finished_elsewhere(owner: int) -> str:
    """Address the person whose answer can no longer be edited."""
    return f"<@{owner}>, here is your picture; the first message could no longer be changed."


def failed_elsewhere(owner: int) -> str:
    """Address the person whose answer can no longer be edited, when there is no picture either."""
    return f"<@{owner}>, about the picture you asked for:"


def too_many_waiting(limit: int) -> str:
    """Say how many pictures one person may have waiting."""
    return f"You have {counted(limit, 'picture')} on the way already; wait for one of them, or cancel one."


def too_large(width: int, height: int, side: int) -> str:
    """Say how large a picture may be."""
    return f"{width}x{height} is larger than this bot draws; it stops at the area of {side}x{side}."


def too_many(what: str, limit: int) -> str:
    """Say how many there may be of ``what`` (steps, pictures)."""
    return f"That is more {what} than this bot draws at once; it stops at {limit}."


def too_many_parts(parts: int, limit: int) -> str:
    """Say how many prompts may be joined by ``AND``."""
    return f"{parts} prompts are joined by AND; this bot draws {limit} at most."


def too_long(what: str, limit: int) -> str:
    """Say how long a text may be."""
    return f"The {what} is longer than this bot reads; it stops at {limit:,} characters."


def no_preset(name: str, nearest: str | None = None) -> str:
    """Say that there is no preset of that name, and which one may have been meant."""
    if nearest is not None:
        return f"There is no preset called {name}; the nearest is {nearest}."
    return f"There is no preset called {name}; the list that opens as you type shows those there are."


def no_number(name: str, value: str) -> str:
    """Say that an option wants a number or the word auto."""
    return f"{name} must be a number or auto; {value} is neither."


def alt_text(prompt: str, width: int, height: int, seed: int) -> str:
    """Describe a picture for those who cannot see it, from what it was asked to be."""
    asked = f"A picture drawn from the words: {prompt}." if prompt else "A picture drawn without a prompt."
    return f"{asked} {width} by {height} pixels, seed {seed}."


def settings_kept(choices: str) -> str:
    """Say what was just set."""
    return f"Kept, from your next picture on: {choices}."


def next_picture(summary: str) -> str:
    """Say what a picture would be drawn with now."""
    return f"A picture now: {summary}"


def setting_reset(name: str) -> str:
    """Say that one setting is back."""
    return f"{name} is back to the bot's default."
