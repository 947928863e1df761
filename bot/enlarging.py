"""Finished pictures that are enlarged as they are: the file that is handed over, and what is kept of the result."""

from dataclasses import dataclass

from bot import words
from bot.errors import Refused
from bot.insisting import insist
from bot.specs import Enlargement
from generation import png, source
from generation.drawing import Enlarged
from storage.pictures import Pictures
from storage.records import Drawn, Picture


@dataclass(frozen=True, slots=True)
class Original:
    """A picture that is to be enlarged: what is known of it, and its file."""

    kept: Picture
    png: bytes


async def original(pictures: Pictures, of: Enlargement) -> Original:
    """Read the picture that is enlarged; raise Refused where it, or its file, is no more."""
    for kept in await insist(lambda: pictures.of(of.job_id)):
        if kept.index == of.index:
            file = await pictures.read(kept)
            if file is None:
                raise Refused(words.pictures.PUT_AWAY)
            return Original(kept, file)
    raise Refused(words.pictures.GONE)


def drawn(large: Enlarged, original: Original) -> Drawn:
    """The result as storage keeps it. It shows what the original shows, so the picture check has seen it."""
    return Drawn(
        png=large.png,
        recipe=png.read(large.png),
        seed=original.kept.seed,
        width=large.width,
        height=large.height,
        pixels_sha256=source.digest(source.read(large.png)),
        scores=original.kept.scores,
        likeness=original.kept.likeness,
    )
