"""Counts false blocks: ordinary words and tags that the filter takes for a misspelt or disguised entry.

``python -m benchmarks.filter_false_blocks WORDS`` reads words, one a line, from any dictionary, leaves out those of
the guard's own list, and tries 5,000 of the rest and 5,000 tags made by rule (``booru_tags.py``) against 1,000 ordinary
words as entries. That is a hard list: entries of a real one are rarer, and fewer of them long.
"""

import argparse
import random
import re
import sys
from itertools import islice
from pathlib import Path

import wordfreq

from benchmarks.booru_tags import tags
from bot.moderation.filter import Filter

_ALLOWED = 0.0005


def main() -> int:
    """Print every false block and the share; the exit status is 0 up to 0.05 %."""
    parser = argparse.ArgumentParser(description="Count false blocks of the filter.")
    parser.add_argument("words", type=Path, help="words, one a line")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    frequent = [word for word in wordfreq.top_n_list("en", 20_000) if word.isalpha() and len(word) >= 4]
    listed = chance.sample([w for w in frequent if len(w) >= 8], 600) + chance.sample(frequent, 400)
    meant = {form for word in listed for form in (word, word + "s", word + "es", word.removesuffix("y") + "ies")}
    known = set(wordfreq.iter_wordlist("en", "large"))
    lines = {line.strip().lower() for line in options.words.read_text(encoding="utf-8").splitlines()}
    fair = sorted(line for line in lines if line and line not in known and line not in meant)
    tried = chance.sample(fair, min(options.count // 2, len(fair)))
    tried += islice((tag for tag in tags(2 * options.count, chance) if _is_fair(tag, meant)), options.count // 2)
    server = Filter(listed)
    blocked = [(text, hit) for text in tried if (hit := server.find(text))]
    for text, hit in blocked:
        sys.stdout.write(f"{text}: {hit.entry}, {hit.how}\n")
    share = len(blocked) / max(1, len(tried))
    sys.stdout.write(f"{len(blocked)} of {len(tried)} blocked, {share:.3%}\n")
    return 0 if share <= _ALLOWED else 1


def _is_fair(tag: str, meant: set[str]) -> bool:
    """Whether no word of a tag is what an entry means to block."""
    return meant.isdisjoint(re.split(r"[\W_]+", tag))


if __name__ == "__main__":
    sys.exit(main())
