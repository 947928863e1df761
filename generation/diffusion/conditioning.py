"""Turns texts of the prompt language into what the denoising network is conditioned on."""

from collections import OrderedDict
from collections.abc import Sequence

import torch
from transformers import CLIPTextModel

from generation.errors import InvalidChoice
from generation.prompt.attention import parse_attention
from generation.prompt.chunks import Chunk, Tokenizer, cut, empty
from generation.spec import Emphasis

Key = tuple[tuple[str, ...], int, str]

CACHE_BYTES = 256 * 2**20
ROWS_AT_ONCE = 32


class TextEncoder:
    """A tokenizer with its CLIP text model, and what they have encoded lately.

    The model runs in its own precision; weights multiply in float32, where 1e-16 is still more than zero. At most
    ``cache_bytes`` of tensors are kept, and at most ``rows_at_once`` chunks go through the model together.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        text_model: CLIPTextModel,
        *,
        cache_bytes: int = CACHE_BYTES,
        rows_at_once: int = ROWS_AT_ONCE,
    ) -> None:
        self._tokenizer = tokenizer
        self._model = text_model
        self._cache = _Cache(cache_bytes)
        self._rows_at_once = rows_at_once

    def encode(self, texts: Sequence[str], clip_skip: int, emphasis: Emphasis) -> torch.Tensor:
        """Encode ``texts`` (at least one, repetitions count) together, as the schedule of one prompt is.

        Returns float32 of (texts, 77 × chunks, width) on the model's device, shorter texts filled up with empty chunks;
        it is cached, and not to be changed. ``clip_skip`` 1 takes the model's last layer, 2 the last but one; the
        final layer norm follows either way. Raises InvalidChoice if the model has no such layer.

        ``Original`` multiplies each embedding by its weight and then restores the mean of each chunk over all texts;
        ``No norm`` only multiplies; ``Ignore`` reads the weights and drops them; ``None`` reads brackets as text.
        """
        key = (tuple(texts), clip_skip, emphasis)
        made = self._cache.get(key)
        if made is None:
            made = self._encode(*key)
            self._cache.put(key, made)
        return made

    @torch.no_grad()
    def _encode(self, texts: tuple[str, ...], clip_skip: int, emphasis: str) -> torch.Tensor:
        rows = self._rows(texts, emphasis)
        plain = self._embed(rows, clip_skip)
        weights = torch.tensor([[chunk.multipliers for chunk in row] for row in rows], dtype=torch.float64)
        limits = torch.finfo(torch.float32)
        weights = weights.clamp(limits.min, limits.max).to(plain.device, torch.float32)
        if emphasis in ("Original", "No norm"):
            weighted = plain * weights.unsqueeze(-1)
            plain = _restore_means(weighted, plain) if emphasis == "Original" else weighted
        return plain.flatten(1, 2)

    def _rows(self, texts: tuple[str, ...], emphasis: str) -> list[list[Chunk]]:
        """The chunks of each text, equally many for all."""
        cut_once = {text: self._cut(text, emphasis) for text in set(texts)}
        longest = max(map(len, cut_once.values()))
        filler = empty(self._tokenizer)
        return [[*cut_once[text], *[filler] * (longest - len(cut_once[text]))] for text in texts]

    def _cut(self, text: str, emphasis: str) -> Sequence[Chunk]:
        return cut([(text, 1.0)] if emphasis == "None" else parse_attention(text), self._tokenizer).chunks

    def _embed(self, rows: list[list[Chunk]], clip_skip: int) -> torch.Tensor:
        """The unweighted embeddings (texts, chunks, 77, width); equal chunks go through the model once."""
        place = {tokens: i for i, tokens in enumerate(dict.fromkeys(chunk.tokens for row in rows for chunk in row))}
        ids = torch.tensor(list(place), device=self._model.device)
        states = torch.cat([self._hidden(batch, clip_skip) for batch in ids.split(self._rows_at_once)])
        return states[torch.tensor([[place[chunk.tokens] for chunk in row] for row in rows], device=states.device)]

    def _hidden(self, ids: torch.Tensor, clip_skip: int) -> torch.Tensor:
        layers = self._model(input_ids=ids, output_hidden_states=True).hidden_states
        if not 1 <= clip_skip < len(layers):
            raise InvalidChoice(
                "clip_skip", f"This model's clip skip goes from 1 to {len(layers) - 1}, not {clip_skip}."
            )
        return self._model.final_layer_norm(layers[-clip_skip]).float()


def _restore_means(weighted: torch.Tensor, plain: torch.Tensor) -> torch.Tensor:
    """Scale each chunk of ``weighted`` so that its mean over all texts, tokens and channels is that of ``plain``."""
    wanted, present = (states.mean(dim=(0, 2, 3), keepdim=True) for states in (plain, weighted))
    return weighted * torch.where(present == 0, torch.ones_like(present), wanted / present)


class _Cache:
    """The tensors used last, as many as fit into ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._tensors: OrderedDict[Key, torch.Tensor] = OrderedDict()

    def get(self, key: Key) -> torch.Tensor | None:
        if key in self._tensors:
            self._tensors.move_to_end(key)
        return self._tensors.get(key)

    def put(self, key: Key, tensor: torch.Tensor) -> None:
        self._tensors[key] = tensor
        self._size += tensor.nbytes
        while self._size > self._limit:
            _, oldest = self._tensors.popitem(last=False)
            self._size -= oldest.nbytes
