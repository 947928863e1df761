"""Decides whose pictures take the next denoising step. Counts in units of work; knows no clock, network or pipe.

The pictures of a step are of one size. Whose they are is a matter of turns (:mod:`generation.turns`), how many of room:
as many rows as one network call should have, and more of them when the line for that size is long.

Pictures of low priority take the steps that are left over: those for which no other picture is there. So they delay
nobody by more than the step under way; and while there is always somebody, they wait.
"""

from collections.abc import Callable

from generation.turns import NEWCOMER_STEPS, PictureId, Size, Ticket, Turns

__all__ = ["PictureId", "Scheduler", "Size", "Ticket"]

#: Whose steps come first.
_PRIORITIES = ("normal", "low")
#: The line is long when it would fill more than so many calls.
_LONG_LINE = 2


class Scheduler:
    """The pictures in the loop. ``room`` says how many network rows one step of a size may take.

    Its second argument is whether the line is long, and larger calls are asked for although each takes longer.
    """

    def __init__(self, *, room: Callable[[Size, bool], int], newcomer_steps: int = NEWCOMER_STEPS) -> None:
        self._room = room
        self._turns = {priority: Turns(newcomer_steps=newcomer_steps) for priority in _PRIORITIES}
        self._tickets: dict[PictureId, Ticket] = {}

    def __len__(self) -> int:
        return len(self._tickets)

    def copy(self, at_once: int) -> "Scheduler":
        """A copy to look ahead with, in which ``at_once`` steps count as one, of as many times the work."""
        made = Scheduler(room=self._room)
        made._turns = {priority: turns.copy(at_once) for priority, turns in self._turns.items()}
        made._tickets = dict(self._tickets)
        return made

    def add(self, ticket: Ticket) -> None:
        """Let a picture join, behind its owner's earlier ones."""
        self._tickets[ticket.id] = ticket
        self._turns[ticket.priority].add(ticket)

    def remove(self, ticket: Ticket) -> None:
        """Let a picture leave, finished or not."""
        present = self._tickets.pop(ticket.id)
        self._turns[present.priority].remove(present)

    def change(self, ticket: Ticket) -> None:
        """Let a picture have another size, other rows, work or priority from its next step on."""
        old, self._tickets[ticket.id] = self._tickets[ticket.id], ticket
        if old.priority == ticket.priority:
            self._turns[ticket.priority].change(old, ticket)
        else:
            steps = self._turns[old.priority].remove(old)
            self._turns[ticket.priority].add(ticket, steps)

    def next_batch(self) -> list[Ticket]:
        """Choose the pictures of the next step: all of one size, at least one if there is any."""
        turns = next((turns for turns in self._turns.values() if len(turns)), None)
        return turns.next_batch(self._room_for) if turns else []

    def charge(self, batch: list[Ticket]) -> None:
        """Note that ``batch``, all of one priority, has taken its step."""
        if batch:
            self._turns[batch[0].priority].charge(batch)

    def waiting(self) -> list[Ticket]:
        """The pictures that have not had a step, in the order in which their turns will come."""
        return [ticket for turns in self._turns.values() for ticket in turns.waiting()]

    def _room_for(self, size: Size, rows: int) -> int:
        room = self._room(size, False)
        return self._room(size, True) if rows > _LONG_LINE * room else room
