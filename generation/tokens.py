"""CLIP's tokenizer, read from the ``tokenizer`` folder of a model; needs neither the model nor transformers."""

import json
from pathlib import Path
from typing import Any

import ftfy
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from generation.errors import ModelUnavailable

START = "<|startoftext|>"
END = "<|endoftext|>"
COMMA = ",</w>"

_WORDS = Regex(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+")


class ClipTokenizer:
    """Text to token ids as CLIP was trained on them; a :class:`generation.prompt.chunks.Tokenizer`.

    ``start``, ``end``, ``padding`` and ``comma`` are ids; ``comma`` is None for a vocabulary without one.
    """

    def __init__(self, vocabulary: Tokenizer, *, padding: str = END) -> None:
        """Take vocabulary and merges over from ``vocabulary``, which is changed: how it prepares texts is replaced.

        OpenAI's tokenizer repaired texts before anything else; what transformers offers today does not.
        """
        vocabulary.normalizer = normalizers.Sequence([])
        vocabulary.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(_WORDS, behavior="removed", invert=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        vocabulary.add_special_tokens([START, END])  # those of the vocabulary, now also recognised in texts
        vocabulary.no_truncation()
        vocabulary.no_padding()
        self._vocabulary = vocabulary
        ids = vocabulary.get_vocab()
        self.start, self.end, self.padding = ids[START], ids[END], ids.get(padding, ids[END])
        self.comma = ids.get(COMMA)

    @classmethod
    def load(cls, folder: Path) -> "ClipTokenizer":
        """Read ``tokenizer.json``, or else ``vocab.json`` and ``merges.txt``, of a folder that transformers wrote.

        Raises ModelUnavailable if there is neither.
        """
        whole, vocab, merges = (folder / name for name in ("tokenizer.json", "vocab.json", "merges.txt"))
        if whole.is_file():
            return cls(Tokenizer.from_file(str(whole)), padding=_padding(folder))
        if vocab.is_file() and merges.is_file():
            pairs = models.BPE.from_file(str(vocab), str(merges), unk_token=END, end_of_word_suffix="</w>")
            return cls(Tokenizer(pairs), padding=_padding(folder))
        raise ModelUnavailable(f"There is no tokenizer in {folder}: tokenizer.json, or vocab.json with merges.txt.")

    def encode(self, text: str) -> list[int]:
        """The ids of ``text``, however many, without marks at start and end; any text has some, or none."""
        return self._vocabulary.encode(_prepare(text), add_special_tokens=False).ids


def _prepare(text: str) -> str:
    """Repair what ftfy finds broken, collapse white space, lower."""
    return " ".join(ftfy.fix_text(text).split()).lower()


def _padding(folder: Path) -> str:
    """The token that pads, where the folder names one: Stable Diffusion 2 pads with another than 1."""
    path = folder / "tokenizer_config.json"
    config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    padding = config.get("pad_token") or END
    return padding["content"] if isinstance(padding, dict) else padding
