"""Policy: each rule by itself, the order in which they are tried, and what each says to do."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import words
from bot.moderation.floor import Floor
from bot.moderation.policy import (
    PAUSE,
    UNHURRIED,
    Decision,
    Rule,
    Verdict,
    judge_picture,
    judge_pictures,
    without_review,
)
from bot.words import moderation as sentences
from generation.gate import GateScores
from generation.spec import PromptSpec
from storage.moderation.records import (
    Block,
    ChannelConfiguration,
    History,
    ListEntry,
    ListKind,
    ReviewMode,
    RoleConfiguration,
    Standing,
    Strike,
)
from storage.records import Spent
from tests.bot.moderation.situations import CHANNEL, NOW, ROLE, SERVER, judged, person, place, rules
from tests.bot.specs import spec

ALLOWED = Verdict(Decision.ALLOW)
AGE_CODED, EXPLICIT = "toddler", "nude"
OPTED_IN = {"age_restricted": True}
MARKED = {"age_restricted": True}
BLOCK, ALLOW = ListKind.BLOCK, ListKind.ALLOW


@pytest.fixture(scope="module")
def floor() -> Floor:
    return Floor.load()


def refused_by(verdict: Verdict) -> Rule | None:
    assert verdict.decision is Decision.REFUSE
    assert verdict.reason.endswith((".", "!"))
    return verdict.rule


def asked(**changes: Any) -> PromptSpec:
    return spec(**{"prompt": "a quiet lake", "guidance_scale": 8.0, **changes})


def test_an_ordinary_request_is_allowed(floor: Floor) -> None:
    assert judged(asked(), floor=floor) == ALLOWED


def test_the_floor_says_no_more_than_that(floor: Floor) -> None:
    verdict = judged(asked(prompt=f"{AGE_CODED}, {EXPLICIT}"), floor=floor)
    assert verdict == Verdict(Decision.REFUSE, Rule.FLOOR, words.NOT_ALLOWED)


# --- the channel --------------------------------------------------------------------------------------------------


def test_not_in_direct_messages(floor: Floor) -> None:
    assert refused_by(judged(asked(), where=place(server_id=None, **MARKED), floor=floor)) is Rule.DIRECT


def test_only_in_the_channels_named(floor: Floor) -> None:
    elsewhere = rules(channels={99: ChannelConfiguration(answers=True)})
    assert refused_by(judged(asked(), rules=elsewhere, floor=floor)) is Rule.CHANNEL
    assert judged(asked(), rules=elsewhere, where=place(channel_id=99), floor=floor) == ALLOWED
    assert judged(asked(), rules=elsewhere, where=place(channel_id=5, parent_id=99), floor=floor) == ALLOWED
    only_a_negative = rules(channels={99: ChannelConfiguration(negative="gore")})
    assert judged(asked(), rules=only_a_negative, floor=floor) == ALLOWED


@pytest.mark.parametrize(
    ("decided", "where"),
    [({}, {}), (OPTED_IN, {}), ({}, MARKED), (OPTED_IN, {**MARKED, "server_id": None})],
    ids=["neither", "opted in, not marked", "marked, not opted in", "direct messages"],
)
def test_safe_for_work_unless_the_server_and_the_channel_both_say_so(
    floor: Floor, decided: dict[str, Any], where: dict[str, Any]
) -> None:
    verdict = judged(asked(prompt=EXPLICIT), rules=rules(**decided), where=place(**where), floor=floor)
    assert refused_by(verdict) is (Rule.DIRECT if "server_id" in where else Rule.EXPLICIT)


def test_explicit_words_where_both_say_so(floor: Floor) -> None:
    assert judged(asked(prompt=EXPLICIT), rules=rules(**OPTED_IN), where=place(**MARKED), floor=floor) == ALLOWED
    assert judged(asked(prompt="a bikini"), floor=floor) == ALLOWED, "what is ordinary alone is ordinary anywhere"


def test_age_coded_terms_alone_are_refused_where_explicit_pictures_may_be(floor: Floor) -> None:
    adult = {"rules": rules(**OPTED_IN), "where": place(**MARKED), "floor": floor}
    for prompt in (AGE_CODED, "12 years old", "school uniform"):
        verdict = judged(asked(prompt=prompt), **adult)
        assert refused_by(verdict) is Rule.AGE
        assert verdict.reason == words.NOT_ALLOWED
    assert refused_by(judged(asked(negative_prompt="adult"), **adult)) is Rule.AGE
    assert judged(asked(prompt=AGE_CODED), floor=floor) == ALLOWED
    assert judged(asked(prompt=AGE_CODED), rules=rules(**OPTED_IN), floor=floor) == ALLOWED


# --- the lists ----------------------------------------------------------------------------------------------------


def entry(text: str, kind: ListKind = BLOCK, channel_id: int = 0) -> ListEntry:
    return ListEntry(kind=kind, text=text, channel_id=channel_id)


@pytest.mark.parametrize(
    "prompt", ["a castle", "[sky:castle:0.5]", "sky AND c\u200bastle", "[castle|sea]", "(cas)(tle)"]
)
def test_the_servers_list_is_read_in_the_final_prompt(floor: Floor, prompt: str) -> None:
    verdict = judged(asked(prompt=prompt), rules=rules(entry("castle")), floor=floor)
    assert refused_by(verdict) is Rule.LIST
    assert "castle" in verdict.reason


def test_what_is_asked_away_is_not_asked_for(floor: Floor) -> None:
    listed = rules(entry("castle"))
    assert judged(asked(negative_prompt="castle"), rules=listed, floor=floor) == ALLOWED
    drawn = asked(negative_prompt="castle", guidance_scale=0.5)
    assert refused_by(judged(drawn, rules=listed, floor=floor)) is Rule.LIST, "below 1 it is drawn"


def test_channels_have_additions_and_threads_take_their_parents(floor: Floor) -> None:
    listed = rules(entry("moon"), entry("castle", channel_id=CHANNEL), entry("castle wall", ALLOW, 21))
    for where in (place(), place(channel_id=7, parent_id=CHANNEL)):
        assert refused_by(judged(asked(prompt="castle"), rules=listed, where=where, floor=floor)) is Rule.LIST
        assert refused_by(judged(asked(prompt="moon"), rules=listed, where=where, floor=floor)) is Rule.LIST
    other = place(channel_id=21)
    assert judged(asked(prompt="castle"), rules=listed, where=other, floor=floor) == ALLOWED
    assert refused_by(judged(asked(prompt="moon"), rules=listed, where=other, floor=floor)) is Rule.LIST


def test_an_allow_list_makes_room_in_the_block_list_and_nowhere_else(floor: Floor) -> None:
    listed = rules(entry("cast*"), entry("castle", ALLOW), entry(EXPLICIT, ALLOW), entry(AGE_CODED, ALLOW))
    assert judged(asked(prompt="castle"), rules=listed, floor=floor) == ALLOWED
    assert refused_by(judged(asked(prompt="caster"), rules=listed, floor=floor)) is Rule.LIST
    assert refused_by(judged(asked(prompt=f"{AGE_CODED} {EXPLICIT}"), rules=listed, floor=floor)) is Rule.FLOOR
    assert refused_by(judged(asked(prompt=EXPLICIT), rules=listed, floor=floor)) is Rule.EXPLICIT


# --- the person ---------------------------------------------------------------------------------------------------


def struck(*fade_in_days: int) -> History:
    strikes = [
        Strike(id=k, server_id=SERVER, person=1, case_id=None, created_at=NOW, fades_at=NOW + timedelta(days=days))
        for k, days in enumerate(fade_in_days)
    ]
    return History(standing=Standing(strikes=tuple(strikes)))


def blocked(**lasts: int) -> History:
    block = Block(
        server_id=SERVER, person=1, ends_at=NOW + timedelta(**lasts), reason="spam", by=2, case_id=None, created_at=NOW
    )
    return History(standing=Standing(block=block))


def test_a_block_holds_until_it_ends(floor: Floor) -> None:
    verdict = judged(asked(), history=blocked(hours=3), floor=floor)
    assert refused_by(verdict) is Rule.BLOCKED
    assert "about 3 hours" in verdict.reason
    assert "spam" in verdict.reason
    assert judged(asked(), history=blocked(hours=0), floor=floor) == ALLOWED


def test_strikes_count_until_they_fade(floor: Floor) -> None:
    assert judged(asked(), history=struck(5, 6), floor=floor) == ALLOWED
    verdict = judged(asked(), history=struck(2, 5, 20, 25), floor=floor)
    assert refused_by(verdict) is Rule.STRIKES
    assert "4 strikes" in verdict.reason
    assert "about 5 days" in verdict.reason, "two must fade before there are fewer than three"
    assert judged(asked(), history=struck(2, 5, 20), rules=rules(strikes=4), floor=floor) == ALLOWED


def test_only_members_with_the_roles_named(floor: Floor) -> None:
    named = rules(roles={ROLE: RoleConfiguration(draws=True), 31: RoleConfiguration(daily=3)})
    assert refused_by(judged(asked(), rules=named, floor=floor)) is Rule.ROLE
    assert judged(asked(), rules=named, who=person(roles=frozenset({ROLE})), floor=floor) == ALLOWED
    manager = person(manages=True, roles=frozenset({31}))
    assert refused_by(judged(asked(), rules=named, who=manager, floor=floor)) is Rule.ROLE


# --- how much and how often ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decided", "fits", "is_over"),
    [
        ({"steps": 40}, {"steps": 40}, {"steps": 41}),
        ({"count": 2}, {"count": 2}, {"count": 3}),
        ({"guidance": 9.5}, {"guidance_scale": 9.5}, {"guidance_scale": 9.6}),
        ({"steps": 40}, {"steps": 40}, {"steps": 10, "larger": 2.0, "larger_steps": 41}),
        ({"guidance": 9.5}, {"guidance_scale": 9.5}, {"larger": 2.0, "larger_guidance_scale": 9.6}),
        ({"side": 512}, {"width": 512, "height": 512}, {"width": 512, "height": 512, "larger": 1.5}),
        ({"side": 512}, {"width": 1024, "height": 256}, {"width": 520, "height": 512}),
    ],
)
def test_limits_of_the_server(
    floor: Floor, decided: dict[str, Any], fits: dict[str, Any], is_over: dict[str, Any]
) -> None:
    assert judged(asked(**fits), rules=rules(**decided), floor=floor) == ALLOWED
    verdict = judged(asked(**is_over), rules=rules(**decided), floor=floor)
    assert refused_by(verdict) is Rule.LIMITS
    assert f"{next(iter(decided.values())):g}" in verdict.reason


def test_jobs_in_flight(floor: Floor) -> None:
    assert judged(asked(), rules=rules(waiting=2), waiting=1, floor=floor) == ALLOWED
    assert refused_by(judged(asked(), rules=rules(waiting=2), waiting=2, floor=floor)) is Rule.WAITING


def test_a_cool_down(floor: Floor) -> None:
    slow = rules(cooldown=60, roles={ROLE: RoleConfiguration(cooldown=10), 31: RoleConfiguration(cooldown=600)})
    ago = History(last_at=NOW - timedelta(seconds=59))
    verdict = judged(asked(), rules=slow, history=ago, floor=floor)
    assert refused_by(verdict) is Rule.COOLDOWN
    assert "a few seconds" in verdict.reason
    assert judged(asked(), rules=slow, history=History(last_at=NOW - timedelta(seconds=60)), floor=floor) == ALLOWED
    generous = person(roles=frozenset({ROLE, 31}))
    assert judged(asked(), rules=slow, history=ago, who=generous, floor=floor) == ALLOWED
    strict = person(roles=frozenset({31}))
    assert refused_by(judged(asked(), rules=slow, history=ago, who=strict, floor=floor)) is Rule.COOLDOWN
    assert judged(asked(), rules=slow, floor=floor) == ALLOWED


def spent(pictures: int) -> History:
    return History(spent=(Spent(NOW - timedelta(hours=12), pictures),))


def test_pictures_a_day_by_role(floor: Floor) -> None:
    few = rules(daily=5, roles={ROLE: RoleConfiguration(daily=20), 31: RoleConfiguration(daily=0)})
    verdict = judged(asked(count=4), rules=few, history=spent(2), floor=floor)
    assert refused_by(verdict) is Rule.DAILY
    assert "5 pictures within 24 hours" in verdict.reason
    assert "3 of them are left" in verdict.reason
    assert "about 12 hours" in verdict.reason
    assert "too many" in judged(asked(count=6), rules=few, floor=floor).reason
    assert judged(asked(count=3), rules=few, history=spent(2), floor=floor) == ALLOWED
    more = person(roles=frozenset({ROLE, 31}))
    assert judged(asked(), rules=few, history=spent(19), who=more, floor=floor) == ALLOWED
    assert refused_by(judged(asked(), rules=few, history=spent(20), who=more, floor=floor)) is Rule.DAILY
    assert refused_by(judged(asked(), rules=few, who=person(roles=frozenset({31})), floor=floor)) is Rule.DAILY


def test_a_burst_from_new_accounts_slows_itself_and_nobody_else(floor: Floor) -> None:
    new = person(created_at=NOW - timedelta(days=2))
    burst = History(newcomers=UNHURRIED + 4, newcomers_last_at=NOW - 3 * PAUSE)
    assert refused_by(judged(asked(), who=new, history=burst, floor=floor)) is Rule.BRAKE
    assert judged(asked(), history=burst, floor=floor) == ALLOWED
    calm = History(newcomers=UNHURRIED, newcomers_last_at=NOW)
    assert judged(asked(), who=new, history=calm, floor=floor) == ALLOWED
    waited = History(newcomers=UNHURRIED + 4, newcomers_last_at=NOW - 4 * PAUSE)
    assert judged(asked(), who=new, history=waited, floor=floor) == ALLOWED
    assert judged(asked(), who=new, history=burst, rules=rules(brake=False), floor=floor) == ALLOWED


# --- review and pictures ------------------------------------------------------------------------------------------


def test_everything_is_held_where_everything_is_reviewed(floor: Floor) -> None:
    verdict = judged(asked(), rules=rules(review=ReviewMode.EVERYTHING), floor=floor)
    assert (verdict.decision, verdict.rule) == (Decision.HOLD, Rule.REVIEW)
    for scores in (None, scored(hentai=1.0), scored(drawing=1.0)):
        verdict = judge_picture(scores, place(**MARKED), rules(review=ReviewMode.EVERYTHING, **OPTED_IN))
        assert (verdict.decision, verdict.rule) == (Decision.HOLD, Rule.REVIEW)


def scored(**shares: float) -> GateScores:
    rest = {"drawing": 0.0, "hentai": 0.0, "neutral": 0.0, "porn": 0.0, "sexy": 0.0} | shares
    rest["neutral"] += 1 - sum(rest.values())
    return GateScores(**rest)


@pytest.mark.parametrize("review", [ReviewMode.OFF, ReviewMode.FLAGGED])
def test_a_picture_that_could_not_be_checked_is_held(review: ReviewMode) -> None:
    for decided in ({}, OPTED_IN):
        verdict = judge_picture(None, place(**MARKED), rules(review=review, **decided))
        assert (verdict.decision, verdict.rule) == (Decision.HOLD, Rule.UNCHECKED)


@pytest.mark.parametrize(
    ("scores", "flagged", "off"),
    [
        (scored(drawing=0.9), Decision.ALLOW, Decision.ALLOW),
        (scored(sexy=0.8), Decision.ALLOW, Decision.ALLOW),
        (scored(sexy=0.85), Decision.HOLD, Decision.REFUSE),
        (scored(hentai=0.3, porn=0.2), Decision.REFUSE, Decision.REFUSE),
        (scored(hentai=1.0), Decision.REFUSE, Decision.REFUSE),
    ],
)
def test_thresholds(scores: GateScores, flagged: Decision, off: Decision) -> None:
    assert judge_picture(scores, place(), rules()).decision is flagged
    assert judge_picture(scores, place(), rules(review=ReviewMode.OFF)).decision is off
    assert judge_picture(scores, place(**MARKED), rules()).decision is flagged, "the mark alone opens nothing"
    assert judge_picture(scores, place(), rules(**OPTED_IN)).decision is flagged, "nor does opting in"
    assert judge_picture(scores, place(**MARKED), rules(**OPTED_IN)).decision is Decision.ALLOW


def test_thresholds_are_the_servers() -> None:
    strict, lax = rules(explicit=0.1, suggestive=0.2), rules(explicit=1.0, suggestive=1.0)
    assert judge_picture(scored(hentai=0.1), place(), strict).decision is Decision.REFUSE
    assert judge_picture(scored(sexy=0.2), place(), strict).decision is Decision.HOLD
    assert judge_picture(scored(hentai=0.9), place(), lax) == ALLOWED


def test_the_worst_of_several_pictures_decides() -> None:
    clean, held, refused = scored(drawing=1.0), scored(sexy=0.9), scored(hentai=0.9)
    for scores, decision in (
        ([clean, clean], Decision.ALLOW),
        ([clean, held], Decision.HOLD),
        ([None, clean], Decision.HOLD),
        ([held, refused, clean], Decision.REFUSE),
    ):
        assert judge_pictures(scores, place(), rules()).decision is decision


def test_what_a_moderator_let_through_is_shown_where_no_less_is_allowed() -> None:
    everything, explicit = rules(review=ReviewMode.EVERYTHING, **OPTED_IN), [scored(hentai=0.9)]
    assert judge_pictures(explicit, place(), everything, approved=False) == ALLOWED, "the check was wrong"
    assert judge_pictures(explicit, place(**MARKED), everything, approved=False) == ALLOWED
    assert judge_pictures(explicit, place(**MARKED), everything, approved=True) == ALLOWED
    verdict = judge_pictures(explicit, place(), everything, approved=True)
    assert (refused_by(verdict), verdict.reason) == (Rule.EXPLICIT, sentences.CHANGED)
    assert refused_by(judge_pictures([None], place(), everything, approved=True)) is Rule.UNCHECKED
    assert judge_pictures([scored(drawing=1.0)], place(), everything, approved=True) == ALLOWED


@pytest.mark.parametrize("rule", [Rule.REVIEW, Rule.SUGGESTIVE, Rule.UNCHECKED])
def test_what_nobody_could_look_at_is_refused_with_a_sentence_of_its_own(rule: Rule) -> None:
    held = Verdict(Decision.HOLD, rule, "")
    assert without_review(held, rules(moderators_channel=1)) == held
    verdict = without_review(held, rules())
    assert refused_by(verdict) is rule
    assert "no moderators' channel" in verdict.reason
    assert without_review(ALLOWED, rules()) == ALLOWED


# --- the order ----------------------------------------------------------------------------------------------------


def test_the_first_that_objects_answers(floor: Floor) -> None:
    """Everything is wrong; as one after the other is put right, the next rule speaks."""
    wrong: dict[str, Any] = {
        "spec": asked(prompt=f"{AGE_CODED} {EXPLICIT} castle", steps=60),
        "where": place(server_id=None, channel_id=77),
        "history": History(
            spent=spent(9).spent,
            last_at=NOW,
            newcomers=50,
            newcomers_last_at=NOW,
            standing=Standing(strikes=struck(1, 2, 3).standing.strikes, block=blocked(days=1).standing.block),
        ),
        "who": person(created_at=NOW),
        "waiting": 9,
    }
    decided = {"steps": 40, "waiting": 2, "cooldown": 60, "daily": 9, "review": ReviewMode.EVERYTHING}
    channels, roles = {CHANNEL: ChannelConfiguration(answers=True)}, {ROLE: RoleConfiguration(draws=True)}
    wrong["rules"] = rules(entry("castle"), channels=channels, roles=roles, **decided)
    rest = wrong["history"]
    amends: list[dict[str, Any]] = [
        {},
        {"spec": asked(prompt=f"{EXPLICIT} castle", steps=60)},
        {"where": place(channel_id=77)},
        {"where": place()},
        {"history": replace(rest, standing=struck(1, 2, 3).standing)},
        {"history": replace(rest, standing=Standing())},
        {"who": person(created_at=NOW, roles=frozenset({ROLE}))},
        {"spec": asked(prompt="castle", steps=60)},
        {"spec": asked(steps=60)},
        {"spec": asked(steps=40)},
        {"waiting": 0},
        {"history": replace(rest, standing=Standing(), last_at=None)},
        {"history": replace(rest, standing=Standing(), last_at=None, spent=())},
        {"history": History()},
    ]
    heard = []
    for amend in amends:
        wrong |= amend
        known = dict(wrong)
        heard.append(judged(known.pop("spec"), floor=floor, **known).rule)
    assert heard == [
        Rule.FLOOR, Rule.DIRECT, Rule.CHANNEL, Rule.BLOCKED, Rule.STRIKES, Rule.ROLE, Rule.EXPLICIT, Rule.LIST,
        Rule.LIMITS, Rule.WAITING, Rule.COOLDOWN, Rule.DAILY, Rule.BRAKE, Rule.REVIEW,
    ]  # fmt: skip
