"""A request's body under examination: collects all that is wrong, then refuses once, as Discord does."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

from tests.discord_server.refusals import Refusal


class Form:
    """One place in a body; `form["embeds", 0, "title"]` is a place further inside, with the same tree of errors."""

    def __init__(self, path: tuple[str, ...] = (), tree: dict[str, Any] | None = None) -> None:
        self._path = path
        self._tree: dict[str, Any] = {} if tree is None else tree

    def __getitem__(self, keys: str | int | tuple[str | int, ...]) -> Form:
        keys = keys if isinstance(keys, tuple) else (keys,)
        return Form((*self._path, *map(str, keys)), self._tree)

    def wrong(self, code: str, message: str) -> None:
        """Note an error at this place."""
        place = self._tree
        for key in self._path:
            place = place.setdefault(key, {})
        place.setdefault("_errors", []).append({"code": code, "message": message})

    def refuse_if_wrong(self) -> None:
        """Raise Refusal 50035 with the tree of errors, if there are any anywhere in the body."""
        if self._tree:
            raise Refusal(400, 50035, "Invalid Form Body", self._tree)

    def required(self) -> None:
        self.wrong("BASE_TYPE_REQUIRED", "This field is required")

    def length(self, value: Sized | None, least: int, most: int, *, required: bool = False) -> bool:
        """Note if the value has less than `least` or more than `most` members; True if all is well."""
        if value is None or (required and least > 0 and len(value) == 0):
            if required:
                self.required()
            return not required
        if least <= len(value) <= most:
            return True
        if least == 0:
            self.wrong("BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        else:
            self.wrong("BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        return False

    def text(self, value: Any, least: int, most: int, *, required: bool = False) -> bool:
        """As `length`, for a value that has to be a string."""
        if value is not None and not isinstance(value, str):
            self.wrong("STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return False
        return self.length(value, least, most, required=required)

    def number(self, value: Any, least: float, most: float) -> bool:
        """Note if a number that is there is none, or out of range; True if all is well."""
        if value is None:
            return True
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong("NUMBER_TYPE_COERCE", f'Value "{value}" is not a number.')
        elif value < least:
            self.wrong("NUMBER_TYPE_MIN", f"Value should be greater than or equal to {least}.")
        elif value > most:
            self.wrong("NUMBER_TYPE_MAX", f"Value should be less than or equal to {most}.")
        else:
            return True
        return False

    def one_of(self, value: Any, allowed: tuple[Any, ...]) -> bool:
        """Note if the value is none of those allowed; True if all is well."""
        if value in allowed:
            return True
        self.wrong("BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(str, allowed))}}}.")
        return False
