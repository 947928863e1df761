"""What is said of a server's configuration."""

from collections.abc import Sequence

FILE_HEAD = "# What this server decided; what is not named here is as the bot has it."
NOTHING_DECIDED = "This server has decided nothing, so the bot's defaults hold."
NOTHING_GIVEN = "Choose at least one thing to decide; /config show lists what there is."
DECIDED = "Decided, from the next picture on:"
TAKEN_BACK = "Taken back; the bot's default holds again."
EVERYWHERE = "The bot answers in every channel now."
IMPORTED = "The whole configuration is now as in the file."
FILE_TOO_LONG = "A configuration has 64 KiB at most; this file is longer."
NO_PERMISSION_FOR_AUTOMOD = (
    "To read the server's AutoMod rules the bot needs the permission Manage Server; give it to its role, and try again."
)
NO_AUTOMOD = "This server has no AutoMod keyword rules that are switched on, so there is nothing to take over."
NOT_MARKED = (
    "Explicit pictures are allowed from now on, but only in channels that Discord marks as age-restricted; "
    "everywhere else nothing changes. Age-coded words are refused there altogether."
)
DEFAULTS_KEPT = "Kept. They hold for everybody who has not chosen otherwise:"
LONG_AS_FILE = "The configuration is too long for a message, so here it is as a file."

#: What each decision is about, for people.
ABOUT = {
    "review": "review",
    "explicit": "explicit threshold",
    "suggestive": "suggestive threshold",
    "moderators_channel": "moderators' channel",
    "age_restricted": "explicit pictures in age-restricted channels",
    "steps": "steps at most",
    "side": "side of the largest square",
    "count": "pictures at once at most",
    "guidance": "CFG at most",
    "daily": "pictures a day",
    "cooldown": "seconds between pictures",
    "waiting": "pictures on the way each",
    "reporters": "reporters that hide a picture",
    "strikes": "strikes that keep from drawing",
    "strike_days": "days until a strike fades",
    "brake": "brake for new accounts",
    "negative": "added to negative prompts",
    "answers": "bot answers here",
    "draws": "may draw",
    "moderates": "moderates the bot",
}


def one_of(name: str, known: Sequence[str]) -> str:
    """Say which words a decision takes."""
    return f"{name} must be one of: {', '.join(known)}."


def yes_or_no(name: str) -> str:
    """Say that a decision is yes or no."""
    return f"{name} must be true or false."


def a_text(name: str, most: int) -> str:
    """Say that a decision is a text."""
    return f"{name} must be a text in one line, of 1 to {most:,} characters."


def a_number(name: str, low: float, high: float, *, whole: bool) -> str:
    """Say which numbers a decision takes."""
    return f"{name} must be a {'whole ' if whole else ''}number from {low:g} to {high:.10g}."


def unknown_name(name: str, known: Sequence[str]) -> str:
    """Say that nothing is called so."""
    return f"Nothing is called {name}; there are {', '.join(known)}."


def no_table(name: str) -> str:
    """Say that a name in a file wants a table."""
    return f"{name} must be a table, such as [{name.split('.')[0]}.123456789012345678]."


def not_of_this_server(name: str, text: str) -> str:
    """Say that an id is none of the server's."""
    return f"{name} names {text}, which is none of this server's; ids differ from server to server."


def no_toml(reason: str) -> str:
    """Say that a file cannot be read."""
    return f"This file is no TOML that can be read: {reason}."


def taken_over(blocked: int, allowed: int, left_out: int) -> str:
    """Say what of AutoMod's rules is in the lists now."""
    rest = f" {left_out} could not be taken over: patterns, and words over 60 characters." if left_out else ""
    return f"Taken over from AutoMod: {blocked} new entries to block and {allowed} to allow.{rest}"
