"""What is said of where a picture's values come from."""

BUILT_IN = "the bot"
SERVER = "this server"
CHANNEL = "this channel"
PERSON = "your settings"
OPTIONS_GO_OVER = "What you type with /imagine goes over all of this."
NO_TEXT = "empty"
ALL_ORDINARY = "Nobody has chosen anything for your pictures here; these are the bot's own values."


def profile(name: str) -> str:
    """Name the layer of a model."""
    return f"the model {name}"


def preset(name: str) -> str:
    """Name the layer of a preset."""
    return f"preset {name}"


def row(what: str, value: str, source: str, over: str) -> str:
    """Say of one value whence it is, and what lies under it (already worded, or nothing)."""
    return f"**{what}** {value}\n-# from {source}" + (f", over {over}" if over else "")


def under(value: str, source: str) -> str:
    """Word one value that another lies over."""
    return f"{value} from {source}"


def ordinary(values: str) -> str:
    """Say what nobody has chosen, and what it is."""
    return f"-# By themselves: {values}"


def default_missing(name: str) -> str:
    """Say that the default preset is not there in this server."""
    return f"Your preset {name} is not there in this server, so it changes nothing here."
