"""The floor: what is refused together, by every way of writing it; what passes; and that nothing reaches it."""

import hashlib
import inspect
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from itertools import product
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

import bot.moderation.floor as floor_module
from bot.application import opened
from bot.configuration import Configuration
from bot.errors import TokenRefused
from bot.moderation.circumstances import Person, Place
from bot.moderation.floor import Floor, FloorDamaged, Refusal
from bot.moderation.policy import Decision, Rule, judge
from bot.moderation.rules import Rules
from generation.errors import InvalidChoice
from generation.profiles import load_profiles
from generation.spec import PromptSpec, resolve
from storage.moderation.records import (
    History,
    ListEntry,
    ListKind,
    ServerConfiguration,
)
from storage.records import Spent
from tests.bot import specs
from tests.bot.moderation.situations import CHANNEL, NOW, ROLE, judged, person, place, rules
from tests.bot.stage import Stage

_HERE = Path(__file__).parent
_TERMS = Path(floor_module.__file__).parent / "terms"
_TAGS = (_HERE / "ordinary_tags.txt").read_text(encoding="utf-8").splitlines()
_PROMPTS = (_HERE / "clean_prompts.txt").read_text(encoding="utf-8").splitlines()


def _listed(name: str, section: str) -> list[str]:
    content = (_TERMS / f"{name}.txt").read_text(encoding="utf-8")
    lines = content.split(f"\n[{section}]\n")[1].split("\n[")[0].splitlines()
    return [line.strip("=*") for line in lines if line and not line.startswith("#")]


AGE, SEXUAL, MATURITY = (_listed(name, "clear") for name in ("age_coded", "sexual", "maturity"))
MAYBE_AGE, MAYBE_SEXUAL = (_listed(name, "borderline") for name in ("age_coded", "sexual"))
A, S, M = "toddler", next(term for term in SEXUAL if term.startswith("nud")), "adult"


@pytest.fixture(scope="module")
def floor() -> Floor:
    return Floor.load()


def test_every_age_coded_term_is_refused_beside_a_sexual_one(floor: Floor) -> None:
    assert [term for term in AGE + MAYBE_AGE if not floor.judge(f"{term}, {S}", "")] == []


def test_every_sexual_term_is_refused_beside_an_age_coded_one(floor: Floor) -> None:
    assert [term for term in SEXUAL + MAYBE_SEXUAL if not floor.judge(f"{term}, {A}", "")] == []


def test_words_for_maturity_asked_away_are_age_coded(floor: Floor) -> None:
    assert [term for term in MATURITY if not floor.judge(S, f"lowres, {term}")] == []
    assert floor.judge("a castle", M) is None


def test_borderline_terms_are_ordinary_alone_and_refused_together(floor: Floor) -> None:
    assert [term for term in MAYBE_AGE + MAYBE_SEXUAL if floor.judge(f"{term}, old castle", "")] == []
    assert [term for term in MAYBE_AGE if not floor.judge(f"{term}, old castle, {MAYBE_SEXUAL[0]}", "")] == []
    assert [term for term in MAYBE_SEXUAL if not floor.judge(f"{MAYBE_AGE[0]}, old castle, {term}", "")] == []


