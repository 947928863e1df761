"""How what a person types joins what a preset holds: the one place where two texts become one.

A preset's prompt may say where the person's goes: ``a photo of {prompt}, soft light``. Where it does not, the person's
comes first and the preset's after it, as with the styles of other tools. A negative prompt that is typed takes the
place of a preset's, unless that one says where it goes: ``lowres, {negative}``.
"""

import re

from generation.spec import Choices

PROMPT_PLACE = "{prompt}"
NEGATIVE_PLACE = "{negative}"


def joined(preset: Choices, options: Choices) -> Choices:
    """Return ``options`` as they lie over ``preset``: their texts joined with its texts, the rest as it is."""
    texts = {
        "prompt": _prompt(preset.get("prompt"), options.get("prompt")),
        "negative_prompt": _negative(preset.get("negative_prompt"), options.get("negative_prompt")),
    }
    if any(options.get(name) is not None for name in ("negative_preset", "preset_weight")):
        del texts["negative_prompt"]
    return {**options, **{name: text for name, text in texts.items() if text is not None}}


def _prompt(held: str | None, typed: str | None) -> str | None:
    if held is None or PROMPT_PLACE in held:
        return typed if held is None else _placed(held, PROMPT_PLACE, typed)
    return ", ".join(text for text in (typed, held) if text and text.strip()) if typed else None


def _negative(held: str | None, typed: str | None) -> str | None:
    return typed if held is None or NEGATIVE_PLACE not in held else _placed(held, NEGATIVE_PLACE, typed)


def _placed(held: str, place: str, typed: str | None) -> str:
    """Put ``typed`` where ``held`` has a place for it; with nothing typed, the place and its comma go."""
    if typed and typed.strip():
        return held.replace(place, typed)
    return re.sub(rf"(^\s*{re.escape(place)}\s*,\s*)|(,?\s*{re.escape(place)}\s*(?=,|$))", "", held).replace(place, "")
