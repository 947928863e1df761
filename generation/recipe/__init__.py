"""Recipes: the text in a picture that says how it was drawn, in the form that AUTOMATIC1111's web UI writes.

    a cat on a roof
    Negative prompt: lowres
    Steps: 64, Sampler: Euler, CFG scale: 18, Seed: 1, Size: 768x768, Model: anything-v3, …

:func:`write` makes one of a spec. :func:`parse` reads anybody's by that program's rules, :func:`choices` makes of what
was read a layer of choices for :func:`generation.spec.resolve`, and :func:`left_out` says what had to be left out.
A recipe written here, read and resolved is the spec it was written of.
"""

from generation.recipe.choosing import choices, left_out
from generation.recipe.names import DRAWING_MODE
from generation.recipe.quoting import quote, unquote
from generation.recipe.reading import Fields, parse, raw_fields
from generation.recipe.sampling import sampler_and_schedule
from generation.recipe.writing import compose, extend, write

__all__ = [
    "DRAWING_MODE",
    "Fields",
    "choices",
    "compose",
    "extend",
    "left_out",
    "parse",
    "quote",
    "raw_fields",
    "sampler_and_schedule",
    "unquote",
    "write",
]