AGES = re.split(
    r"\|",
    "12yo|12 yo|12 y/o|12 y.o.|12y|12 years old|12-year-old|12 yrs|12_years_old|12yearsold|age 12|age: 12|age=12|age12|"
    "aged 12|ages 10-12|aged seven|age of nine|twelve years old|twelve-year-old|seventeen year old|twelveyearold|"
    "tw3lve y3ars old|1 2 y o|t w e l v e years old|12 years|12.5 years old|twelve and a half years old|xii years old|"
    "１２ years old|⑫ years old|1️⃣2️⃣ yo|١٢ years old|l2 years old|1o yo|(12)(yo)|(12:1.1) (years old:0.9)|"
    "12 [years old:sky:0.5]|1[2:x:0.5] yo|12&#32;yo|6 months old|three weeks old|under 18|under eighteen|below 16|"
    "u18|<18|almost eighteen|5th grade|fifth grader|grade 5|12th birthday|born in 2014|nine summers old|she is 12|"
    "she's 12|14f|12歳|１２歳|十二歳|12才|12さい|17-sai|12岁|十二岁|6ヶ月|12살|열두 살|"
    "12 años|doce años|douze ans|12 ans|"
    "zwölf Jahre alt|12-jährige|12 anos|12 anni|12 лет|двенадцать лет|12-летняя|12 lat|12 jaar|12 yaşında|12 tahun|"
    "12 tuổi|12 ปี|12 سنة|12 साल|18歳未満|小学三年生",
)
GROWN = re.split(
    r"\|",
    "18yo|18 years old|25 years old|twenty-one years old|thirty five years old|nineteen years old|age 40|aged 35|"
    "age 18|1000 year old|1,000 years old|10 000 years old|500-year-old|117 years old|100歳|二十歳|18歳|"
    "25 ans|10 years ago|two years later|seven years war|1girl|2girls|16:9|4k|8k uhd|1920x1080|cfg 7|17th century|"
    "f/1.8|85mm|2b, 9s|3d|steps 12",
)


@pytest.mark.parametrize("age", AGES)
def test_ages_under_eighteen(floor: Floor, age: str) -> None:
    assert floor.judge(f"{age}, {S}", "")
    assert floor.judge(f"{age}, a castle", "") is None


@pytest.mark.parametrize("age", GROWN)
def test_ages_from_eighteen_and_other_numbers(floor: Floor, age: str) -> None:
    assert floor.judge(f"{age}, {S}", "") is None


@pytest.mark.parametrize("number", range(18))
def test_every_number_under_eighteen(floor: Floor, number: int) -> None:
    assert floor.judge(f"{number} years old, {S}", "")
    assert floor.judge(f"{number}yo, {S}", "")


DISGUISES = {
    "upper case": str.upper,
    "zero width": "\u200b".join,
    "spaced": " ".join,
    "dotted": ".".join,
    "dashed": "-".join,
    "full width": lambda t: "".join(chr(ord(c) + 0xFEE0) for c in t),
    "bold": lambda t: "".join(chr(ord(c) - 97 + 0x1D41A) for c in t),
    "circled": lambda t: "".join(chr(ord(c) - 97 + 0x24D0) for c in t),
    "Cyrillic": lambda t: t.translate(str.maketrans("oeacpx", "оеасрх")),
    "accents": lambda t: t.translate(str.maketrans("oeaun", "óéàüñ")),
    "zalgo": "\u0336".join,
    "leet": lambda t: t.translate(str.maketrans("oeats", "03475")),
    "stretched": lambda t: t[:-1] + t[-1] * 4,
    "weights": lambda t: f"({t[:2]}:1.1)({t[2:]}:0.9)",
    "each letter weighted": lambda t: "".join(f"({c}:1.1)" for c in t),
    "brackets": lambda t: f"[{t[:2]}][{t[2:]}]",
    "escaped": lambda t: f"\\({t}\\)",
    "backslash": lambda t: f"{t[:2]}\\{t[2:]}",
    "schedule to": lambda t: f"[sky:{t}:0.5]",
    "schedule from": lambda t: f"[{t}::0.9]",
    "nested schedule": lambda t: f"[a:[b:{t}:0.7]:0.3]",
    "half scheduled": lambda t: f"{t[:2]}[sky:{t[2:]}:0.3]",
    "half alternated": lambda t: f"[sea|{t[:2]}]{t[2:]}",
    "both halves scheduled": lambda t: f"[{t[:2]}:x:0.9][y:{t[2:]}:0.1]",
    "composition": lambda t: f"sky AND {t} :0.5 AND sea",
    "break": lambda t: f"sky BREAK {t}",
    "network": lambda t: f"<lora:{t}:0.8>",
    "network between": lambda t: f"{t[:2]}<lora:sky:0.8>{t[2:]}",
    "comment between": lambda t: f"{t[:4]}#sky\n{t[4:]}" if len(t) >= 8 else t,
    "entity": lambda t: t.replace("e", "&#101;").replace("d", "&#100;"),
    "bold markdown": lambda t: f"**{t[:2]}**{t[2:]}",
    "spoiler": lambda t: f"||{t[:2]}||{t[2:]}",
    "underscores": lambda t: f"__{t}__",
    "unbalanced": lambda t: f"((({t}",
}


