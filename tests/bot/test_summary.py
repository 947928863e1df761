"""What a week's summary says, and when a week is."""

from datetime import UTC, datetime

import pytest

from bot.summary import summary, week_before
from bot.words import summary as words
from storage.moderation.records import Tally

START = datetime(2026, 3, 2, tzinfo=UTC)


def test_counts_by_decision_and_rule_and_the_false_alarms() -> None:
    decisions = [
        Tally(decision="refused", rule="list", count=7),
        Tally(decision="refused", rule="explicit", count=2),
        Tally(decision="held", rule="suggestive", count=3),
        Tally(decision="approved", rule="suggestive", count=1),
        Tally(decision="rejected", rule="suggestive", count=2),
        Tally(decision="struck", count=2),
        Tally(decision="configured", count=9),
        Tally(decision="appeal upheld", count=2),
    ]
    alarms = [Tally(decision="overturned", rule="list", entry="*cast*", count=2)]
    assert summary(START, decisions, alarms) == (
        "**Moderation, 2 March 2026 to 8 March 2026**\n"
        "- Refused: 9 (the server's word list 7; explicit words or pictures 2)\n"
        "- Held for review: 3 (the picture check: suggestive 3)\n"
        "- Approved: 1 (the picture check: suggestive 1)\n"
        "- Rejected: 2 (the picture check: suggestive 2)\n"
        "- Strikes: 2\n"
        "- Appeals upheld: 2\n"
        f"{words.FALSE_ALARMS}\n"
        "- the server's word list: \\*cast\\*: 2 times"
    )


def test_five_false_alarms_at_most() -> None:
    alarms = [Tally(decision="overturned", rule="list", entry=f"entry {k}", count=9 - k) for k in range(8)]
    text = summary(START, [Tally(decision="refused", rule="list", count=1)], alarms)
    assert text is not None
    assert text.count("entry") == 5
    assert text.endswith("entry 4: 5 times")


def test_a_week_without_a_decision_has_none() -> None:
    assert summary(START, [], []) is None
    assert summary(START, [Tally(decision="configured", count=3)], []) is None
    text = summary(START, [Tally(decision="reported", rule="report", count=1)], [])
    assert text is not None
    assert text.endswith(words.NO_FALSE_ALARMS)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 9, tzinfo=UTC),
        datetime(2026, 3, 11, 9, 30, tzinfo=UTC),
        datetime(2026, 3, 15, 23, 59, tzinfo=UTC),
    ],
)
def test_the_last_whole_week(moment: datetime) -> None:
    assert week_before(moment) == START
