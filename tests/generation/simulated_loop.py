"""A loop without a model: a clock that moves on by what a step takes, given as a function of the pictures in it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from generation.scheduler import Scheduler, Ticket


@dataclass(frozen=True, slots=True)
class Arrival:
    """A picture of so many steps that comes at a moment, in seconds."""

    at: float
    ticket: Ticket
    steps: int


@dataclass(frozen=True, slots=True)
class Step:
    """What happened between two moments: the pictures that took a step, and the people who were there."""

    begun: float
    ended: float
    batch: list[Ticket]
    present: dict[str, float]  # each person in the loop, and since when


@dataclass(slots=True)
class SimulatedLoop:
    """Runs a scheduler. ``seconds`` is the model-free stepper: how long a step of these pictures takes."""

    scheduler: Scheduler
    seconds: Callable[[list[Ticket]], float]
    now: float = 0.0
    left: dict[Ticket, int] = field(default_factory=dict)
    since: dict[str, float] = field(default_factory=dict)
    finished: dict[str, float] = field(default_factory=dict)

    def run(self, arrivals: Iterable[Arrival], steps: int = 100_000) -> Iterator[Step]:
        """Let pictures arrive and be drawn, to the end or for so many steps."""
        coming = sorted(arrivals, key=lambda arrival: arrival.at, reverse=True)
        while steps and (coming or self.left):
            if not self.left:
                self.now = max(self.now, coming[-1].at)
            while coming and coming[-1].at <= self.now:
                self.join(coming.pop())
            yield self.step()
            steps -= 1

    def join(self, arrival: Arrival) -> None:
        self.left[arrival.ticket] = arrival.steps
        self.since.setdefault(arrival.ticket.owner, self.now)
        self.scheduler.add(arrival.ticket)

    def step(self) -> Step:
        batch, present, begun = self.scheduler.next_batch(), dict(self.since), self.now
        self.now += self.seconds(batch)
        self.scheduler.charge(batch)
        for ticket in batch:
            self.left[ticket] -= 1
            if not self.left[ticket]:
                self._finish(ticket)
        return Step(begun, self.now, batch, present)

    def _finish(self, ticket: Ticket) -> None:
        del self.left[ticket]
        self.scheduler.remove(ticket)
        self.finished[ticket.id[0]] = self.now
        if not any(other.owner == ticket.owner for other in self.left):
            del self.since[ticket.owner]
