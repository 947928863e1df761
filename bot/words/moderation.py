"""What people are told of moderation: by which rule something is not drawn or not shown, and what they can do."""

from bot import words

NOT_HERE = "The bot does not answer in this channel; the server chose others for it."
NOT_YOUR_ROLE = "This server lets only members with certain roles ask for pictures; its moderators know which."
EXPLICIT_WORDS = (
    "Explicit pictures are not drawn here: they are for age-restricted channels, where a server allows them. "
    "Leave the explicit words out."
)
NO_REVIEW = (
    "In this server a moderator sees every picture first, but no moderators' channel is set up where one could; "
    "so nothing is drawn here."
)
REVIEWED = "A moderator of this server looks at every picture before it is shown."
UNCHECKED = "The picture could not be checked, so a moderator looks at it before it is shown."
LOOKS_EXPLICIT = "The picture check takes this picture for explicit, so it is not shown here."
LOOKS_SUGGESTIVE = "The picture check takes this picture for suggestive, and this server does not show those unseen."
LIKE_REJECTED = "This picture looks like one that moderators of this server rejected, so it is not shown here."
CHANGED = "A moderator let this picture through, but since then less is allowed in this channel, so it is not shown."
#: Of what would be held, by the rule, where no moderators' channel is set up.
NOBODY_LOOKS = {
    "review": (
        "In this server a moderator sees every picture first, but no moderators' channel is set up where one could; "
        "so it is not shown."
    ),
    "unchecked": (
        "The picture could not be checked, and no moderators' channel is set up where somebody could look at it; "
        "so it is not shown."
    ),
    "suggestive": (
        "The picture check takes this picture for suggestive, and no moderators' channel is set up where somebody "
        "could let it through; so it is not shown."
    ),
    "likeness": LIKE_REJECTED,
}


def on_the_list(entry: str) -> str:
    """Say which entry of the server's list a prompt holds."""
    return f"This server does not want pictures of everything: {entry} is on its list. Say it without that."


def over_the_limit(what: str, most: float) -> str:
    """Say how much of ``what`` (steps, CFG, pictures at once) a server allows."""
    return f"This server allows {most:g} {what} at most." if what != "CFG" else f"This server allows a CFG of {most:g}."


def too_large(side: int) -> str:
    """Say how large a picture may be in a server."""
    return f"This server allows pictures up to the area of {side}x{side}."


def blocked(seconds: float, reason: str) -> str:
    """Say until when somebody is blocked, and why."""
    why = f"; the moderators wrote: “{reason}”" if reason else ""
    return f"You cannot use the bot in this server for {words.duration(seconds)}{why}."


def struck(count: int, seconds: float) -> str:
    """Say that strikes keep somebody from drawing, and until when."""
    fades = words.duration(seconds)
    return f"You have {words.counted(count, 'strike')} here; you can draw again when one fades, in {fades}."


def cooling_down(seconds: float) -> str:
    """Say when the next picture can be asked for."""
    return f"This server asks for a pause between pictures; yours is over in {words.duration(seconds)}."


def used_up(daily: int, left: int, asked: int, seconds: float | None) -> str:
    """Say how many pictures a day there are, how many are left, and when there is room for those ``asked`` for."""
    of_all = f"You may have {words.counted(daily, 'picture')} within 24 hours here, and {left} of them are left"
    if seconds is None:
        return f"{of_all}; {asked} at once are too many."
    return f"{of_all}; there is room for {asked} more in {words.duration(seconds)}."


def braked(seconds: float) -> str:
    """Say that many new accounts ask at once."""
    again = words.duration(seconds)
    return f"Many new accounts ask for pictures just now, so each of them waits a little; try again in {again}."
