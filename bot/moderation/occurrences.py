"""Where a text occurs as a unit of its own, in scripts and signs that are not made of words."""

from bot.moderation.normalisation import is_katakana


def stands_alone(text: str, folded: str) -> bool:
    """Whether the text occurs, its letters not running on into a longer word."""
    at = folded.find(text)
    while at >= 0:
        before, after = folded[at - 1 : at], folded[at + len(text) : at + len(text) + 1]
        if not (text[0].isalnum() and before.isalnum()) and not (text[-1].isalnum() and after.isalnum()):
            return True
        at = folded.find(text, at + 1)
    return False


def is_run(text: str, compact: str) -> bool:
    """Whether a katakana text occurs as a whole run of katakana, as メロン does not hold エロ."""
    at = compact.find(text)
    while at >= 0:
        before, after = compact[at - 1 : at], compact[at + len(text) : at + len(text) + 1]
        if not (before and is_katakana(before)) and not (after and is_katakana(after)):
            return True
        at = compact.find(text, at + 1)
    return False
