"""What a week's summary says to moderators."""

from datetime import date

from bot import words
from bot.words import mod

CASES = "Cases"
FALSE_ALARMS = "Most frequent false alarms (appeals upheld):"
NO_FALSE_ALARMS = "No appeal was upheld."
#: What the log calls a decision, and what that is called here, in this order.
SPOKEN = {
    "refused": "Refused",
    "held": "Held for review",
    "approved": "Approved",
    "rejected": "Rejected",
    "expired": "Never decided",
    "reported": "Reports",
    "hidden": "Hidden after reports",
    "struck": "Strikes",
    "blocked": "Blocks",
    "unblocked": "Blocks ended early",
    "purged": "People whose pictures were taken down",
    "appealed": "Appeals",
    "appeal upheld": "Appeals upheld",
    "appeal dismissed": "Appeals dismissed",
}


def heading(first: date, last: date) -> str:
    """Name the week; both days are in it."""
    return f"**Moderation, {_day(first)} to {_day(last)}**"


def line(decision: str, count: int, by_rule: list[tuple[str, int]]) -> str:
    """Say how often something was decided, and by which rules."""
    said = f"- {SPOKEN[decision]}: {count}"
    return f"{said} ({'; '.join(f'{mod.rule(rule)} {number}' for rule, number in by_rule)})" if by_rule else said


def false_alarm(rule: str, entry: str | None, count: int) -> str:
    """Say how often a rule, or an entry of the list, was wrong."""
    return f"- {mod.rule(rule, entry)}: {words.counted(count, 'time')}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
