"""Codes under which presets are handed on: drawn by lot, and read however they were typed."""

import secrets

#: For codes: no vowels, so that they spell nothing, and nothing that is mistaken for another when it is read aloud.
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
_CODE_GROUPS, _CODE_GROUP = 3, 4


def new_code() -> str:
    """Draw a code such as ``K7QX-3MPD-9RTW``: nobody guesses it, and it can be read aloud."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_CODE_GROUP)) for _ in range(_CODE_GROUPS))
    return "-".join(groups)


def read_code(text: str) -> str:
    """A code as it is kept, however it was typed."""
    letters = "".join(each for each in text.upper() if each.isalnum())
    return "-".join(letters[at : at + _CODE_GROUP] for at in range(0, len(letters), _CODE_GROUP))
