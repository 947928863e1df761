"""The loop: everybody's pictures advance together, one denoising step at a time. It knows nothing of pipes.

A tick decides (:mod:`generation.scheduler`), computes (:mod:`generation.diffusion.stepper`) and accounts
(:mod:`generation.ledger`): admit, one step for everyone in the batch, finish, decode one picture. Jobs join, leave and
are taken back between ticks. What happens is told through :mod:`generation.diffusion.reports`.
"""

import time
from collections import deque
from dataclasses import replace

from torch import Tensor

from generation import passes
from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.decoding import Decoder
from generation.diffusion.encoding import Encoder
from generation.diffusion.job import Job
from generation.diffusion.loading import Model
from generation.diffusion.memory import is_out_of_memory
from generation.diffusion.preview import Preview
from generation.diffusion.reports import Reports
from generation.diffusion.request import Request, prepare, prepare_second
from generation.diffusion.soundness import fell_apart
from generation.diffusion.source import Source
from generation.diffusion.stepper import Stepper
from generation.diffusion.work import RowWork
from generation.errors import DrawingFailed, RequestError
from generation.ledger import Ledger
from generation.messages import Draw, Priority, Score
from generation.prompt.chunks import CHUNK_LENGTH
from generation.samplers import names
from generation.scheduler import Scheduler, Size, Ticket
from generation.spec import PromptSpec, picture


