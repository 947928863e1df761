"""Two studies side by side: how their shares and measures differ, and what that allows to say."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.studies import intervals
from bot.studies.intervals import Interval
from bot.studies.study import Study
from generation.errors import InvalidChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that was counted or measured in both; ``change`` is the first less the second."""

    what: str
    first: float
    second: float
    change: Interval
    is_share: bool

    @property
    def shown(self) -> bool:
        """Whether the interval leaves nought out, so that a difference was shown."""
        return not self.change.holds(0)


def compare(first: Study, second: Study) -> list[Difference]:
    """Compare category by category, then brightness and colourfulness; what one of them does not have is left out.

    Raises InvalidChoice where they were sorted into different categories.
    """
    if first.sorting.categories != second.sorting.categories:
        raise InvalidChoice(
            "study", "These two studies were sorted into different categories; they cannot be compared."
        )
    return [*_shares(first, second), *_measures(first, second)]


def sentence(difference: Difference, first: str, second: str) -> str:
    """Say what a difference allows to say, the studies being called ``first`` and ``second``."""
    low, high = (_written(value, difference.is_share) for value in (difference.change.low, difference.change.high))
    unit = " points" if difference.is_share else ""
    if not difference.shown:
        return f"{difference.what}: no difference can be shown; it may lie anywhere from {low} to {high}{unit}."
    more, less = (first, second) if difference.change.low > 0 else (second, first)
    return f"{difference.what}: more in {more} than in {less}; the difference is {low} to {high}{unit}."


def caution(differences: list[Difference]) -> str:
    """Say how far intervals that were each made for themselves can be trusted together."""
    return (
        f"Each interval is at 95 %. Of {len(differences)} such comparisons between studies that do not differ at all, "
        f"about one in twenty would still seem to show something."
    )


def _shares(first: Study, second: Study) -> Iterator[Difference]:
    trials, other_trials = len(first.verdicts), len(second.verdicts)
    if not trials or not other_trials:
        return
    for category in first.sorting.categories:
        hits, other_hits = first.count(category), second.count(category)
        yield Difference(
            what=category,
            first=hits / trials,
            second=other_hits / other_trials,
            change=intervals.difference(hits, trials, other_hits, other_trials),
            is_share=True,
        )


def _measures(first: Study, second: Study) -> Iterator[Difference]:
    for what, name in (("Brightness", "brightness"), ("Colourfulness", "colourfulness")):
        values, others = ([getattr(each, name) for each in study.measures.values()] for study in (first, second))
        change = intervals.mean_difference(values, others)
        if change is not None:
            yield Difference(
                what=what,
                first=sum(values) / len(values),
                second=sum(others) / len(others),
                change=change,
                is_share=False,
            )


def _written(value: float, is_share: bool) -> str:
    return f"{100 * value:+.0f}" if is_share else f"{value:+.3g}"
