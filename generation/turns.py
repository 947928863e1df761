"""People's turns at the loop: a deficit round-robin in units of work. Knows no clock, network or pipe.

Each person (owner) has a credit, in units of work. Of those who have credit left, whoever has gone longest without a
step leads the next one: its size is that of their foremost picture. The rest of it is filled with pictures of that
size, one from each person in the same order, until there is no more room. Everyone pays for what was done for them.
When nobody has credit left, a round is over, and everybody is given the price of the dearest step.

Debts of more than a round are forgiven: who rode along in places that would have stayed empty still leads a step in
every round. Debts of a round are kept when somebody leaves and comes back, so that leaving does not pay.

Newcomers, people whose foremost picture has had fewer than ``newcomer_steps`` steps, lead every second step, so that
everyone soon sees something; the steps between are for those whose turn it is, whom newcomers cannot starve.

Hence the bound. Between two steps of a person's, and before their first, each other person leads at most as many steps
as the dearest step is worth of their own (one where all pictures are alike) and one more; newcomers lead as many again,
and one. How many pictures the others have does not matter.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, zip_longest
from math import ceil

Size = tuple[int, int]
PictureId = tuple[str, int]  # the key of a job, and which of its pictures
NEWCOMER_STEPS = 5


@dataclass(frozen=True, slots=True)
class Ticket:
    """A picture's claim to steps: of a size (pixels), its next step so many network rows and so much work."""

    id: PictureId
    owner: str
    size: Size
    rows: int
    work: float
    priority: str = "normal"


@dataclass(slots=True)
class _Line:
    """One person's pictures, oldest first, and at which moment they last had a step, or came."""

    served: int
    credit: float
    tickets: dict[PictureId, Ticket] = field(default_factory=dict)
    of_size: dict[Size, dict[PictureId, Ticket]] = field(default_factory=dict)

    @property
    def foremost(self) -> Ticket:
        return next(iter(self.tickets.values()))

    def put(self, ticket: Ticket) -> None:
        self.tickets[ticket.id] = self.of_size.setdefault(ticket.size, {})[ticket.id] = ticket

    def change(self, old: Ticket, new: Ticket) -> None:
        self.tickets[new.id] = new
        del self.of_size[old.size][old.id]
        self.of_size[new.size] = {id: ticket for id, ticket in self.tickets.items() if ticket.size == new.size}

    def take(self, ticket: Ticket) -> None:
        del self.tickets[ticket.id], self.of_size[ticket.size][ticket.id]


class Turns:
    """The people who have pictures in the loop, and what they are owed."""

    def __init__(self, *, newcomer_steps: int = NEWCOMER_STEPS) -> None:
        self._newcomer_steps = newcomer_steps
        self._lines: dict[str, _Line] = {}
        self._debts: dict[str, float] = {}
        self._steps: dict[PictureId, int] = {}
        self._rows: Counter[Size] = Counter()
        self._moment = 0
        self._newcomers_turn = True

    def __len__(self) -> int:
        return len(self._steps)

    def copy(self, at_once: int) -> "Turns":
        """A copy in which ``at_once`` steps count as one."""
        made = Turns(newcomer_steps=ceil(self._newcomer_steps / at_once))
        for owner, line in self._lines.items():
            made._lines[owner] = _Line(line.served, line.credit * at_once)
            for ticket in line.tickets.values():
                made._lines[owner].put(replace(ticket, work=ticket.work * at_once))
        made._debts = {owner: debt * at_once for owner, debt in self._debts.items()}
        made._steps = {id: steps // at_once for id, steps in self._steps.items()}
        made._rows, made._moment = Counter(self._rows), self._moment
        made._newcomers_turn = self._newcomers_turn
        return made

    def add(self, ticket: Ticket, steps: int = 0) -> None:
        """Let a picture that has had ``steps`` join, behind its owner's earlier ones."""
        if ticket.owner not in self._lines:
            self._moment += 1
            self._lines[ticket.owner] = _Line(self._moment, self._debts.pop(ticket.owner, 0.0))
        self._lines[ticket.owner].put(ticket)
        self._rows[ticket.size] += ticket.rows
        self._steps[ticket.id] = steps

    def change(self, old: Ticket, new: Ticket) -> None:
        """Let a picture's next step be of another size, other rows and work; it keeps its place."""
        self._lines[old.owner].change(old, new)
        self._rows[old.size] -= old.rows
        self._rows[new.size] += new.rows

    def remove(self, ticket: Ticket) -> int:
        """Let a picture leave, finished or not; the steps that it has had."""
        line = self._lines[ticket.owner]
        line.take(ticket)
        self._rows[ticket.size] -= ticket.rows
        if not line.tickets:
            del self._lines[ticket.owner]
            if line.credit < 0:
                self._debts[ticket.owner] = line.credit
        if not self._lines:
            self._debts.clear()
        return self._steps.pop(ticket.id)

    def next_batch(self, room: Callable[[Size, int], int]) -> list[Ticket]:
        """The pictures of the next step, at least one; ``room`` for a size of which so many rows are there."""
        self._give()
        order = sorted(self._lines.values(), key=self._rank)
        size = order[0].foremost.size
        return _filled(order, size, room(size, self._rows[size]))

    def charge(self, batch: Iterable[Ticket]) -> None:
        """Note that ``batch`` has taken its step."""
        self._moment += 1
        for ticket in batch:
            if ticket.id in self._steps:
                line = self._lines[ticket.owner]
                line.credit -= ticket.work
                line.served = self._moment
                self._steps[ticket.id] += 1
        self._newcomers_turn = not self._newcomers_turn

    def waiting(self) -> Iterator[Ticket]:
        """The pictures that have not had a step, in the order in which people's turns will reach them."""
        lines = sorted(self._lines.values(), key=lambda line: line.served)
        fresh = ([t for t in line.tickets.values() if not self._steps[t.id]] for line in lines)
        return (ticket for ticket in chain.from_iterable(zip_longest(*fresh)) if ticket is not None)

    def _rank(self, line: _Line) -> tuple[bool, bool, int]:
        """Newcomers, when it is their turn; then who has credit, newcomers last; then who has waited longest."""
        newcomer = self._steps[line.foremost.id] < self._newcomer_steps
        if newcomer and self._newcomers_turn:
            return False, False, line.served
        return self._newcomers_turn or line.credit <= 0, line.credit <= 0 or newcomer, line.served

    def _give(self) -> None:
        """Forgive what is more than a round's debt, and begin a round if nobody has credit left."""
        lines = self._lines.values()
        dearest = max(line.foremost.work for line in lines)
        for line in lines:
            line.credit = max(line.credit, line.foremost.work - dearest)
        if any(line.credit > 0 for line in lines):
            return
        for line in lines:
            line.credit += dearest
        self._debts = {owner: debt + dearest for owner, debt in self._debts.items() if debt + dearest < 0}


def _filled(order: list[_Line], size: Size, room: int) -> list[Ticket]:
    """One picture of each person in turn, again and again, while the next fits; the first in any case."""
    batch: list[Ticket] = []
    queues = [iter(line.of_size[size].values()) for line in order if line.of_size.get(size)]
    while queues and room > 0:
        present: list[Iterator[Ticket]] = []
        for queue in queues:
            ticket = next(queue, None)
            if ticket is None:
                continue
            present.append(queue)
            if ticket.rows <= room or not batch:
                batch.append(ticket)
                room -= ticket.rows
        queues = present
    return batch
