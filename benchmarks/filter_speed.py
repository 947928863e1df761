"""Times the filter: prompts of 4,000 characters against a list of 1,000 entries, and the floor on the same prompts.

``python benchmarks/filter_speed.py [--prompts 300]`` prints the median, the 99th percentile and the slowest, in
milliseconds of processor time, for ordinary prompts and for such as were made to be slow.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable

import wordfreq

from bot.moderation.filter import Filter
from bot.moderation.floor import Floor

LENGTH = 4000
HOSTILE = {
    "open brackets": "(" * LENGTH,
    "nested brackets": "[" * (LENGTH // 2) + "]" * (LENGTH // 2),
    "60 schedules": "[a|b|c]" * 60,
    "60 schedules in words": "ca[a:b:0.5]stle " * 60,
    "schedules throughout": "[sun:moon:0.5]" * (LENGTH // 14),
    "one wide alternation": "[" + "|".join(f"a{k}" for k in range(800)) + "]",
    "nested schedules": "[a:" * 500 + "b" + ":0.5]" * 500,
    "spelled out": "a b c d " * (LENGTH // 8),
    "marks": "a" + "\u0301" * (LENGTH - 1),
    "signs": "a$!|@" * (LENGTH // 5),
}


def ordinary(count: int, chance: random.Random) -> list[str]:
    """Prompts of LENGTH characters made of frequent words, with weights here and there."""
    words = wordfreq.top_n_list("en", 20000)[200:]
    return [_prompt(words, chance) for _ in range(count)]


def _prompt(words: list[str], chance: random.Random) -> str:
    tags: list[str] = []
    while sum(len(tag) + 2 for tag in tags) < LENGTH:
        tag = " ".join(chance.sample(words, chance.randint(1, 3)))
        tags.append(f"({tag}:1.2)" if chance.random() < 0.1 else tag)
    return ", ".join(tags)[:LENGTH]


def entries(chance: random.Random) -> list[str]:
    """A thousand entries: words, stars, phrases and conjunctions."""
    words = [word for word in wordfreq.top_n_list("en", 60000)[20000:] if len(word) > 3]
    patterns = ["{0}"] * 6 + ["{0}*", "*{0}", "{0} {1}", "{0} && {1}"]
    return [chance.choice(patterns).format(*chance.sample(words, 2)) for _ in range(1000)]


def milliseconds(judge: Callable[[str], object], prompts: Iterable[str]) -> list[float]:
    """Processor time of each call."""
    times = []
    for prompt in prompts:
        start = time.process_time()
        judge(prompt)
        times.append((time.process_time() - start) * 1000)
    return times


def main() -> int:
    """Print the table; the exit status is 0 when ordinary prompts have p99 under 50 ms in the filter."""
    parser = argparse.ArgumentParser(description="Time the filter and the floor.")
    parser.add_argument("--prompts", type=int, default=300)
    chance = random.Random(1)
    prompts = ordinary(parser.parse_args().prompts, chance)
    filtered, floor = Filter(entries(chance)), Floor.load()
    judges = {"filter": filtered.find, "floor": lambda prompt: floor.judge(prompt, "")}
    p99 = {}
    for name, judge in judges.items():
        judge(prompts[0])
        times = milliseconds(judge, prompts)
        p99[name] = statistics.quantiles(times, n=100)[98]
        sys.stdout.write(
            f"{name}: median {statistics.median(times):.1f}, p99 {p99[name]:.1f}, slowest {max(times):.1f} ms\n"
        )
        for kind, took in zip(HOSTILE, milliseconds(judge, HOSTILE.values()), strict=True):
            sys.stdout.write(f"    {kind:24}{took:8.1f} ms\n")
    return 0 if p99["filter"] < 50 else 1


if __name__ == "__main__":
    sys.exit(main())
