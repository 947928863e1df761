"""What people type where a number or a word may stand, read."""

from bot import words
from generation.errors import InvalidChoice

_AUTO = "auto"


def read_guidance(cfg: str | None) -> float | str | None:
    """Read a guidance scale: a number, or auto; raise InvalidChoice for anything else."""
    if cfg is None:
        return None
    text = cfg.strip().casefold()
    if text == _AUTO:
        return _AUTO
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise InvalidChoice("guidance_scale", words.no_number("CFG", cfg)) from None
