"""Measures how long people wait: pictures asked for at random moments, drawn together or one after another.

``python -m benchmarks.arrivals [--full] [--json FILE]``. Twenty people ask at random (Poisson), half of the time for
512x512, a quarter each for 768x768 and 1024x576, with 20 to 64 steps of any of five samplers, drawn in the
dispatch-bound regime (:mod:`benchmarks.dispatch_bound`). The same jobs go to three contestants
(:mod:`benchmarks.contestants`): the loop, the same loop serving one job at a time in the order of arrival, and
diffusers' ``StableDiffusionPipeline`` behind a queue. The rate of arrival is a share of what the second can draw,
measured by giving everybody all jobs at once, which also shows pictures a second.

It is a simulation of time and not of work: everything is really computed, and each contestant's clock moves on by the
processor time of its own computing. Contestants take turns, whoever's clock is furthest behind, so that all meet the
same machine at the same moments. A picture's *speed* is the time that the second contestant took for it, from its
first step to its end, over the time from asking to the end; Jain's index of speeds is 1 when everyone waits alike.
"""

import argparse
import random
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.contestants import SCHEDULERS, Contestant, Job, Loop, Outcome, Pipeline
from benchmarks.dispatch_bound import SIZES, dispatch_bound_model, spec_of
from benchmarks.sketch_loop import parse_arguments, publish, table

LOOP, QUEUE, PIPELINE = "the loop", "one by one", "diffusers' pipeline"
PEOPLE = 20
STEPS = 20, 64
LOADS = 0.95, 0.5
_SUBJECTS = ("1girl", "1boy", "a cat", "a house", "two people", "a red car")
_DETAILS = ("blue hair", "at night", "smile", "hat", "white background", "flowers", "rain")

Outcomes = Mapping[str, Outcome]


def jobs(chance: random.Random, count: int, rate: float | None) -> list[Job]:
    """Random jobs, so many a second; all at once where ``rate`` is None."""
    now, made = 0.0, []
    for index in range(count):
        now += chance.expovariate(rate) if rate else 0.0
        spec = spec_of(
            ", ".join((chance.choice(_SUBJECTS), *chance.sample(_DETAILS, 2))),
            size=chance.choice(("512x512", "512x512", "768x768", "1024x576")),
            steps=chance.randint(*STEPS),
            sampler=chance.choice(list(SCHEDULERS)),
            guidance_scale=7.5,
            negative_prompt="blurry, sketch",
            seed=index,
        )
        made.append(Job(str(index), now, str(chance.randrange(PEOPLE)), spec))
    return made


def compete(contestants: Mapping[str, Contestant], wanted: Sequence[Job]) -> Outcomes:
    """Give everybody the same jobs, and let whoever's clock is furthest behind go on."""
    for contestant in contestants.values():
        contestant.begin(wanted)
    going = list(contestants.values())
    while going:
        behind = min(going, key=lambda contestant: contestant.now)
        if not behind.advance():
            going.remove(behind)
    return {name: contestant.outcome() for name, contestant in contestants.items()}


def throughput(outcomes: Outcomes) -> dict[str, float]:
    """Pictures a second, of each."""
    return {name: len(outcome.finished) / outcome.ended for name, outcome in outcomes.items()}


class Waits:
    """What one contestant made of many jobs: seconds, and indices of fairness."""

    def __init__(self, runs: Sequence[tuple[Sequence[Job], Outcomes]], name: str) -> None:
        self.first: list[float] = []
        self.completion: list[float] = []
        self._speeds: list[float] = []
        self._of_people: dict[str, list[float]] = {}
        for wanted, outcomes in runs:
            alone, own = outcomes[QUEUE], outcomes[name]
            for job in wanted:
                taken = own.finished[job.key] - job.at
                speed = (alone.finished[job.key] - alone.begun[job.key]) / taken
                self.first.append(own.seen[job.key] - job.at)
                self.completion.append(taken)
                self._speeds.append(speed)
                self._of_people.setdefault(job.owner, []).append(speed)
        self._busy = [outcomes[name].busy / wanted[-1].at for wanted, outcomes in runs]

    def figures(self) -> dict[str, float]:
        people = [statistics.mean(speeds) for speeds in self._of_people.values()]
        return {
            "first preview, s, median": statistics.median(self.first),
            "first preview, s, p95": percentile(self.first, 95),
            "completion, s, median": statistics.median(self.completion),
            "completion, s, p95": percentile(self.completion, 95),
            "Jain's index, pictures": jain(self._speeds),
            "Jain's index, people": jain(people),
            "computing / time of arrivals": statistics.mean(self._busy),
        }


def percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def jain(values: Sequence[float]) -> float:
    """(sum x)^2 / (n sum x^2): 1 when all are equal, 1/n when one has everything."""
    return sum(values) ** 2 / (len(values) * sum(value * value for value in values))


def spread(of: Sequence[float]) -> dict[str, float]:
    return {"median": round(statistics.median(of), 3), "least": round(min(of), 3), "most": round(max(of), 3)}


def against(runs: Sequence[tuple[Sequence[Job], Outcomes]], other: str) -> dict[str, Any]:
    """How the loop compares with ``other``: in all, and from the least to the most of the single runs."""

    def compared(part: Sequence[tuple[Sequence[Job], Outcomes]]) -> dict[str, float]:
        ours, theirs = Waits(part, LOOP).figures(), Waits(part, other).figures()
        return {
            "first preview p95, times better": theirs["first preview, s, p95"] / ours["first preview, s, p95"],
            "completion p95, times better": theirs["completion, s, p95"] / ours["completion, s, p95"],
            "Jain's index, pictures, more": ours["Jain's index, pictures"] - theirs["Jain's index, pictures"],
            "Jain's index, people, more": ours["Jain's index, people"] - theirs["Jain's index, people"],
        }

    single = [compared([run]) for run in runs]
    return {
        name: {"in all": round(value, 3)} | spread([each[name] for each in single])
        for name, value in compared(runs).items()
    }


def _column(cells: Mapping[str, Mapping[str, float]], head: str) -> str:
    names = list(cells)
    rows = [[name, *(f"{cells[of][name]:.3f}" for of in names)] for name in cells[names[0]]]
    return table([head, *names], rows)


def _compared(found: Mapping[str, Any], head: str) -> str:
    rows = [
        [
            name,
            *(f"{of[name]['in all']:.2f} ({of[name]['least']:.2f} to {of[name]['most']:.2f})" for of in found.values()),
        ]
        for name in next(iter(found.values()))
    ]
    return table([head, *(f"against {name}" for name in found)], rows)


def measure(contestants: Mapping[str, Contestant], count: int, runs: int) -> tuple[dict[str, Any], list[str]]:
    """The figures and their tables: saturated first, which gives the capacity, then at each load."""
    compete(contestants, jobs(random.Random("warm"), 2 * len(SIZES), None))
    rates = [throughput(compete(contestants, jobs(random.Random(f"all {run}"), count, None))) for run in range(runs)]
    saturated = {
        name: {"pictures a second, saturated": statistics.median(r[name] for r in rates)} for name in contestants
    }
    more = {
        name: {"pictures a second, times more": {"in all": round(statistics.median(of), 3)} | spread(of)}
        for name in contestants
        if name != LOOP and (of := [rate[LOOP] / rate[name] for rate in rates])
    }
    figures: dict[str, Any] = {"saturated": {"figures": _rounded(saturated), "compared": more}}
    tables = [_column(saturated, "all at once"), _compared(more, "all at once")]
    capacity = statistics.median(rate[QUEUE] for rate in rates)
    for load in LOADS:
        held = []
        for run in range(runs):
            wanted = jobs(random.Random(f"{load} {run}"), count, load * capacity)
            held.append((wanted, compete(contestants, wanted)))
        waits = {name: Waits(held, name).figures() for name in contestants}
        compared = {name: against(held, name) for name in contestants if name != LOOP}
        figures[f"load {load}"] = {"figures": _rounded(waits), "compared": compared}
        tables += [_column(waits, f"load {load}"), _compared(compared, f"load {load}")]
    return figures, tables


def _rounded(cells: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    return {name: {key: round(value, 4) for key, value in of.items()} for name, of in cells.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="How long people wait, drawn together or one after another.")
    parser.add_argument("--jobs", type=int, help="pictures of each run (40; with --full 200)")
    parser.add_argument("--runs", type=int, help="runs of each kind (1; with --full 5)")
    arguments = parse_arguments(parser)
    count, runs = arguments.jobs or (200 if arguments.full else 40), arguments.runs or (5 if arguments.full else 1)
    model = dispatch_bound_model()
    contestants: dict[str, Contestant] = {
        LOOP: Loop(model),
        QUEUE: Loop(model, one_by_one=True),
        PIPELINE: Pipeline(model),
    }
    figures, tables = measure(contestants, count, runs)
    publish("Arrivals", {"jobs": count, "runs": runs, **figures}, tables, arguments.json)


if __name__ == "__main__":
    main()
