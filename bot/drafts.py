"""What people typed into a form that could not be taken, until it can; the newest few hundred."""

from collections import OrderedDict
from collections.abc import Mapping

_MOST = 500

#: Whose it is, and of which picture of which job.
Key = tuple[int, int, int | None]


class Drafts:
    """Forms that are not finished. They live as long as this process; nothing in them was ever accepted."""

    def __init__(self) -> None:
        self._typed: OrderedDict[Key, Mapping[str, str]] = OrderedDict()

    def keep(self, key: Key, typed: Mapping[str, str]) -> None:
        """Keep what was typed, in place of what was typed there before."""
        self._typed.pop(key, None)
        self._typed[key] = typed
        if len(self._typed) > _MOST:
            self._typed.popitem(last=False)

    def find(self, key: Key) -> Mapping[str, str]:
        """What was typed there; empty where nothing was."""
        return self._typed.get(key, {})

    def drop(self, key: Key) -> None:
        """Let go of what was typed there: it has been taken."""
        self._typed.pop(key, None)
