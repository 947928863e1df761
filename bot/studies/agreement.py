"""How far several people agree who sorted the same pictures: Krippendorff's alpha for categories without an order.

Ours, because neither scipy nor statsmodels has it and the package that does is under the GPL.
"""

from collections import Counter
from collections.abc import Iterable, Sequence


def krippendorff_alpha(units: Iterable[Sequence[str]]) -> float | None:
    """Return alpha over ``units``: for each picture, the category that each person who sorted it gave.

    1 is full agreement, 0 what chance gives, below 0 less than that. A picture that fewer than two people sorted says
    nothing. None where nothing can be said: no such picture, or one category throughout, so that chance explains all.

    Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: with n values that can be paired, n_c
    of category c, and o_cc coincidences within it,
    alpha = ((n − 1) Σ o_cc − Σ n_c (n_c − 1)) / (n (n − 1) − Σ n_c (n_c − 1)).
    """
    pairable = [Counter(values) for values in units if len(values) > 1]
    totals: Counter[str] = sum(pairable, Counter())
    count = totals.total()
    alike = sum(sum(n * (n - 1) for n in counts.values()) / (counts.total() - 1) for counts in pairable)
    by_chance = sum(n * (n - 1) for n in totals.values())
    if count * (count - 1) == by_chance:
        return None
    return ((count - 1) * alike - by_chance) / (count * (count - 1) - by_chance)
