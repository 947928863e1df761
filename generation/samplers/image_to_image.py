"""How far back into noise a picture goes before it is drawn over: steps and strength of image to image."""

from dataclasses import dataclass

#: A strength of 1 still leaves a trace of the picture.
_STRONGEST = 0.999


@dataclass(frozen=True)
class ImageToImage:
    """``steps``: the length of the whole schedule; ``encode``: how many steps before its end the drawing begins."""

    steps: int
    encode: int


def image_to_image(steps: int, strength: float, *, exact_steps: bool = False) -> ImageToImage:
    """Return where to begin for ``strength`` from 0 (keep the picture) to 1 (draw a new one).

    Ordinarily a share ``strength`` of the steps is done. With ``exact_steps`` the schedule is made so long that as many
    steps are done as were asked for; at strength 0 it has none.
    """
    share = min(strength, _STRONGEST)
    if not exact_steps:
        return ImageToImage(steps, int(share * steps))
    return ImageToImage(int(steps / share) if strength > 0 else 0, steps - 1)
