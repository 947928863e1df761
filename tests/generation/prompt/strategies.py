"""Texts that look like prompts, for property tests: any text, and heaps of what the language is made of."""

from hypothesis import strategies as st

_WORDS = ("a", "cat", "日", "\ud800", " ", "\n", ",", "#", "BREAK", " BREAK ", "AND", " AND ")
_NUMBERS = ("0.5", "1.2", "3", "1e-16", "９")
_MARKS = ("(", ")", "[", "]", ":", "|", "\\", "::", ":1.2)", ":0.5]", ":-1)", ": 1.3 )", "\\(", "\\]", "<lora:x:1>")

heaps = st.lists(st.sampled_from(_WORDS + _NUMBERS + _MARKS), max_size=60).map("".join)
any_text = st.text() | st.text(st.characters(codec=None)) | heaps  # without a codec: lone surrogates too
