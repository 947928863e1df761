"""The prepared network: when it takes over, what it leaves alone, and that it computes what the plain one does."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from generation.acceleration import Acceleration
from generation.diffusion.assembly import assemble
from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.graphs import Play, Recorded
from generation.diffusion.loading import Model, load
from generation.diffusion.networks import compiled, network_of
from generation.diffusion.prepared import Prepared
from generation.diffusion.request import Request, prepare
from generation.diffusion.rows import Network, RowCounts
from generation.diffusion.stepper import Stepper
from generation.errors import ModelUnavailable
from generation.ledger import Ledger
from generation.spec import PromptSpec
from tests.generation.diffusion.conftest import load_request

SHAPE = (4, 8, 8)


class Counted:
    """A network that differs visibly from the plain one, and knows from how many of the loop's calls it was called."""

    def __init__(self, network: Network, factor: float = 1.0, *, broken: bool = False) -> None:
        self.network, self.factor, self.broken, self.calls = network, factor, broken, 0
        self.may_warm = threading.Event()
        self.loop = threading.current_thread()

    def __call__(self, latents: Tensor, timesteps: Tensor, contexts: Tensor) -> Tensor:
        if threading.current_thread() is self.loop:
            self.calls += 1
        else:
            self.may_warm.wait(60)
            if self.broken:
                raise RuntimeError("no compiler here")
        return self.network(latents, timesteps, contexts) * self.factor


def counts_of(network: Network, model: Model, *, few: bool = False, reproducible: bool = True) -> RowCounts:
    return RowCounts(
        network,
        width=32,
        device=model.device,
        reproducible=reproducible,
        most=lambda _: 8,
        worth_probing=lambda _: True,
        few=few,
    )


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def paths(model: Model) -> Callable[..., tuple[Counted, Counted, Prepared, Stepper]]:
    def make(*, keeps: bool = True, broken: bool = False) -> tuple[Counted, Counted, Prepared, Stepper]:
        plain, faster = Counted(network_of(model)), Counted(network_of(model), 0.9, broken=broken)
        prepared = Prepared(faster, counts_of(faster, model, few=True))
        counts = counts_of(plain, model)
        counts.of(SHAPE, 77)
        plain.calls = 0
        return plain, faster, prepared, Stepper(plain, counts, prepared=prepared, keeps=keeps)

    return make


@pytest.fixture
def begun(model: Model, text_encoder: TextEncoder, spec_of: Callable[..., PromptSpec]) -> Callable[..., Request]:
    return lambda **choices: prepare(spec_of("a cat", **{"steps": 6, **choices}), model, text_encoder)


def finish(stepper: Stepper, requests: Sequence[Request]) -> None:
    while going := [request for request in requests if not request.ended]:
        stepper.step(going)


def test_a_picture_ends_on_the_network_it_began_on(paths: Callable[..., Any], begun: Callable[..., Request]) -> None:
    plain, faster, prepared, stepper = paths()
    early = begun()
    stepper.step([early])
    assert (plain.calls, faster.calls) == (1, 0)
    faster.may_warm.set()
    wait_until(lambda: prepared.serves(SHAPE, {77}))
    finish(stepper, [early])
    assert (plain.calls, faster.calls) == (6, 0)
    late = begun()
    finish(stepper, [late])
    assert (plain.calls, faster.calls) == (6, 6)
    assert not early.latents.equal(late.latents)


def test_where_nothing_must_be_reproducible_it_takes_over_at_once(
    paths: Callable[..., Any], begun: Callable[..., Request]
) -> None:
    plain, faster, prepared, stepper = paths(keeps=False)
    request = begun()
    stepper.step([request])
    faster.may_warm.set()
    wait_until(lambda: prepared.serves(SHAPE, {77}))
    finish(stepper, [request])
    assert (plain.calls, faster.calls) == (1, 5)


def test_side_by_side_each_has_the_bits_it_has_alone(paths: Callable[..., Any], begun: Callable[..., Request]) -> None:
    _, faster, prepared, stepper = paths()
    early, early_alone = begun(seed=1), begun(seed=1)
    stepper.step([early])
    stepper.step([early_alone])
    faster.may_warm.set()
    wait_until(lambda: prepared.serves(SHAPE, {77}))
    late, late_alone = begun(seed=2, steps=4), begun(seed=2, steps=4)
    finish(stepper, [early, late])
    finish(stepper, [early_alone])
    finish(stepper, [late_alone])
    assert early.latents.equal(early_alone.latents)
    assert late.latents.equal(late_alone.latents)


def test_it_does_not_take_a_picture_that_would_need_what_is_not_warm(
    paths: Callable[..., Any], begun: Callable[..., Request], model: Model, text_encoder: TextEncoder, spec_of: Any
) -> None:
    plain, faster, prepared, stepper = paths()
    faster.may_warm.set()
    wait_until(lambda: prepared.serves(SHAPE, {77}))
    grows = prepare(spec_of("[a cat:" + "cat, " * 50 + ":0.5]", steps=6), model, text_encoder)
    finish(stepper, [grows])
    assert faster.calls == 0
    wait_until(lambda: prepared.serves(SHAPE, {77, 154}))
    before = plain.calls
    finish(stepper, [prepare(spec_of("[a cat:" + "cat, " * 50 + ":0.5]", steps=6), model, text_encoder)])
    assert plain.calls == before


