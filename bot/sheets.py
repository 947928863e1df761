"""Empty layouts and forms, to be filled and sent. Whatever is pressed or sent is known by its id alone.

So the library need not remember them, as it would: for what only one person sees, a task for a quarter of an hour each.
It does not remember what is stopped before it is sent.
"""

from discord import ui


def sheet() -> ui.LayoutView:
    """Make an empty layout."""
    made = ui.LayoutView(timeout=None)
    made.stop()
    return made


def controls() -> ui.View:
    """Make an empty set of controls, for a message that is otherwise text."""
    made = ui.View(timeout=None)
    made.stop()
    return made


def form(*, title: str, custom_id: str) -> ui.Modal:
    """Make an empty form. Its id is all that :mod:`bot.forms` knows it by."""
    made: ui.Modal = ui.Modal(title=title, custom_id=custom_id, timeout=None)
    made.stop()
    return made
