"""Computes one denoising step for several requests together: network, guidance matrix, sampler tables.

Apart from the network everything is elementwise, a multiplication and an addition at a time, in each request's own
order: its bits do not depend on who else is there. The network's rows are padded to counts with the same property.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from generation.diffusion.guidance import NetworkRow
from generation.diffusion.memory import is_out_of_memory, release
from generation.diffusion.prepared import Prepared
from generation.diffusion.request import Request, Term
from generation.diffusion.rows import Network, RowCounts, split
from generation.diffusion.soundness import Watch
from generation.errors import DrawingFailed

_Path = tuple[Network, RowCounts]
_Row = tuple[int, Tensor]  # whose it is, and its context

_CALLS_KEPT = 8


def _untold(rows: int, padding: int) -> None:
    """Tell nobody of a network call."""


class Stepper:
    """Advances requests of one latent size by one network call each.

    Where there is a ``prepared`` network, requests are drawn by it as far as it is warm. One that ``keeps`` to its path
    ends on the network it began on, since the two differ in the last bits. ``called`` is told of every network call:
    the rows of requests in it, and those it was padded with.
    """

    def __init__(
        self,
        network: Network,
        counts: RowCounts,
        *,
        prepared: Prepared | None = None,
        keeps: bool = True,
        watch: Watch | None = None,
        called: Callable[[int, int], None] = _untold,
    ) -> None:
        self._network, self._counts = network, counts
        self._prepared, self._keeps = prepared, keeps
        self._watch = watch or Watch(lagging=False)
        self._called = called
        self._gathered = _Gathered()

    def step(self, requests: Sequence[Request]) -> list[Request]:
        """Advance every request by one row of its table; return those, of this step or the last, that fell apart.

        When memory runs out the step is repeated with smaller network calls of the same class, so that nothing is
        lost; DrawingFailed is raised when the smallest do not fit either, and then no request has changed.
        """
        while (latents := self._tried(requests)) is None:
            release()
            if not self._lower(requests):
                raise DrawingFailed("There is not enough memory to draw a picture of this size. Choose a smaller one.")
        return self._watch.broken(requests, latents)

    def _tried(self, requests: Sequence[Request]) -> Tensor | None:
        try:
            return self._step(requests)
        except (MemoryError, RuntimeError) as fault:
            if not is_out_of_memory(fault):
                raise
        return None  # and recover outside: the traceback holds on to the tensors

    def _lower(self, requests: Sequence[Request]) -> bool:
        shape = _shape(requests)
        tokens = {row.context.shape[0] for request in requests for row in request.rows()}
        paths = {self._path(request) for request in requests}
        lowered = [counts.lower(shape, length) for _, counts in paths for length in tokens]
        return any(lowered)

    def _path(self, request: Request) -> _Path:
        """The network that computes the request's present call, and the row counts it may have."""
        if self._prepared is None:
            return self._network, self._counts
        if request.prepared is None or not self._keeps:
            calls = range(request.call, len(request.table) if self._keeps else request.call + 1)
            tokens = {row.context.shape[0] for call in calls for row in request.guidance.rows(call)}
            request.prepared = self._prepared.serves(_shape([request]), tokens)
        if request.prepared:
            return self._prepared.network, self._prepared.counts
        return self._network, self._counts

    @torch.inference_mode()
    def _step(self, requests: Sequence[Request]) -> Tensor:
        latents = torch.stack([request.latents for request in requests])
        input_scale, timesteps, keep_x, keep_out, carry = _scalars(requests, latents.device)
        guided = self._guided(requests, latents * input_scale, timesteps.view(-1))
        newest = keep_x * latents + keep_out * guided
        after = carry * latents
        after = _add(after, [r.kept_terms(h) for r, h in zip(requests, newest, strict=True)])
        after = _add(after, [request.noise_terms() for request in requests])
        _estimate(requests, latents, guided)
        for request, latent, kept in zip(requests, after, newest, strict=True):
            request.advance(latent, kept)
        return after

    def _guided(self, requests: Sequence[Request], inputs: Tensor, timesteps: Tensor) -> Tensor:
        """The guided network outputs, one a request."""
        rows = [request.rows() for request in requests]
        paths = [self._path(request) for request in requests]
        outputs = iter(self._outputs(rows, paths, inputs, timesteps))
        terms: list[list[Term]] = [[(row.weight, next(outputs)) for row in own] for own in rows]
        guided = _sum(terms)
        for index, request in enumerate(requests):
            if request.is_refined:
                guided[index] = request.refined(guided[index], torch.stack([out for _, out in terms[index]]))
        return guided

    def _outputs(
        self, rows: list[list[NetworkRow]], paths: list[_Path], inputs: Tensor, timesteps: Tensor
    ) -> list[Tensor]:
        """The network's output for every row, in order, from calls that hold rows of one path and number of tokens."""
        flat = [(index, row.context) for index, own in enumerate(rows) for row in own]
        alike: dict[tuple[_Path, int], list[int]] = {}
        for place, (index, context) in enumerate(flat):
            alike.setdefault((paths[index], context.shape[0]), []).append(place)
        outputs: dict[int, Tensor] = {}
        for ((network, counts), tokens), places in alike.items():
            for held, count in split(len(places), counts.of(_shape_of(inputs), tokens)):
                called, places = places[:held], places[held:]
                of, contexts = self._gathered.of([flat[place] for place in called + called[:1] * (count - held)])
                out = network(inputs[of], timesteps[of], contexts)
                self._called(held, count - held)
                outputs.update(zip(called, out[:held], strict=True))
        return [outputs[place] for place in range(len(flat))]


