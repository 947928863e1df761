"""The text of a week's summary for moderators: a pure function of what was counted."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.presenting import escaped
from bot.words import summary as words
from storage.moderation.records import Tally

_MOST_FALSE_ALARMS = 5


def summary(start: datetime, decisions: Sequence[Tally], false_alarms: Sequence[Tally]) -> str | None:
    """Say what the week from ``start`` (a Monday) brought; None where it brought nothing to speak of."""
    counted = list(_counted(decisions))
    if not counted:
        return None
    alarms = [
        words.false_alarm(each.rule or "", None if each.entry is None else escaped(each.entry), each.count)
        for each in false_alarms[:_MOST_FALSE_ALARMS]
    ]
    last = start + timedelta(days=6)
    heading = words.heading(start.date(), last.date())
    return "\n".join([heading, *counted, *([words.FALSE_ALARMS, *alarms] if alarms else [words.NO_FALSE_ALARMS])])


def week_before(moment: datetime) -> datetime:
    """Return when the last whole week before ``moment`` began: a Monday, at midnight UTC."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday() + 7)


def _counted(decisions: Sequence[Tally]) -> Iterator[str]:
    for decision in words.SPOKEN:
        found = [each for each in decisions if each.decision == decision]
        if found:
            by_rule = [(each.rule, each.count) for each in found if each.rule is not None]
            yield words.line(decision, sum(each.count for each in found), by_rule)
