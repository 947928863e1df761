"""Everything that could grow has a bound, the documents name it, and whoever meets it reads a sentence."""

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from bot import drafts, found
from bot.drafts import Drafts
from bot.errors import Refused
from bot.found import Findings, Found
from bot.moderation import rulebook
from bot.moderation.rulebook import Rulebook
from bot.policy import Policy
from bot.quota import Quota
from generation import png, source
from generation.errors import InvalidChoice, NinewordsError
from generation.prompt import regions
from storage.database import Database
from storage.jobs import now
from storage.records import Spent
from tests.bot.specs import spec

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"
_ROW = re.compile(r"^\| [^|]+ \| ([\d,.]+)(?: ([MK]iB))?[^|]* \| `([\w.]+)` \|$", re.MULTILINE)
_UNITS = {"MiB": 2**20, "KiB": 2**10, "": 1}
TODAY = Quota(limit=200, spent=(Spent(now(), 200),), now=now())

#: What is more than a bound, and a word of what is said of it.
REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "a full queue": (lambda: Policy().admit(of_this_person=0, of_everybody=1000), "full"),
    "one's own pictures on the way": (lambda: Policy().admit(of_this_person=10, of_everybody=10), "10 pictures"),
    "a day's pictures": (lambda: Policy().afford(1, TODAY), "200"),
    "pictures of a request": (lambda: Policy().check(spec(count=5)), "4"),
    "steps": (lambda: Policy().check(spec(steps=151)), "150"),
    "area": (lambda: Policy().check(spec(width=1544, height=1536)), "1536x1536"),
    "a prompt's length": (lambda: Policy().check(spec(prompt="x" * 6001)), "6,000"),
    "prompts joined by AND": (lambda: Policy().check(spec(prompt=" AND ".join("x" * 17))), "17 prompts"),
    "alternatives": (lambda: Policy().check(spec(prompt=" AND ".join(["[a|b]"] * 16), steps=150)), "too much"),
    "long alternatives": (lambda: Policy().check(spec(prompt="cat, " * 900 + "[a|b]", steps=64)), "too much"),
    "regions": (lambda: regions.parse_regions("columns 1:1:1:1:1: a | b | c | d | e"), "4 regions"),
    "a scan's pictures": (lambda: Policy().check_survey(145), "144"),
    "a file to draw over": (lambda: source.read(bytes(png.LARGEST_FILE + 1)), "32 MiB"),
    "a file with a recipe": (lambda: png.read(bytes(png.LARGEST_FILE + 1)), "32 MiB"),
}


@pytest.mark.parametrize("bound", REFUSED)
def test_more_than_a_bound_is_refused_in_a_sentence(bound: str) -> None:
    beyond, said = REFUSED[bound]
    with pytest.raises(NinewordsError) as refusal:
        beyond()
    assert isinstance(refusal.value, Refused | InvalidChoice | NinewordsError)
    assert said in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_as_much_as_a_prompt_may_come_to() -> None:
    Policy().check(spec(prompt=" AND ".join("x" * 16)))
    Policy().check(spec(prompt="a [red|blue] hat, " * 60, steps=150))
    Policy().check(spec(prompt="cat, " * 1100 + "[a:b:0.5]", steps=150))


def test_what_was_typed_is_kept_for_the_newest() -> None:
    kept = Drafts()
    for job in range(drafts._MOST + 10):
        kept.keep((1, job, None), {"prompt": "a cat"})
    assert len(kept._typed) == drafts._MOST
    assert not kept.find((1, 9, None))
    assert kept.find((1, 10, None))


async def test_messages_that_were_read_are_kept_for_the_newest(tmp_path: Path) -> None:
    async with Database.open(f"sqlite:///{tmp_path / 'a.db'}", pictures=tmp_path) as database:
        findings = Findings(jobs=database.jobs, pictures=database.pictures)
        for reading in range(found._MOST_READINGS + 10):
            findings._remember(reading, (Found("a.png", "a cat", f"file:{reading}:0"),))
        assert len(findings._read) == found._MOST_READINGS
        with pytest.raises(Refused):
            await findings.named("file:9:0")


async def test_rules_are_kept_for_the_newest_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulebook, "MOST_KEPT", 3)
    async with Database.open(f"sqlite:///{tmp_path / 'a.db'}", pictures=tmp_path) as database:
        rules = Rulebook(configurations=database.configurations, entries=database.entries)
        for server in (1, 2, 3, 4, 1):
            assert (await rules.of(server)).configuration.strikes == 3
        assert list(rules._read) == [3, 4, 1]


def test_the_documents_name_every_bound_where_it_is_set() -> None:
    rows = _ROW.findall(OPERATING.read_text(encoding="utf-8"))
    assert len(rows) > 20
    for number, unit, place in rows:
        owner, name = place.rsplit(".", 1)
        module, _, kind = owner.rpartition(".")
        held = getattr(getattr(import_module(module), kind)() if kind[0].isupper() else import_module(owner), name)
        assert held == float(number.replace(",", "")) * _UNITS[unit], place
