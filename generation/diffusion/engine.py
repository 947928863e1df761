"""The loop: everybody's pictures advance together, one denoising step at a time. It knows nothing of pipes.

A tick decides (:mod:`generation.scheduler`), computes (:mod:`generation.diffusion.stepper`) and accounts
(:mod:`generation.ledger`): admit, one step for everyone in the batch, finish, decode one picture. Jobs join, leave and
are taken back between ticks. What happens is told through ``report``, as messages for the bot's side.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.decoding import Decoder, Pixels
from generation.diffusion.encoding import Encoder
from generation.diffusion.loading import Model
from generation.diffusion.preview import Preview
from generation.diffusion.request import Request, prepare
from generation.diffusion.stepper import Stepper
from generation.errors import DrawingFailed, InvalidChoice, RequestError
from generation.ledger import Ledger
from generation.messages import Begun, Draw, Drawn, Failed, Message, Places, Stepped
from generation.samplers import names
from generation.scheduler import PictureId, Scheduler, Ticket, step_work
from generation.spec import picture

_REPORT_SECONDS = 0.2
_PLACES_SECONDS = 1.0


@dataclass(slots=True, eq=False)
class _Job:
    """A job's pictures, by index: waiting or under way in ``tickets``, under way in ``requests``."""

    order: Draw
    tickets: dict[int, Ticket] = field(default_factory=dict)
    requests: dict[int, Request] = field(default_factory=dict)
    previews: dict[int, Pixels] = field(default_factory=dict)
    watched: bool = False
    reported: float = 0.0

    @property
    def ids(self) -> list[PictureId]:
        return [(self.order.key, index) for index in range(self.order.spec.count)]


