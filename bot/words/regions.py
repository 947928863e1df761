"""What is said while regions are typed."""

from collections.abc import Mapping, Sequence

#: The beginnings of the usual layouts, and what they are.
LAYOUTS: Mapping[str, str] = {
    "columns: ": "columns: left | right, or more of them",
    "columns 2:1: ": "columns 2:1: left, twice as wide | right",
    "rows: ": "rows: top | bottom, or more of them",
    "2x2: ": "2x2: top left | top right | bottom left | bottom right",
    "3x2: ": "3x2: three beside one another above | and three | below | …",
}


def reading(columns: int, rows: int, texts: Sequence[str]) -> str:
    """Say how regions will be laid out."""
    if columns > 1 and rows > 1:
        layout = f"{columns}x{rows}"
    else:
        layout = f"{columns} columns" if columns > 1 else f"{rows} rows"
    return f"{layout}: {' | '.join(text or '…' for text in texts)}"
