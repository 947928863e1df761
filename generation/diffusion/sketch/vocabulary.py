"""The words that the sketch model learns: a row for each token that captions hold, one shared row for all others.

Of CLIP's 49,408 tokens about one hundred occur in captions. Training a small table is quicker, and the shared row,
sprinkled into captions at random, makes a word that nobody taught the model do no harm.
"""

import numpy as np
import torch
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTokenizer

from generation.diffusion.sketch.captions import caption
from generation.diffusion.sketch.model import TOKENS, text_config
from generation.diffusion.sketch.scenes import SIZES, sample_scene

_OTHER = 0
_SAMPLED_CAPTIONS = 20_000
_SPRINKLED = 0.08


class Vocabulary:
    """Turns captions into row numbers of the small table, and the small table into CLIP's full one."""

    def __init__(self, tokenizer: CLIPTokenizer) -> None:
        self._tokenizer = tokenizer
        rng = np.random.default_rng(0)
        scenes = (sample_scene(rng, SIZES[k % len(SIZES)]) for k in range(_SAMPLED_CAPTIONS))
        seen = {token for scene in scenes for token in tokenizer(caption(scene, rng)).input_ids}
        self._known = torch.tensor(sorted(seen))
        self._row = torch.zeros(len(tokenizer), dtype=torch.long)
        self._row[self._known] = torch.arange(1, len(self._known) + 1)

    def build_text_encoder(self) -> CLIPTextModel:
        """An untrained text encoder over the small table.

        Emphasis restores the mean of what it has multiplied, so the mean must stay well away from zero: the bias of the
        last norm starts at one half.
        """
        encoder = CLIPTextModel(text_config(len(self._known) + 1))
        nn.init.constant_(last_norm(encoder).bias, 0.5)
        return encoder

    def rows(self, captions: list[str], rng: np.random.Generator) -> Tensor:
        """Row numbers (n, 77) of captions, padded and cut as the real tokenizer does; some hold unknown words."""
        tokens = self._tokenizer(
            captions, padding="max_length", max_length=TOKENS, truncation=True, return_tensors="pt"
        )
        rows = self._row[tokens.input_ids]
        for row in rows:
            if rng.random() < _SPRINKLED:
                place = 1 + int(rng.integers(20))
                row[place + 1 :] = row[place:-1].clone()
                row[place] = _OTHER
        return rows

    @torch.no_grad()
    def contract(self, text_encoder: CLIPTextModel) -> CLIPTextModel:
        """The same text encoder over the small table: what `expand` undoes."""
        state = dict(text_encoder.state_dict())
        name = _token_table(state)
        unknown = torch.ones(len(self._row), dtype=torch.bool)
        unknown[self._known] = False
        state[name] = torch.cat([state[name][unknown][:1], state[name][self._known]])
        small = CLIPTextModel(text_config(len(state[name])))
        small.load_state_dict(state)
        return small

    @torch.no_grad()
    def expand(self, text_encoder: CLIPTextModel) -> CLIPTextModel:
        """The same text encoder over CLIP's full table of 49,408 tokens."""
        state = dict(text_encoder.state_dict())
        name = _token_table(state)
        state[name] = state[name][self._row.to(state[name].device)]
        full = CLIPTextModel(text_config(len(self._row)))
        full.load_state_dict(state)
        return full


def _token_table(state: dict[str, Tensor]) -> str:
    return next(name for name in state if name.endswith("token_embedding.weight"))


def encode_text(text_encoder: CLIPTextModel, rows: Tensor, clip_skip: int = 1) -> Tensor:
    """Conditioning (n, 77, width) from the last layer (``clip_skip`` 1) or the last but one (2)."""
    if clip_skip == 1:
        return text_encoder(input_ids=rows).last_hidden_state
    hidden = text_encoder(input_ids=rows, output_hidden_states=True).hidden_states[-clip_skip]
    return last_norm(text_encoder)(hidden)


def last_norm(text_encoder: CLIPTextModel) -> nn.LayerNorm:
    """The layer norm after the last layer."""
    return getattr(text_encoder, "text_model", text_encoder).final_layer_norm