@pytest.mark.parametrize(("first", "second"), [*product(DISGUISES, ["upper case", "spaced", "half scheduled", "leet"])])
def test_no_disguise_helps(floor: Floor, first: str, second: str) -> None:
    assert floor.judge(f"{DISGUISES[first](A)}, {DISGUISES[second](S)}", "")
    assert floor.judge(f"{DISGUISES[second](A)} {DISGUISES[first](S)}", "lowres")
    assert floor.judge(DISGUISES[second](S), DISGUISES[first](M))


def test_words_written_together_are_taken_apart(floor: Floor) -> None:
    assert floor.judge(S + A, "")
    assert floor.judge(A + "girl" + S, "")


@pytest.mark.parametrize(
    "text", ["[{}|{}]", "[{}:{}:0.5]", "{} AND {}", "{} BREAK {}", "{}\n{}", "[{}:0.9] x [y:{}:3]"]
)
def test_the_union_of_all_branches_counts(floor: Floor, text: str) -> None:
    assert floor.judge(text.format(A, S), "")


def test_the_union_of_all_texts_counts(floor: Floor) -> None:
    assert floor.judge_texts(["a castle", A, S], [])
    assert floor.judge_texts([S], ["lowres", M])
    assert floor.judge_texts([A], [S]) is None
    assert floor.judge_texts([], []) is None


def test_weights_that_turn_a_word_around_do_not_help(floor: Floor) -> None:
    assert floor.judge(f"{S}, ({M}:-1)", "")
    assert floor.judge(f"{S} AND {M} :-1", "")
    assert floor.judge("a castle", f"({A}:-1), ({S}:-1.5)")
    assert floor.judge("a castle :0", f"{A}, {S}")
    assert floor.judge("a castle :0.8 AND the sea", f"{A}, {S}") is None


def _spec(**choices: object) -> PromptSpec:
    return resolve({"model": "sketch", "seed": 1, **choices}, profiles=load_profiles())


def test_a_guidance_that_draws_the_negative_prompt_does_not_help(floor: Floor) -> None:
    both = f"{A}, {S}"
    assert floor.judge_spec(_spec(prompt="a castle", negative_prompt=both, guidance_scale=8)) is None
    assert floor.judge_spec(_spec(prompt="a castle", negative_prompt=both, guidance_scale=1)) is None
    for scale in (0.9, 0, -8):
        assert floor.judge_spec(_spec(prompt="a castle", negative_prompt=both, guidance_scale=scale))
    assert floor.judge_spec(_spec(prompt="a castle :0.6", negative_prompt=both, guidance_scale=1.5))
    assert floor.judge_spec(_spec(prompt=f"{S}, {M}", negative_prompt="lowres", guidance_scale=-8))


def test_a_second_pass_is_judged_too(floor: Floor) -> None:
    both, larger = f"{A}, {S}", {"larger": 2.0, "larger_strength": 0.5}
    for scale, refused in ((8.0, False), (0.5, True)):
        second = specs.spec(
            prompt="a castle", negative_prompt=both, larger_steps=30, larger_guidance_scale=scale, **larger
        )
        assert (floor.judge_spec(second) is not None) is refused
    texts, _ = floor_module.texts_of(specs.spec(prompt="[sea:sky:20]", steps=10, larger_steps=30, **larger))
    assert {"sea", "sky"} <= set(texts)
    texts, _ = floor_module.texts_of(specs.spec(prompt="[sea:sky:20]", steps=10))
    assert "sky" not in texts


