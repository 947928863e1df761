"""What is offered behind More: pure functions, as in :mod:`bot.presenting`."""

from collections.abc import Mapping

from bot import words
from bot.presenting import Action, Card
from generation.png import LARGEST_SIDE
from generation.spec import PromptSpec

#: How many times as long the sides become in a second pass, and how many times a picture is enlarged as it is.
LARGER: Mapping[Action, float] = {Action.LARGER: 1.5, Action.TWICE: 2.0}
ENLARGED: Mapping[Action, int] = {Action.ENLARGE: 2, Action.ENLARGE_FOUR: 4}


def more(spec: PromptSpec, *, favourite: bool, index: int | None, enlarged: int = 1) -> Card:
    """Offer what is asked for less often: for the picture ``index``, or for all where there are several.

    ``enlarged`` says how many times the picture has been enlarged already.
    """
    several = spec.count > 1 and index is None
    if several:
        return Card(text=words.pictures.MORE_FOR_ALL, actions=(Action.REPORT, Action.DELETE))
    heart = Action.UNFAVOURITE if favourite else Action.FAVOURITE
    side = max(spec.finished_size) * enlarged
    larger = (action for action, factor in LARGER.items() if factor > spec.larger)
    enlarge = (action for action, factor in ENLARGED.items() if side * factor <= LARGEST_SIDE)
    rest = (heart, Action.PRESET, Action.REPORT, Action.DELETE)
    return Card(text=words.pictures.MORE_FOR_ONE, actions=(*larger, *enlarge, *rest), index=index)


def favourite(kept: bool, index: int | None) -> Card:
    """Say whether a picture is a favourite now; either can be taken back."""
    text = words.pictures.IS_FAVOURITE if kept else words.pictures.NO_FAVOURITE
    heart = Action.UNFAVOURITE if kept else Action.FAVOURITE
    return Card(text=text, actions=(heart, Action.DELETE), index=index)


def sure(*, several: bool, index: int | None) -> Card:
    """Ask once before pictures are deleted."""
    return Card(text=words.pictures.sure(several), actions=(Action.ERASE, Action.KEEP), index=index)