class Engine:
    """The jobs of one model. ``tick`` is called while it returns True."""

    def __init__(
        self,
        *,
        model: Model,
        text_encoder: TextEncoder,
        scheduler: Scheduler,
        row_work: RowWork,
        stepper: Stepper,
        decoder: Decoder,
        source: Source,
        preview: Preview,
        encoder: Encoder,
        ledger: Ledger,
        reports: Reports,
    ) -> None:
        self._model, self._text_encoder = model, text_encoder
        self._scheduler, self._stepper, self._ledger = scheduler, stepper, ledger
        self._row_work = row_work
        self._decoder, self._source, self._preview, self._encoder = decoder, source, preview, encoder
        self._reports = reports
        self._jobs: dict[str, Job] = {}
        self._finished: deque[tuple[Job, int, Request]] = deque()

    def draw(self, order: Draw) -> None:
        """Let a job join, at the next tick."""
        job = self._jobs[order.key] = Job(order)
        spec = order.spec
        size = spec.width, spec.height
        for index, picture_id in enumerate(job.ids):
            # of a plain prompt's rows, until it is prepared
            ticket = Ticket(picture_id, order.owner, size, 2, self._work(size), order.priority)
            job.tickets[index] = ticket
            self._scheduler.add(ticket)
            steps = names.network_calls(spec.sampler, passes.steps_taken(spec) - spec.larger_steps)
            self._ledger.open(picture_id, steps=steps, work=ticket.work, later=self._later(spec))

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

    def reprioritise(self, key: str, priority: Priority) -> None:
        """Give a job another priority, from the next step on."""
        if key in self._jobs:
            job = self._jobs[key]
            for index, ticket in job.tickets.items():
                job.tickets[index] = replace(ticket, priority=priority)
                self._scheduler.change(job.tickets[index])

    def look(self, key: str) -> None:
        """Have a preview made of a job's next step."""
        if key in self._jobs:
            self._jobs[key].watched = True

    def score(self, asked: Score) -> None:
        """Have the picture gate look at somebody's file, beside the loop."""
        self._reports.score(asked.key, asked.body)

    def tick(self) -> bool:
        """Do one step for everyone in the batch and decode one finished picture; False when there was nothing to do."""
        batch = self._scheduler.next_batch()
        if batch:
            self._step(batch)
        decoded = self._decode_next()
        self._reports.places(self._waiting())
        return bool(batch) or decoded

    def settle(self) -> None:
        """Wait until the pictures that are decoded are checked, encoded and told of."""
        self._encoder.settle()

    def _step(self, batch: list[Ticket]) -> None:
        begun = time.monotonic()
        admitted = [self._admit(ticket) for ticket in batch]
        stepped = self._advance([ticket for ticket in admitted if ticket is not None])
        self._scheduler.charge(stepped)
        self._ledger.step([ticket.id for ticket in stepped], time.monotonic() - begun)
        for job in {id(job): job for job in map(self._job_of, stepped)}.values():
            self._finish(job)
            self._reports.progress(job)

    def _admit(self, ticket: Ticket) -> Ticket | None:
        """Prepare a picture for its first step; None where that cannot be done, and the job has failed."""
        job, index = self._job_of(ticket), _index_of(ticket)
        if index in job.requests:
            return ticket
        if not job.requests:
            self._reports.begun(job)
        try:
            source = self._source_of(job)
            request = prepare(picture(job.order.spec, index), self._model, self._text_encoder, source)
        except RequestError as error:
            self._fail(job, error)
            return None
        except (MemoryError, RuntimeError) as fault:
            if not is_out_of_memory(fault):
                raise
            self._fail(job, DrawingFailed("There is not enough memory to begin this picture. Try again later."))
            return None
        job.requests[index] = request
        ticket = self._claim(job, index)
        later = self._later(request.spec)
        self._ledger.open(ticket.id, steps=len(request.table), work=ticket.work, later=later)
        return ticket

    def _claim(self, job: Job, index: int) -> Ticket:
        """Let a picture's ticket say what its next step takes."""
        request, ticket = job.requests[index], job.tickets[index]
        _, height, width = request.latents.shape
        tokens = request.row_tokens()
        work = sum(self._row_work.of(height, width, each) for each in tokens)
        if (ticket.rows, ticket.work) != (len(tokens), work):
            ticket = job.tickets[index] = replace(ticket, rows=len(tokens), work=work)
            self._scheduler.change(ticket)
        return ticket

    def _source_of(self, job: Job) -> Tensor | None:
        """The latents of the picture that a job draws over, encoded once for all its pictures."""
        if job.order.spec.source is not None and job.source is None:
            job.source = self._source.latents(job.source_pixels)
        return job.source

    def _advance(self, batch: list[Ticket]) -> list[Ticket]:
        """Take the step; where it fails for all together, one by one, and only those who fail alone do fail."""
        batch = [ticket for ticket in batch if self._key_of(ticket) in self._jobs]
        requests = [self._request_of(ticket) for ticket in batch]
        for ticket, request in zip(batch, requests, strict=True):
            request.wants_estimate = self._job_of(ticket).watched
        going = [request for request in requests if not request.ended]
        try:
            broken = self._stepper.step(going) if going else []
        except DrawingFailed as error:
            if len(batch) == 1:
                self._fail(self._job_of(batch[0]), error)
                return []
        else:
            self._fail_all(broken)
            return [ticket for ticket in batch if self._key_of(ticket) in self._jobs]
        return [done for ticket in batch for done in self._advance([ticket])]

    def _fail_all(self, broken: list[Request]) -> None:
        """Fail the jobs of requests that fell apart; one of an earlier step may have ended meanwhile."""
        for job in list(self._jobs.values()) if broken else ():
            if any(request in broken for request in job.requests.values()):
                self._fail(job, fell_apart())

    def _finish(self, job: Job) -> None:
        """Take the pictures whose tables have ended out of the loop; they wait to be decoded."""
        for index, request in list(job.requests.items()):
            if request.denoised is not None:
                job.previews[index] = self._preview.colours(request.denoised)
                request.denoised = None
            if request.ended and request.goes_on and index in job.tickets:
                self._go_on(job, index, request)
            elif request.ended and index in job.tickets:
                ticket = job.tickets.pop(index)
                self._scheduler.remove(ticket)
                self._ledger.close(ticket.id)
                self._finished.append((job, index, request))
            elif index in job.tickets:
                self._claim(job, index)

    def _go_on(self, job: Job, index: int, first: Request) -> None:
        """Begin a picture's second pass, an ordinary row of the loop at another size."""
        try:
            request = prepare_second(first.spec, first.latents, self._model, self._text_encoder)
        except RequestError as error:
            return self._fail(job, error)
        size, ticket = first.spec.finished_size, job.tickets[index]
        job.requests[index] = request
        job.tickets[index] = replace(ticket, size=size)
        self._scheduler.change(job.tickets[index])
        self._ledger.go_on(ticket.id, steps=len(request.table), work=self._claim(job, index).work)

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
        spec = request.spec
        self._ledger.decode(self._work(spec.finished_size), time.monotonic() - begun)
        self._reports.drawn(job, index, spec, pixels)
        if not job.tickets and not any(waiting is job for waiting, _, _ in self._finished):
            self._jobs.pop(job.key, None)
        return True

    def _fail(self, job: Job, error: RequestError) -> None:
        self.cancel(job.key)
        self._reports.failed(job, error)

    def _work(self, size: Size) -> float:
        """The work of a plain prompt's step at ``size``: with it, and with its negative prompt."""
        factor = self._model.latent_factor
        return 2 * self._row_work.of(size[1] // factor, size[0] // factor, CHUNK_LENGTH)

    def _later(self, spec: PromptSpec) -> float:
        """The work of a second pass."""
        if spec.larger == 1:
            return 0.0
        return names.network_calls(spec.sampler, spec.larger_steps) * self._work(spec.finished_size)

    def _waiting(self) -> list[Ticket]:
        """The pictures in line whose jobs have not begun."""
        return [ticket for ticket in self._scheduler.waiting() if not self._job_of(ticket).requests]

    def _job_of(self, ticket: Ticket) -> Job:
        return self._jobs[self._key_of(ticket)]

    def _request_of(self, ticket: Ticket) -> Request:
        return self._job_of(ticket).requests[_index_of(ticket)]

    def _key_of(self, ticket: Ticket) -> str:
        return ticket.id[0]


def _index_of(ticket: Ticket) -> int:
    return ticket.id[1]