def test_every_text_of_the_plan_is_judged(floor: Floor) -> None:
    # More schedules in a row than are laid open in every combination; only the steps tell which meet.
    letters = "".join(f"[{c}:x:0.9]" if k % 3 else f"[x:{c}:0.1]" for k, c in enumerate(A))
    assert floor.judge_spec(_spec(prompt=f"{letters}, {S}", negative_prompt="", steps=20))
    assert floor.judge_spec(_spec(prompt=f"{A}, {S}", negative_prompt=""))
    assert floor.judge_spec(_spec(prompt="1girl, meadow")) is None


def test_every_region_is_judged_with_the_prompt_and_with_the_others(floor: Floor) -> None:
    for regions in (f"a castle | {A}", f"rows: a castle | {A} :0.8 #orange", f"2x2: a | b | c | [{A}:x:0.5] AND d"):
        assert floor.judge_spec(_spec(prompt="meadow", regions=regions)) is None
        assert floor.judge_spec(_spec(prompt=S, regions=regions))
    assert floor.judge_spec(_spec(prompt="meadow", regions=f"{A} | {S}"))
    assert floor.judge_spec(_spec(prompt=A[:3], regions=f"{A} | a [{S}|tree]"))
    assert floor.judge_spec(_spec(prompt="meadow", regions=f"a castle | {M}", negative_prompt=S)) is None


def test_a_region_in_which_the_negative_prompt_is_drawn_does_not_help(floor: Floor) -> None:
    both = f"{A}, {S}"
    assert floor.judge_spec(_spec(prompt="a castle", regions="a | b", negative_prompt=both, guidance_scale=8)) is None
    assert floor.judge_spec(_spec(prompt="a castle", regions="a :0.1 | b", negative_prompt=both, guidance_scale=8))
    assert floor.judge_spec(_spec(prompt="a castle", regions="a :-1 | b :9", negative_prompt=both, guidance_scale=8))


def test_looking_finds_what_is_refused_and_each_class_by_itself(floor: Floor) -> None:
    def look(prompt: str, negative: str = "") -> tuple[bool, bool, bool]:
        found = floor.look(_spec(prompt=prompt, negative_prompt=negative))
        assert found.forbidden == (floor.judge_spec(_spec(prompt=prompt, negative_prompt=negative)) is not None)
        return found.age_coded, found.sexual, found.explicit

    assert look("a castle") == (False, False, False)
    assert look(A) == look("12 years old") == look("a castle", M) == (True, False, False)
    assert look(S) == (False, True, True)
    assert look(MAYBE_SEXUAL[0]) == (False, True, False)
    assert look(f"{MAYBE_SEXUAL[0]}, {A}") == (True, True, False)
    assert look(S, M) == look(f"[{A}|{S}]") == (True, True, True)
    assert look("a castle", f"({A}:-1), {S}") == (True, True, True), "turned around"


def test_prudence_in_the_negative_prompt_is_no_offence(floor: Floor) -> None:
    prudent = f"nsfw, {S}, {A}, lowres, (worst quality:1.4)"
    assert floor.judge("1girl, meadow", prudent) is None
    assert floor.judge(f"{A}, meadow", prudent) is None
    assert floor.judge(f"1girl, {S}", prudent) is None


@pytest.mark.parametrize("tag", _TAGS)
def test_ordinary_tags_are_in_neither_class(floor: Floor, tag: str) -> None:
    assert floor.judge(f"{S}, {tag}", "") is None
    assert floor.judge(f"{A}, {tag}", "") is None


def test_all_ordinary_tags_at_once_pass(floor: Floor) -> None:
    shuffled = random.Random(2).sample(_TAGS, len(_TAGS))
    assert floor.judge(", ".join(shuffled), "") is None


@pytest.mark.parametrize("prompt", _PROMPTS)
def test_clean_prompts_pass(floor: Floor, prompt: str) -> None:
    assert floor.judge(prompt, f"nsfw, {S}, {A}, lowres, bad hands") is None


