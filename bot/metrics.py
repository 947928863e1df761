"""The bot's figures for Prometheus, each bot's in a registry of its own."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

import aiohttp
import discord
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from yarl import URL

from bot.breaker import Breaker
from generation.drawing import Alive
from generation.totals import CALL_ROWS, STEP_SECONDS, Totals

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ACK_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
_OURS = ("bot.", "generation.", "storage.")


class Metrics:
    """Counters and gauges.

    ``waiting`` says how many jobs are on the way; ``drawer`` is the drawing process's id, ``pulse`` what it told last.
    """

    def __init__(
        self,
        *,
        breaker: Breaker,
        waiting: Callable[[], int],
        drawer: Callable[[], int | None],
        pulse: Callable[[], Alive | None],
    ) -> None:
        self.registry = CollectorRegistry()
        self._breaker = breaker
        self.acknowledgement = Histogram(
            "ninewords_acknowledgement_seconds",
            "From the making of an interaction, by its id, to Discord's answer to its acknowledgement.",
            buckets=_ACK_BUCKETS,
            registry=self.registry,
        )
        self._requests = Counter(
            "ninewords_discord_requests", "Answers of Discord's REST API.", ["method", "status"], registry=self.registry
        )
        self._events = Counter(
            "ninewords_events", "What the log told of, by its words.", ["event", "level"], registry=self.registry
        )
        self._gauge("ninewords_jobs_on_the_way", "Jobs that are not finished.", lambda: float(waiting()))
        self._gauge("ninewords_invalid_requests", "Invalid answers of the last minutes.", lambda: float(breaker.recent))
        self._gauge(
            "ninewords_drawer_resident_bytes", "Memory of the drawing process.", lambda: float(resident(drawer()))
        )
        self._gauge(
            "ninewords_drawer_accelerator_bytes",
            "Memory that the drawing process has taken of an accelerator.",
            lambda: float(told.accelerator_bytes if (told := pulse()) else 0),
        )
        self.registry.register(_Loop(pulse))
        ProcessCollector(registry=self.registry)

    def written(self) -> bytes:
        """All figures in Prometheus's text format."""
        return generate_latest(self.registry)

    def trace(self) -> aiohttp.TraceConfig:
        """What a client's HTTP session reports to: every answer is counted, here and by the breaker."""
        tracing = aiohttp.TraceConfig()

        async def answered(_: object, __: object, end: aiohttp.TraceRequestEndParams) -> None:
            self._answered(end.method, end.url, end.response.status)

        tracing.on_request_end.append(answered)
        return tracing

    @contextmanager
    def counting_events(self) -> Iterator[None]:
        """Count what is logged, to the end of the ``with``."""
        counter = _EventCounter(self._events)
        root = logging.getLogger()
        root.addHandler(counter)
        try:
            yield
        finally:
            root.removeHandler(counter)

    def _answered(self, method: str, url: URL, status: int) -> None:
        self._breaker.count(status)
        self._requests.labels(method, str(status)).inc()
        interaction = _acknowledged(url)
        if interaction is not None and status < 300:
            since = datetime.now(UTC) - discord.utils.snowflake_time(interaction)
            self.acknowledgement.observe(max(0.0, since.total_seconds()))

    def _gauge(self, name: str, documentation: str, value: Callable[[], float]) -> None:
        Gauge(name, documentation, registry=self.registry).set_function(value)


class _Loop(Collector):
    """The drawing process's totals. They begin anew with each process, as counters may."""

    def __init__(self, pulse: Callable[[], Alive | None]) -> None:
        self._pulse = pulse

    def collect(self) -> Iterable[Metric]:
        """The figures at present."""
        told = self._pulse()
        totals = Totals() if told is None else told.totals
        yield HistogramMetricFamily(
            "ninewords_step_seconds",
            "Steps that everybody in the batch took together, and how long they took.",
            buckets=_buckets(STEP_SECONDS, totals.steps),
            sum_value=totals.step_seconds,
        )
        yield HistogramMetricFamily(
            "ninewords_network_call_rows",
            "Network calls, and the rows they had, padding included.",
            buckets=_buckets(CALL_ROWS, totals.calls),
            sum_value=totals.rows + totals.padding,
        )
        rows = CounterMetricFamily("ninewords_network_rows", "Rows of network calls, by what they were.", labels=["of"])
        rows.add_metric(["pictures"], totals.rows)
        rows.add_metric(["padding"], totals.padding)
        yield rows


def _buckets(bounds: Sequence[float], counts: Sequence[int]) -> Sequence[tuple[str, float]]:
    """Prometheus's buckets, each of which holds those before it too."""
    return list(zip([*map(str, bounds), "+Inf"], map(float, accumulate(counts)), strict=True))


class _EventCounter(logging.Handler):
    """Counts records by event and level. Their words are this program's own, so there are only so many."""

    def __init__(self, counter: Counter) -> None:
        super().__init__(logging.INFO)
        self._counter = counter

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(_OURS):
            event = record.msg.get("event", "") if isinstance(record.msg, dict) else str(record.msg)
            self._counter.labels(event, record.levelname.lower()).inc()


def resident(pid: int | None) -> int:
    """Return a process's resident memory in bytes; 0 where there is none, or the system does not say."""
    if pid is None:
        return 0
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)


def _acknowledged(url: URL) -> int | None:
    """The interaction that a request acknowledges; None of any other request."""
    parts = url.path.split("/")
    if len(parts) > 3 and parts[-1] == "callback" and parts[-4] == "interactions" and parts[-3].isdecimal():
        return int(parts[-3])
    return None