def test_what_does_not_warm_up_is_drawn_plainly(
    paths: Callable[..., Any], begun: Callable[..., Request], caplog: pytest.LogCaptureFixture
) -> None:
    _, faster, prepared, stepper = paths(broken=True)
    faster.may_warm.set()
    finish(stepper, [begun()])
    wait_until(lambda: "stay with the plain network" in caplog.text)
    assert not prepared.serves(SHAPE, {77})
    finish(stepper, [begun()])
    assert faster.calls == 0


class Tape:
    """Records as a CUDA graph does: the same places are read and written each time, whatever they hold."""

    def __init__(self) -> None:
        self.recorded = 0

    def __call__(self, work: Callable[[], Tensor]) -> tuple[Play, Tensor]:
        self.recorded += 1
        output = work().clone()

        def play() -> None:
            output.copy_(work())

        return play, output


def test_a_recorded_network_computes_what_the_network_does(model: Model) -> None:
    network, tape = network_of(model), Tape()
    recorded = Recorded(network, tape)
    generator = torch.Generator().manual_seed(0)

    def calls(rows: int, tokens: int) -> tuple[Tensor, Tensor, Tensor]:
        latents = torch.randn(rows, *SHAPE, generator=generator)
        contexts = torch.randn(rows, tokens, 32, generator=generator)
        return latents, torch.rand(rows, generator=generator) * 999, contexts

    given = [calls(2, 77), calls(4, 77), calls(2, 77), calls(2, 154), calls(4, 77)]
    kept = [recorded(*call) for call in given]
    assert tape.recorded == 3
    for call, output in zip(given, kept, strict=True):
        assert output.equal(network(*call))


def test_a_compiled_network_is_compiled_while_it_warms_up_and_never_while_it_draws(
    model: Model, begun: Callable[..., Request]
) -> None:
    torch._dynamo.reset()
    compiling: list[str] = []

    def backend(graph: Any, inputs: Any) -> Any:
        compiling.append(threading.current_thread().name)
        return graph.forward

    plain = network_of(model)
    faster = compiled(plain, backend=backend)
    prepared = Prepared(faster, counts_of(faster, model, few=True))
    counted = Counted(plain)
    stepper = Stepper(counted, counts_of(plain, model), prepared=prepared)
    wait_until(lambda: prepared.serves(SHAPE, {77}))
    warm = len(compiling)
    crowd = [begun(seed=seed, sampler="Euler a", steps=3 + seed) for seed in range(3)]
    finish(stepper, crowd)
    assert set(compiling) == {"warm-up"}
    assert len(compiling) == warm > 0
    assert counted.calls == 0
    alone = begun(seed=2, sampler="Euler a", steps=5)
    finish(stepper, [alone])
    assert alone.latents.equal(crowd[2].latents)
    expected = begun(seed=2, sampler="Euler a", steps=5)
    finish(Stepper(plain, counts_of(plain, model)), [expected])
    torch.testing.assert_close(alone.latents, expected.latents, rtol=1e-3, atol=1e-3)


def test_in_fast_mode_too_only_a_few_counts_are_prepared(model: Model) -> None:
    called: list[int] = []

    def network(latents: Tensor, timesteps: Tensor, contexts: Tensor) -> Tensor:
        called.append(len(latents))
        return latents

    counts = counts_of(network, model, few=True, reproducible=False)
    counts.warm(SHAPE, 77)
    assert counts.of(SHAPE, 77) == (2, 4, 6, 8)
    assert set(called) == {2, 4, 6, 8}


def assembled(model: Model, **switches: Any) -> Any:
    return assemble(
        model,
        preview=None,
        reproducible=True,
        acceleration=Acceleration(**switches),
        gate=None,
        report=lambda _: None,
        fault=lambda _: None,
        ledger=Ledger(),
    )


def test_every_acceleration_has_a_switch_that_does_something(tiny_folder: Path) -> None:
    model = load(load_request(tiny_folder))
    assert assembled(model)._stepper._prepared is None
    assert assembled(model, compile="on")._stepper._prepared is not None
    with pytest.raises(ModelUnavailable, match="CUDA_GRAPHS"):
        assembled(model, cuda_graphs="on")
    latents, contexts = torch.randn(2, *SHAPE), torch.randn(2, 77, 32)
    before = assembled(model)._stepper._network(latents, torch.ones(2), contexts)
    laid_out = assembled(model, channels_last="on")._stepper._network
    assert model.unet.conv_in.weight.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(laid_out(latents, torch.ones(2), contexts), before, rtol=1e-4, atol=1e-4)
