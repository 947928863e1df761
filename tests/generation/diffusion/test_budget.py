"""The budget of a network call, on networks that take the time they are told to."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from generation.diffusion.budget import Budget, measure

OPERATIONS = 1_000_000


class Machine:
    """A clock, and a network that moves it on."""

    def __init__(self, seconds: Callable[[int], float]) -> None:
        self.now, self.calls = 0.0, []
        self._seconds = seconds
        self._seen: set[int] = set()

    def network(self, latents: Tensor, timesteps: Tensor, contexts: Tensor) -> Tensor:
        rows = len(latents)
        assert len(timesteps) == len(contexts) == rows
        self.calls.append(rows)
        self.now += self._seconds(rows) * (1 if rows in self._seen else 10)  # the first of a shape is slow
        self._seen.add(rows)
        return latents

    def budget(self, seconds: float = 10.0) -> Budget:
        return measure(
            self.network,
            (4, 8, 8),
            tokens=77,
            width=32,
            device=torch.device("cpu"),
            operations=OPERATIONS,
            seconds=seconds,
            clock=lambda: self.now,
        )


@pytest.mark.parametrize(("overhead", "row", "rows"), [(0.01, 0.01, 4), (0.02, 0.01, 8), (0.005, 0.0005, 40)])
def test_a_call_has_a_fifth_of_overhead(overhead: float, row: float, rows: int) -> None:
    budget = Machine(lambda count: overhead + count * row).budget()
    assert budget.operations == pytest.approx(rows * OPERATIONS)
    assert budget.rows(OPERATIONS, long=False) in (rows, rows - 1)
    assert budget.rows(2 * OPERATIONS, long=False) in (rows // 2, rows // 2 - 1)


def test_a_long_line_has_larger_calls() -> None:
    budget = Budget(8 * OPERATIONS)
    assert budget.rows(OPERATIONS, long=False) == 8
    assert budget.rows(OPERATIONS, long=True) == 32
    assert budget.rows(20 * OPERATIONS, long=False) == 0


def test_where_work_is_all_company_gains_nothing() -> None:
    assert Machine(lambda count: count * 0.01).budget().rows(OPERATIONS, long=True) <= 2


def test_where_a_call_costs_the_same_however_much_it_holds_it_holds_as_much_as_was_tried() -> None:
    assert Machine(lambda count: 0.01).budget().rows(OPERATIONS, long=False) >= 16


def test_a_slow_machine_is_not_measured_for_long() -> None:
    machine = Machine(lambda count: 0.3)
    assert machine.budget(seconds=1.0).rows(OPERATIONS, long=False) == 2
    assert machine.calls == [2]
    assert machine.now == pytest.approx(3.0)
