"""What is said of how many pictures a day there are."""

from datetime import datetime

from bot.words import counted, duration

NO_LIMIT = "There is no limit to how many pictures you may ask for in a day."
ALL_LEFT = "You have not asked for any picture in the last day."


def left(used: int, limit: int, left: int) -> str:
    """Say how much of a day's pictures is left."""
    return f"**{left} of {limit}** pictures left: you asked for {used} in the last 24 hours."


def left_here(used: int, limit: int, left: int, role: int | None) -> str:
    """Say how much is left of what a server allows, and by which role where one gives more."""
    why = "" if role is None else f", as <@&{role}>"
    return f"In this server: **{left} of {limit}** pictures left{why}; you asked for {used} here in the last 24 hours."


def pause(seconds: float) -> str:
    """Say how long the pause between two requests is."""
    return f"This server asks for a pause of {duration(seconds)} between two requests."


def used(number: int) -> str:
    """Say how many pictures somebody asked for, where that is not limited."""
    return f"You asked for {counted(number, 'picture')} in the last 24 hours."


def coming_back(next_at: datetime, whole_at: datetime) -> str:
    """Say when there are more, in the reader's own time."""
    following = f"The next come back <t:{next_at.timestamp():.0f}:R>"
    if next_at == whole_at:
        return f"They come back <t:{next_at.timestamp():.0f}:R>."
    return f"{following}, all of them by <t:{whole_at.timestamp():.0f}:R>."


def on_the_way(number: int, most: int) -> str:
    """Say how many requests are on their way, of how many there may be."""
    return f"On the way now: {number} of at most {most}."


def used_up(wanted: int, left: int, limit: int, seconds: float) -> str:
    """Say that there is no room for that many, and when there will be."""
    have = f"You have {left or 'none'} left of your {counted(limit, 'picture')} a day"
    return f"{have}, and this is {counted(wanted, 'picture')}; there will be room in {duration(seconds)}."


def never_room(wanted: int, limit: int) -> str:
    """Say that there are fewer in a whole day."""
    return f"This is {counted(wanted, 'picture')}, and you may have {limit} a day; ask for fewer."
