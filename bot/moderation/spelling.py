"""Words spelled out: letters that stand alone, one after the other."""

from collections.abc import Iterator

from bot.moderation.normalisation import Gap, Stream

SHORTEST_SPELLED = 3
"""Letters from which a term is looked for spelled out."""


def lone_runs(stream: Stream) -> Iterator[tuple[int, int]]:
    """Where three or more lone letters or digits follow one another."""
    start = 0
    for place, word in enumerate((*stream.words, None)):
        if word is not None and word.lone:
            continue
        if place - start >= SHORTEST_SPELLED:
            yield start, place
        start = place + 1


def between_commas(stream: Stream, start: int, end: int) -> Iterator[str]:
    """What is spelled out from word ``start`` to ``end`` (exclusive), comma by comma."""
    piece = stream.words[start].plain
    for place in range(start + 1, end):
        if stream.gaps[place] is Gap.COMMA:
            yield piece
            piece = ""
        piece += stream.words[place].plain
    yield piece
