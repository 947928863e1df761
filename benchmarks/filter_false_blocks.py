"""Counts false blocks: ordinary words and tags that the filter takes for a misspelt or disguised entry.

``python benchmarks/filter_false_blocks.py WORDS`` reads words or tags, one a line, from any dictionary or tag list,
leaves out those of the guard's own list, and tries 10,000 of the rest against 1,000 ordinary words as entries.
That is a hard list: entries of a real one are rarer, and fewer of them long.
"""

import argparse
import random
import sys
from pathlib import Path

import wordfreq

from bot.moderation.filter import Filter

_ALLOWED = 0.0005


def main() -> int:
    """Print every false block and the share; the exit status is 0 up to 0.05 %."""
    parser = argparse.ArgumentParser(description="Count false blocks of the filter.")
    parser.add_argument("words", type=Path, help="words or tags, one a line")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    frequent = [word for word in wordfreq.top_n_list("en", 20_000) if word.isalpha() and len(word) >= 4]
    listed = chance.sample([w for w in frequent if len(w) >= 8], 600) + chance.sample(frequent, 400)
    meant = {form for word in listed for form in (word, word + "s", word + "es", word.removesuffix("y") + "ies")}
    known = set(wordfreq.iter_wordlist("en", "large"))
    lines = {line.strip().lower() for line in options.words.read_text(encoding="utf-8").splitlines()}
    fair = sorted(line for line in lines if line and line not in known and meant.isdisjoint(line.split()))
    tried = chance.sample(fair, min(options.count, len(fair)))
    server = Filter(listed)
    blocked = [(text, hit) for text in tried if (hit := server.find(text))]
    for text, hit in blocked:
        sys.stdout.write(f"{text}: {hit.entry}, {hit.how}\n")
    share = len(blocked) / max(1, len(tried))
    sys.stdout.write(f"{len(blocked)} of {len(tried)} blocked, {share:.3%}\n")
    return 0 if share <= _ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