class _Gathered:
    """The indices and contexts of the last few calls: from step to step most calls hold the rows they held before."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[tuple[int, int], ...], tuple[list[_Row], Tensor, Tensor]] = OrderedDict()

    def of(self, rows: list[_Row]) -> tuple[Tensor, Tensor]:
        """Whose each row is, (rows,), and their contexts, (rows, tokens, width)."""
        key = tuple((index, id(context)) for index, context in rows)
        if key not in self._kept:
            contexts = torch.stack([context for _, context in rows])
            indices = torch.tensor([index for index, _ in rows]).to(contexts.device)
            self._kept[key] = rows, indices, contexts  # the rows too: an id is its tensor's while that lives
            if len(self._kept) > _CALLS_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        _, indices, contexts = self._kept[key]
        return indices, contexts


def _scalars(requests: Sequence[Request], device: torch.device) -> Sequence[Tensor]:
    """What each request's present row multiplies by: columns of (requests, 1, 1, 1), brought to the device at once."""
    rows = [(request.table, request.call) for request in requests]
    tables = [(t.input_scale[i], t.timestep[i], t.keep_x[i], t.keep_out[i], t.carry[i]) for t, i in rows]
    values = torch.tensor(list(zip(*tables, strict=True)), dtype=torch.float32)
    return values.to(device).view(5, -1, 1, 1, 1).unbind()


def _sum(terms: Sequence[Sequence[Term]]) -> Tensor:
    """The weighted sum of each request's terms, of which each has at least one."""
    if len(terms) == 1:
        weight, tensor = terms[0][0]
        return _add((weight * tensor).unsqueeze(0), [terms[0][1:]])
    first = torch.stack([own[0][1] for own in terms])
    return _add(_weights([own[0] for own in terms], first.device) * first, [own[1:] for own in terms])


def _add(totals: Tensor, terms: Sequence[Sequence[Term]]) -> Tensor:
    """Add to each request's total its own terms, in its own order: the k-th terms of all requests at once.

    A single request's are added as they are. Its bits are the same: a number that multiplies a tensor is rounded to
    float32 first, as it is when it stands in one.
    """
    if len(terms) == 1:
        for weight, tensor in terms[0]:
            totals = totals + weight * tensor
        return totals
    for depth in range(max(map(len, terms))):
        having = [index for index, own in enumerate(terms) if len(own) > depth]
        present = [terms[index][depth] for index in having]
        added = _weights(present, totals.device) * torch.stack([tensor for _, tensor in present])
        if len(having) == len(terms):
            totals = totals + added
        else:
            totals[having] = totals[having] + added
    return totals


def _weights(terms: Sequence[Term], device: torch.device) -> Tensor:
    """The weights of terms, (terms, 1, 1, 1), or (terms, 1, h, w) where any of them differs from place to place."""
    weights = [weight for weight, _ in terms]
    area = next((weight.shape for weight in weights if isinstance(weight, Tensor)), None)
    if area is None:
        return torch.tensor(weights, dtype=torch.float32).to(device).view(-1, 1, 1, 1)
    filled = (w if isinstance(w, Tensor) else torch.full(area, w, dtype=torch.float32, device=device) for w in weights)
    return torch.stack(list(filled))


def _estimate(requests: Sequence[Request], latents: Tensor, guided: Tensor) -> None:
    """Note the present estimate of the picture for those who want to see it."""
    for request, latent, out in zip(requests, latents, guided, strict=True):
        if request.wants_estimate:
            table, row = request.table, request.call
            request.denoised = float(table.denoised_x[row]) * latent + float(table.denoised_out[row]) * out
            request.wants_estimate = False


def _shape(requests: Sequence[Request]) -> tuple[int, int, int]:
    channels, height, width = requests[0].latents.shape
    return channels, height, width


def _shape_of(batch: Tensor) -> tuple[int, int, int]:
    _, channels, height, width = batch.shape
    return channels, height, width
