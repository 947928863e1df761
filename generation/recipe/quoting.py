"""How a value stands in the last line of a recipe: as it is, or as a JSON string where it would be misread."""

import json

_MISREAD = frozenset(",:\n")


def quote(value: object, *, always: bool = False) -> str:
    """Write ``value``; commas, colons and line breaks, or ``always``, make it a JSON string."""
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if always or _MISREAD & set(text) else text


def unquote(text: str) -> str:
    """Undo :func:`quote`; what only looks like a JSON string stays as it is."""
    if not (text.startswith('"') and text.endswith('"')):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