@pytest.mark.parametrize(
    "prompt", ["(" * 4000, "[" * 2000 + "]" * 2000, "[a|b|c]" * 60, "[a:" * 1000 + "b" + ":1]" * 300, "a\u0301" * 2000]
)
def test_a_wall_of_brackets_is_judged(floor: Floor, prompt: str) -> None:
    assert floor.judge(prompt, prompt) is None
    assert floor.judge(f"{prompt} {A}, {S}", "")


def test_a_refusal_says_nothing_of_the_prompt(floor: Floor) -> None:
    refusal = floor.judge(f"{A}, {S}", "")
    assert refusal == Refusal(rule="floor", reason="This is not allowed here.")
    assert A not in repr(refusal)


def test_nothing_reaches_it(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(inspect.signature(Floor.load).parameters) == []
    assert list(inspect.signature(floor.judge).parameters) == ["prompt", "negative_prompt"]
    assert list(inspect.signature(floor.judge_texts).parameters) == ["texts", "negatives"]
    for name in (*os.environ, "NINEWORDS_FLOOR", "FLOOR", "NSFW", "DEBUG", "PYTEST_CURRENT_TEST"):
        if name not in ("PATH", "HOME", "PYTHONPATH"):
            monkeypatch.setenv(name, "off")
            monkeypatch.setenv(name.upper(), "0")
    assert Floor.load().judge(f"{A}, {S}", "")


def test_a_program_with_every_variable_set_is_no_more_lenient() -> None:
    program = f"from bot.moderation.floor import Floor; print(Floor.load().judge({f'{A}, {S}'!r}, ''))"
    names = (
        "FLOOR",
        "NSFW",
        "SAFE",
        "MODERATION",
        "DISABLE_FLOOR",
        "NINEWORDS_FLOOR",
        "TESTING",
        "CI",
        "PYTHONOPTIMIZE",
    )
    for value in ("0", "1"):
        flipped = {**os.environ, **dict.fromkeys(names, value)}
        done = subprocess.run([sys.executable, "-c", program], env=flipped, capture_output=True, text=True, check=True)
        assert done.stdout.startswith("Refusal(")


def _values_of(kind: Any) -> list[Any]:
    """Some values of a field, by its type; a type unknown here has to be added before its field can be."""
    if get_origin(kind) in (UnionType, Union):
        return [value for each in get_args(kind) for value in _values_of(each)]
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    if get_origin(kind) is Annotated:
        return _values_of(get_args(kind)[0])
    if get_origin(kind) is Mapping:
        _, held = get_args(kind)
        return [{id: _any_of(held)} for id in (CHANNEL, ROLE, 7) for _ in range(4)]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return list(kind)
    known: dict[Any, list[Any]] = {
        NoneType: [None],
        frozenset[int]: [frozenset(), frozenset({ROLE})],
        datetime: [NOW, NOW.replace(year=2015)],
        bool: [True, False],
        int: [0, 1, 10**6],
        float: [0.0, 1.0, 10.0**6],
        str: ["", "anything", f"{A}, {S}"],
    }
    return known[kind]


_random = random.Random(8)


def _any_of(kind: type) -> Any:
    """A record with a value for every field it has, those that are added later among them."""
    return kind(**{name: _random.choice(_values_of(hint)) for name, hint in get_type_hints(kind).items()})


def test_no_field_of_a_servers_configuration_no_list_role_place_or_history_reaches_it(floor: Floor) -> None:
    lists = [ListEntry(kind=ListKind.ALLOW, text=text[:60]) for text in (A, S, f"{A}*", "*", f"{A} {S}", f"{A}, {S}")]
    prompts = [{"prompt": f"{A}, {S}"}, {"prompt": S, "negative_prompt": M}, {"prompt": f"[{A}|{S}]"}]
    for _ in range(300):
        verdict = judge(
            specs.spec(guidance_scale=8.0, **_random.choice(prompts)),
            _any_of(Person),
            _any_of(Place),
            History(spent=(Spent(NOW, _random.choice([0, 10**6])),)),
            Rules.of(_any_of(ServerConfiguration), _random.sample(lists, _random.randrange(len(lists)))),
            floor=floor,
            waiting=_random.choice([0, 10**6]),
            now=NOW,
        )
        assert (verdict.decision, verdict.rule) == (Decision.REFUSE, Rule.FLOOR)


def test_each_value_of_each_field_is_tried(floor: Floor) -> None:
    """One by one too, so that no combination hides another."""
    request = specs.spec(prompt=f"{A}, {S}", guidance_scale=8.0)
    for name, hint in get_type_hints(ServerConfiguration).items():
        for value in _values_of(hint):
            decided = rules(**{name: value})
            for where in (place(), place(age_restricted=True), place(server_id=None)):
                assert judged(request, floor=floor, rules=decided, where=where).rule is Rule.FLOOR, (name, value)


#: Other values of the operator's configuration, where its field's type does not say which there are.
OPERATORS: dict[str, list[Any]] = {
    "discord_token": ["", "off"],
    "home_guild": [None, 10**17],
    "database": ["sqlite:///{}/other.db"],
    "data_folder": ["elsewhere"],
    "profile": ["anything-v3", "sketch"],
}


@pytest.mark.parametrize("name", Configuration.model_fields)
async def test_no_field_of_the_operators_configuration_reaches_it(name: str, tmp_path: Path) -> None:
    async with Stage.set_up(tmp_path) as stage:
        for value in OPERATORS.get(name) or _values_of(Configuration.model_fields[name].annotation)[:3]:
            if name == "database":
                value = value.format(tmp_path)
            elif name == "data_folder":
                value = tmp_path / value
            flipped = {name: value}
            configuration = stage.configuration().model_copy(update=flipped)
            if name == "discord_token":
                with pytest.raises(TokenRefused):
                    async with opened(configuration):
                        pass
                continue
            async with opened(configuration) as bot:
                verdict = await bot.oversight.judge(specs.spec(prompt=f"{A}, {S}"), person(), place(), waiting=0)
            assert verdict.rule is Rule.FLOOR, flipped


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data in a place where it can be damaged."""
    folder = tmp_path / "terms"
    shutil.copytree(_TERMS, folder)
    monkeypatch.setattr(floor_module, "_FOLDER", folder)
    return folder


NAMES = ("age_coded.txt", "maturity.txt", "sexual.txt")


@pytest.mark.parametrize("name", NAMES)
def test_missing_data_raises(shipped: Path, name: str) -> None:
    (shipped / name).unlink()
    with pytest.raises(FloorDamaged, match=name):
        Floor.load()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "damage", [lambda b: b"", lambda b: b[:-1], lambda b: b + b"\n", lambda b: b.replace(b"[clear]", b"[allowed]")]
)
def test_changed_data_raises(shipped: Path, name: str, damage: Callable[[bytes], bytes]) -> None:
    (shipped / name).write_bytes(damage((shipped / name).read_bytes()))
    with pytest.raises(FloorDamaged, match=name):
        Floor.load()


def test_line_ends_of_another_system_are_no_damage(shipped: Path) -> None:
    for name in NAMES:
        (shipped / name).write_bytes((shipped / name).read_bytes().replace(b"\n", b"\r\n"))
    assert Floor.load().judge(f"{A}, {S}", "")


def test_the_sums_in_the_code_are_those_of_the_data() -> None:
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in _TERMS.glob("*.txt")}
    assert sums == floor_module._SHA256


def test_no_term_is_in_two_sections_of_a_list() -> None:
    for name in ("age_coded", "sexual", "maturity"):
        lines = (_TERMS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        terms = [line for line in lines if line and line[0] not in "#["]
        assert len(terms) == len(set(terms)), sorted({term for term in terms if terms.count(term) > 1})


def test_what_can_be_read_in_too_many_ways_is_not_looked_through_for_ever(floor: Floor) -> None:
    tangled = "".join(f"[word{number}:other{number}|third:0.{number}]1e309 " for number in range(250))[:6000]
    with pytest.raises(InvalidChoice, match="too many ways"):
        floor.judge(" ".join([tangled] * 3), "")
    assert floor.judge("a cat, [red:blue:0.5], " * 250, "") is None