class Engine:
    """The jobs of one model. ``tick`` is called while it returns True."""

    def __init__(
        self,
        *,
        model: Model,
        text_encoder: TextEncoder,
        scheduler: Scheduler,
        stepper: Stepper,
        decoder: Decoder,
        preview: Preview,
        encoder: Encoder,
        ledger: Ledger,
        report: Callable[[Message], None],
    ) -> None:
        self._model, self._text_encoder = model, text_encoder
        self._scheduler, self._stepper, self._ledger = scheduler, stepper, ledger
        self._decoder, self._preview, self._encoder = decoder, preview, encoder
        self._report = report
        self._jobs: dict[str, _Job] = {}
        self._finished: deque[tuple[_Job, int, Request]] = deque()
        self._places: list[str] = []
        self._places_told = 0.0

    def draw(self, order: Draw) -> None:
        """Let a job join, at the next tick."""
        job = self._jobs[order.key] = _Job(order)
        spec = order.spec
        work = 2 * step_work(spec.width, spec.height, self._model.latent_factor)
        for index, picture_id in enumerate(job.ids):
            ticket = Ticket(picture_id, order.owner, (spec.width, spec.height), rows=2, work=work)
            job.tickets[index] = ticket
            self._scheduler.add(ticket)
            steps = names.network_calls(spec.sampler, spec.steps)
            self._ledger.open(picture_id, owner=order.owner, steps=steps, work=work)

    def cancel(self, key: str) -> None:
        """Let a job leave, done or not; nothing more is told of it."""
        job = self._jobs.pop(key, None)
        if job is None:
            return
        for ticket in job.tickets.values():
            self._scheduler.remove(ticket)
            self._ledger.close(ticket.id)
        job.tickets.clear()
        self._finished = deque(item for item in self._finished if item[0] is not job)

    def look(self, key: str) -> None:
        """Have a preview made of a job's next step."""
        if key in self._jobs:
            self._jobs[key].watched = True

    def tick(self) -> bool:
        """Do one step for everyone in the batch and decode one finished picture; False when there was nothing to do."""
        batch = self._scheduler.next_batch()
        if batch:
            self._step(batch)
        decoded = self._decode_next()
        self._tell_places()
        return bool(batch) or decoded

    def settle(self) -> None:
        """Wait until the pictures that are decoded are encoded and told of."""
        self._encoder.settle()

    def _step(self, batch: list[Ticket]) -> None:
        begun = time.monotonic()
        stepped = self._advance([ticket for ticket in batch if self._admit(ticket)])
        self._scheduler.charge(stepped)
        self._ledger.step([ticket.id for ticket in stepped], time.monotonic() - begun)
        for job in {id(job): job for job in map(self._job_of, stepped)}.values():
            self._finish(job)
            self._tell_progress(job)

    def _admit(self, ticket: Ticket) -> bool:
        """Prepare a picture for its first step; False where that cannot be done, and the job has failed."""
        job, index = self._job_of(ticket), _index_of(ticket)
        if index in job.requests:
            return True
        if not job.requests:
            self._report(Begun(key=job.order.key))
        try:
            request = prepare(picture(job.order.spec, index), self._model, self._text_encoder)
        except RequestError as error:
            self._fail(job, error)
            return False
        job.requests[index] = request
        work = ticket.work
        self._ledger.open(ticket.id, owner=ticket.owner, steps=len(request.table), work=work)
        return True

    def _advance(self, batch: list[Ticket]) -> list[Ticket]:
        """Take the step; where it fails for all together, one by one, and only those who fail alone do fail."""
        batch = [ticket for ticket in batch if self._key_of(ticket) in self._jobs]
        requests = [self._request_of(ticket) for ticket in batch]
        for ticket, request in zip(batch, requests, strict=True):
            request.wants_estimate = self._job_of(ticket).watched
        going = [request for request in requests if not request.ended]
        try:
            if going:
                self._stepper.step(going)
            return batch
        except DrawingFailed as error:
            if len(batch) == 1:
                self._fail(self._job_of(batch[0]), error)
                return []
        return [done for ticket in batch for done in self._advance([ticket])]

    def _finish(self, job: _Job) -> None:
        """Take the pictures whose tables have ended out of the loop; they wait to be decoded."""
        for index, request in list(job.requests.items()):
            if request.denoised is not None:
                job.previews[index] = self._preview.colours(request.denoised)
                request.denoised = None
            if request.ended and index in job.tickets:
                ticket = job.tickets.pop(index)
                self._scheduler.remove(ticket)
                self._ledger.close(ticket.id)
                self._finished.append((job, index, request))

    def _decode_next(self) -> bool:
        """Decode the picture that has waited longest; False when none waits."""
        if not self._finished:
            return False
        job, index, request = self._finished.popleft()
        begun = time.monotonic()
        try:
            pixels = self._decoder.pixels(request.latents)
        except DrawingFailed as error:
            self._fail(job, error)
            return True
        spec, key = request.spec, job.order.key
        self._ledger.decode(step_work(spec.width, spec.height, self._model.latent_factor), time.monotonic() - begun)
        self._encoder.picture(
            pixels, spec, lambda body: self._report(Drawn(key=key, index=index, spec=spec, body=body))
        )
        if not job.tickets and not any(waiting is job for waiting, _, _ in self._finished):
            self._jobs.pop(key, None)
        return True

    def _fail(self, job: _Job, error: RequestError) -> None:
        self.cancel(job.order.key)
        field_at_fault = error.field if isinstance(error, InvalidChoice) else None
        self._report(Failed(key=job.order.key, sentence=str(error), field=field_at_fault))

    def _tell_progress(self, job: _Job) -> None:
        """Report how far a job is, now and then, and with a preview where one was asked for."""
        now = time.monotonic()
        if job.watched and job.previews:
            job.watched = False
            stepped = self._stepped(job)
            pictures = [job.previews[index] for index in sorted(job.previews)]
            self._encoder.preview(pictures, lambda body: self._report(stepped(body)))
        elif now - job.reported >= _REPORT_SECONDS:
            self._report(self._stepped(job)(b""))
        else:
            return
        job.reported = now

    def _stepped(self, job: _Job) -> Callable[[bytes], Stepped]:
        spec, key = job.order.spec, job.order.key
        lefts = [self._ledger.seconds_left(ticket.id) for ticket in job.tickets.values()]
        step = int(self._ledger.progress(job.ids) * spec.steps)
        left = max((seconds for seconds in lefts if seconds is not None), default=None)
        done = spec.count - len(job.tickets)
        return lambda body: Stepped(
            key=key, step=step, steps=spec.steps, pictures_done=done, seconds_left=left, body=body
        )

    def _tell_places(self) -> None:
        """Report the places of the jobs that wait, when they have changed, and now and then their seconds."""
        waiting = [ticket for ticket in self._scheduler.waiting() if not self._job_of(ticket).requests]
        firsts = {self._key_of(ticket): ticket for ticket in reversed(waiting)}
        keys = list(dict.fromkeys(self._key_of(ticket) for ticket in waiting))
        now = time.monotonic()
        if not keys or (keys == self._places and now - self._places_told < _PLACES_SECONDS):
            return
        self._places, self._places_told = keys, now
        seconds = self._ledger.seconds_left
        self._report(Places(places={key: (place, seconds(firsts[key].id)) for place, key in enumerate(keys, 1)}))

    def _job_of(self, ticket: Ticket) -> _Job:
        return self._jobs[self._key_of(ticket)]

    def _request_of(self, ticket: Ticket) -> Request:
        return self._job_of(ticket).requests[_index_of(ticket)]

    def _key_of(self, ticket: Ticket) -> str:
        return ticket.id[0]


def _index_of(ticket: Ticket) -> int:
    return ticket.id[1]
