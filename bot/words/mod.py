"""What moderators read of cases and sanctions, and people of their own cases."""

from datetime import datetime

from bot import words

NOT_A_MODERATOR = (
    "This is for the moderators of this server: those who manage it or its messages, and those with a role that "
    "/config roles set made one."
)
NO_CASE = "There is no case of that number in this server."
NO_CASES = "There are no cases."
NO_CASES_OF_YOURS = "There is no case about you in this server."
NO_DURATION = "The duration is a number with m, h, d or w behind it, such as 30m, 12h, 7d or 1w 3d."
WRONG_DURATION = "A block lasts from a minute to 365 days."
NOT_BLOCKED = "They are not blocked."
NO_BOTS = "Other bots cannot use this one, so there is nothing to block."
NO_STRIKES = "No strikes in force, and no block."
NO_STRIKES_OF_YOURS = "You have no strikes in force, and are not blocked."
BACK, NEXT = "Back", "Next"

# Purges.
PURGE, LEAVE = "Take all down", "Leave everything"
PURGE_LEFT = "Everything stays as it is."
PURGING = "Under way. This goes on by itself, after a restart too."

#: The rules, for people.
RULES = {
    "floor": "what is not allowed anywhere",
    "age": "age-coded words where explicit pictures may be",
    "explicit": "explicit words or pictures",
    "list": "the server's word list",
    "review": "every picture is reviewed",
    "suggestive": "the picture check: suggestive",
    "unchecked": "the picture could not be checked",
    "report": "reported by members",
    "likeness": "it looks like a picture that was rejected",
}
#: Where a case stands, for people.
STATES = {
    "refused": "refused",
    "open": "waits for a moderator",
    "approved": "approved",
    "rejected": "rejected",
    "expired": "nobody decided in time",
    "overturned": "the appeal was upheld",
}
#: How appeals end, for people.
APPEALS = {"open": "waits for a moderator", "upheld": "upheld", "dismissed": "dismissed"}


def rule(name: str, entry: str | None = None) -> str:
    """Name a rule; ``entry`` is the one of the server's list that hit."""
    said = RULES.get(name, name)
    return said if entry is None else f"{said}: {entry}"


def case_title(case_id: int, state: str) -> str:
    """Name a case, and say where it stands."""
    return f"**Case {case_id}** · {STATES[state]}"


def because(said: str) -> str:
    """Say by which rule."""
    return f"- Rule: {said}"


def about(person: int | None, channel: int) -> str:
    """Say whom a case is about, and where that was."""
    return f"- By {somebody(person)} in <#{channel}>"


def somebody(person: int | None) -> str:
    """Name a person, without calling them."""
    return "somebody whose data was deleted" if person is None else f"<@{person}>"


def opened(moment: datetime) -> str:
    """Say when it began."""
    return f"- Began {at(moment)}"


def decided(moment: datetime, reviewer: int | None) -> str:
    """Say when it was decided, and by whom where that may be known."""
    return f"- Decided {at(moment)}" + ("" if reviewer is None else f" by <@{reviewer}>")


def checked(explicit: float, suggestive: float) -> str:
    """Say what the picture check found, from 0 to 1."""
    return f"- Picture check: explicit {explicit:.2f}, suggestive {suggestive:.2f}"


def asked_for(prompt: str) -> str:
    """Say what a picture was asked to be."""
    return f"- Prompt: {prompt}"


def reported(number: int) -> str:
    """Say how many reported it."""
    return f"- Reported by {words.counted(number, 'person', 'people')}"


def appeal(state: str, reviewer: int | None, moment: datetime | None) -> str:
    """Say what became of an appeal."""
    by = "" if reviewer is None else f" by <@{reviewer}>"
    return f"- Appeal: {APPEALS[state]}{by}" + ("" if moment is None else f", {at(moment)}")


def appeal_text(text: str) -> str:
    """Repeat what somebody wrote in their appeal."""
    return f"- They wrote: “{text}”"


def card_link(server: int, channel: int, message: int) -> str:
    """Lead to the card in the moderators' channel."""
    return f"- Card: https://discord.com/channels/{server}/{channel}/{message}"


def case_line(case_id: int, moment: datetime, said: str, person: int | None, state: str) -> str:
    """A case in one line of a list."""
    return f"- **{case_id}** <t:{moment.timestamp():.0f}:d> {somebody(person)}: {said}; {STATES[state]}"


def page(number: int, pages: int, cases: int) -> str:
    """Say which page that is."""
    return f"{words.counted(cases, 'case')} · page {number} of {pages}"


def strike_line(number: int, fades: datetime) -> str:
    """Say how many strikes somebody has, and when the next fades."""
    return f"{words.counted(number, 'strike')} in force; the next fades <t:{fades.timestamp():.0f}:R>."


def block_line(ends: datetime, reason: str, by: int | None) -> str:
    """Say that somebody is blocked, and by whom where that may be known."""
    said = f"Blocked until {at(ends)}" + ("" if by is None else f" by <@{by}>")
    return said + (f": “{reason}”" if reason else ".")


def blocked(person: int, ends: datetime, reason: str) -> str:
    """Say that somebody is blocked from now on."""
    return (
        f"<@{person}> cannot use the bot in this server until {at(ends)}, and reads this when they try: “{reason}”. "
        "What they wait for already is drawn; /mod purge cancels it."
    )


def unblocked(person: int) -> str:
    """Say that somebody may use the bot again."""
    return f"<@{person}> can use the bot in this server again."


def ask_purge(person: int, waiting: int, messages: int) -> str:
    """Ask before everything of somebody's is taken down."""
    return (
        f"This cancels {words.counted(waiting, 'request')} that <@{person}> waits for, and deletes "
        f"{words.counted(messages, 'message')} with their pictures from this server's channels, and the pictures. "
        "It cannot be undone. Pictures that only they see, and scans and studies, stay."
    )


def purged(person: int, cancelled: int, messages: int, unreachable: int) -> str:
    """Say what became of it."""
    done = (
        f"Of <@{person}>: {words.counted(cancelled, 'request')} cancelled, "
        f"{words.counted(messages, 'message')} with pictures deleted."
    )
    if not unreachable:
        return done
    left = words.counted(unreachable, "message")
    return f"{done} Discord does not let the bot delete {left}; the pictures in the bot's record are gone all the same."


def at(moment: datetime) -> str:
    """A moment, in the reader's own time."""
    return f"<t:{moment.timestamp():.0f}:f>"
