"""What the loop tells of its jobs: that they begin, how far they are, their place in the line, their end."""

import time
from collections.abc import Callable, Sequence

from generation.diffusion.decoding import Pixels
from generation.diffusion.encoding import Encoder
from generation.diffusion.job import Job
from generation.errors import GateFailed, InvalidChoice, RequestError
from generation.forecast import Forecast
from generation.gate import GateScores
from generation.ledger import Ledger
from generation.messages import Begun, Drawn, Failed, Message, Places, Scored, Stepped
from generation.passes import steps_taken
from generation.scheduler import Ticket
from generation.spec import PromptSpec

_REPORT_SECONDS = 0.2
_PLACES_SECONDS = 1.0


class Reports:
    """Messages for the bot's side, no more of them than somebody reads; their pictures are encoded beside the loop."""

    def __init__(self, report: Callable[[Message], None], encoder: Encoder, ledger: Ledger, forecast: Forecast) -> None:
        self._report, self._encoder, self._ledger, self._forecast = report, encoder, ledger, forecast
        self._places: list[str] = []
        self._places_told = 0.0

    def begun(self, job: Job) -> None:
        """Tell that a job's first picture is about to take its first step."""
        self._report(Begun(key=job.key))

    def drawn(self, job: Job, index: int, spec: PromptSpec, pixels: Pixels) -> None:
        """Tell that a picture is finished, when it is checked and encoded."""
        key = job.key

        def tell(scores: GateScores | None, body: bytes) -> None:
            self._report(Drawn(key=key, index=index, spec=spec, scores=scores, body=body))

        self._encoder.picture(pixels, spec, tell)

    def failed(self, job: Job, error: RequestError) -> None:
        """Tell that a job has come to nothing, and why."""
        field = error.field if isinstance(error, InvalidChoice) else None
        self._report(Failed(key=job.key, sentence=str(error), field=field))

    def score(self, key: str, file: bytes) -> None:
        """Tell what the picture gate says of a file, when it has looked at it."""

        def tell(found: GateScores | GateFailed) -> None:
            failed = isinstance(found, GateFailed)
            self._report(Scored(key=key, scores=None if failed else found, sentence=str(found) if failed else ""))

        self._encoder.score(file, tell)

    def progress(self, job: Job) -> None:
        """Tell how far a job is, now and then, and with a preview where one was asked for."""
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

    def places(self, waiting: Sequence[Ticket]) -> None:
        """Tell the places of the jobs that wait, when they have changed, and now and then their seconds."""
        firsts = {ticket.id[0]: ticket for ticket in reversed(waiting)}
        keys = list(dict.fromkeys(ticket.id[0] for ticket in waiting))
        now = time.monotonic()
        if not keys or (keys == self._places and now - self._places_told < _PLACES_SECONDS):
            return
        self._places, self._places_told = keys, now
        seconds = self._forecast.seconds_left
        self._report(Places(places={key: (place, seconds(firsts[key].id)) for place, key in enumerate(keys, 1)}))

    def _stepped(self, job: Job) -> Callable[[bytes], Stepped]:
        spec, key = job.order.spec, job.key
        lefts = [self._forecast.seconds_left(ticket.id) for ticket in job.tickets.values()]
        steps = steps_taken(spec)
        step = int(self._ledger.progress(job.ids) * steps)
        left = max((seconds for seconds in lefts if seconds is not None), default=None)
        done = spec.count - len(job.tickets)
        return lambda body: Stepped(key=key, step=step, steps=steps, pictures_done=done, seconds_left=left, body=body)
