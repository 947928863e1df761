"""Decides whose pictures take the next denoising step. Counts in units of work; knows no clock, network or pipe.

People (owners) take turns by deficit round-robin. Each has a credit, in units of work; whoever has most leads, and the
size of their foremost picture is the size of the step. The rest of the network call is filled with pictures of that
size, one from each person in the same order, until it is full. Everyone pays for what was done for them. When nobody
has credit left, everybody is given the price of the dearest step. Debts beyond one such gift are forgiven: who rode in
places that would have stayed empty does not starve for it.

Newcomers, people whose foremost picture has had fewer than ``newcomer_steps`` steps, lead every second step, so that
everyone soon sees something; the steps between are for the others, whom they cannot starve.

So between two steps that a person leads, each other person leads steps worth at most two gifts, and newcomers as many
steps again; how many pictures the others have does not matter.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain, zip_longest

Size = tuple[int, int]
PictureId = tuple[str, int]  # the key of a job, and which of its pictures
NEWCOMER_STEPS = 5


@dataclass(frozen=True, slots=True)
class Ticket:
    """A picture's claim to steps: of a size (pixels), each step so many network rows and so much work."""

    id: PictureId
    owner: str
    size: Size
    rows: int
    work: float


@dataclass(slots=True)
class _Line:
    """One person's pictures, oldest first."""

    arrival: int
    tickets: dict[PictureId, Ticket] = field(default_factory=dict)
    credit: float = 0.0

    @property
    def foremost(self) -> Ticket:
        return next(iter(self.tickets.values()))


def step_work(width: int, height: int, factor: int = 8) -> float:
    """Work of one network row, in units of a latent pixel's share at small sizes.

    With n latent pixels, n (1 + n / 23,130): the linear and the quadratic (self-attention) part of Stable Diffusion
    1.x's network, fitted to its exact operation counts at 512x512 and 768x768.
    """
    area = (width // factor) * (height // factor)
    return area * (1 + area / 23_130)


class Scheduler:
    """The people and pictures in the loop. ``room`` says how many network rows one step of a size may take."""

    def __init__(self, *, room: Callable[[Size], int], newcomer_steps: int = NEWCOMER_STEPS) -> None:
        self._room, self._newcomer_steps = room, newcomer_steps
        self._lines: dict[str, _Line] = {}
        self._steps: dict[PictureId, int] = {}
        self._arrivals = 0
        self._newcomers_turn = True

    def __len__(self) -> int:
        return len(self._steps)

    def add(self, ticket: Ticket) -> None:
        """Let a picture join, behind its owner's earlier ones."""
        line = self._lines.get(ticket.owner)
        if line is None:
            self._arrivals += 1
            line = self._lines[ticket.owner] = _Line(self._arrivals)
        line.tickets[ticket.id] = ticket
        self._steps[ticket.id] = 0

    def remove(self, ticket: Ticket) -> None:
        """Let a picture leave, finished or not."""
        line = self._lines[ticket.owner]
        del line.tickets[ticket.id], self._steps[ticket.id]
        if not line.tickets:
            del self._lines[ticket.owner]

    def change(self, ticket: Ticket) -> None:
        """Let a picture go on in another size: it keeps its place, and what it has had."""
        self._lines[ticket.owner].tickets[ticket.id] = ticket

    def next_batch(self) -> list[Ticket]:
        """Choose the pictures of the next step: all of one size, at least one if there is any."""
        if not self._lines:
            return []
        order = self._order()
        size = order[0].foremost.size
        return self._filled(order, size)

    def charge(self, batch: list[Ticket]) -> None:
        """Note that ``batch`` has taken its step."""
        for ticket in batch:
            if ticket.id in self._steps:
                self._steps[ticket.id] += 1
                self._lines[ticket.owner].credit -= ticket.work
        self._newcomers_turn = not self._newcomers_turn
        self._give()

    def waiting(self) -> list[Ticket]:
        """The pictures that have not had a step, in the order in which people's turns will reach them."""
        lines = sorted(self._lines.values(), key=lambda line: line.arrival)
        fresh = ([t for t in line.tickets.values() if not self._steps[t.id]] for line in lines)
        return [ticket for ticket in chain.from_iterable(zip_longest(*fresh)) if ticket is not None]

    def _order(self) -> list[_Line]:
        return sorted(
            self._lines.values(),
            key=lambda line: (not (self._newcomers_turn and self._is_newcomer(line)), -line.credit, line.arrival),
        )

    def _is_newcomer(self, line: _Line) -> bool:
        return self._steps[line.foremost.id] < self._newcomer_steps

    def _filled(self, order: list[_Line], size: Size) -> list[Ticket]:
        lines = [deque(t for t in line.tickets.values() if t.size == size) for line in order]
        batch: list[Ticket] = []
        left = self._room(size)
        while lines := [line for line in lines if line]:
            for line in lines:
                ticket = line.popleft()
                if ticket.rows <= left or not batch:
                    batch.append(ticket)
                    left -= ticket.rows
            if left <= 0:
                break
        return batch

    def _give(self) -> None:
        lines = self._lines.values()
        if not lines:
            return
        gift = max(line.foremost.work for line in lines)
        for line in lines:
            line.credit = max(line.credit, -gift)
        while all(line.credit <= 0 for line in lines):
            for line in lines:
                line.credit += gift
