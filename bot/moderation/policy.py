"""Policy: whether a request is drawn and a picture is shown, as pure functions of what is known of them.

It knows neither Discord nor storage. The rules are tried in a fixed order, the floor first and for everybody; the
first that objects is the answer. Moderators and administrators are members like all others here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot import words
from bot.moderation.circumstances import Person, Place
from bot.moderation.floor import Floor, texts_of
from bot.moderation.rules import Rules
from bot.quota import Quota
from bot.words import moderation as sentences
from generation.spec import PromptSpec
from storage.moderation.records import History, ReviewMode

#: How old an account is no longer new.
NEW = timedelta(days=7)
#: So many new accounts may ask within ten minutes and none is slowed; each further one adds a pause for all of them.
UNHURRIED, PAUSE = 5, timedelta(seconds=15)
_LONGEST_PAUSE = timedelta(minutes=10)


class Decision(StrEnum):
    """What becomes of it."""

    ALLOW = "allow"
    HOLD = "hold"
    REFUSE = "refuse"


class Rule(StrEnum):
    """The rules by their names, which the log and the cases keep."""

    FLOOR = "floor"
    DIRECT = "direct"
    CHANNEL = "channel"
    ROLE = "role"
    BLOCKED = "blocked"
    STRIKES = "strikes"
    AGE = "age"
    EXPLICIT = "explicit"
    LIST = "list"
    LIMITS = "limits"
    WAITING = "waiting"
    COOLDOWN = "cooldown"
    DAILY = "daily"
    BRAKE = "brake"
    REVIEW = "review"
    SUGGESTIVE = "suggestive"
    UNCHECKED = "unchecked"
    LIKENESS = "likeness"


#: Rules of which no more is said than that something is not allowed, so that there is no case to appeal against.
SILENT = frozenset({Rule.FLOOR, Rule.AGE})


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer: by which rule, and why, in words a person can act on. Allowed, there is neither.

    ``entry`` is the one of the server's list that hit, where one did.
    """

    decision: Decision
    rule: Rule | None = None
    reason: str = ""
    entry: str | None = None


class Scores(Protocol):
    """What the picture gate says of a picture, from 0 to 1."""

    @property
    def explicit(self) -> float:
        """How much it looks explicit."""
        ...

    @property
    def suggestive(self) -> float:
        """How much it looks explicit or close to it."""
        ...


_ALLOWED = Verdict(Decision.ALLOW)


def judge(
    spec: PromptSpec,
    who: Person,
    where: Place,
    history: History,
    rules: Rules,
    *,
    floor: Floor,
    waiting: int,
    now: datetime,
) -> Verdict:
    """Judge a request; ``waiting`` are the jobs of this person that are not finished.

    Hold is: draw it, and let a moderator see the picture before anybody else does.
    """
    findings = floor.look(spec)
    if findings.forbidden:
        return _refused(Rule.FLOOR, words.NOT_ALLOWED)
    return (
        _judge_place(where, rules)
        or _judge_person(who, history, rules, now)
        or _judge_content(spec, where, rules, age_coded=findings.age_coded, explicit=findings.explicit)
        or _judge_size(spec, rules)
        or _judge_pace(spec, who, history, rules, waiting, now)
        or (Verdict(Decision.HOLD, Rule.REVIEW, sentences.REVIEWED) if _everything(rules) else _ALLOWED)
    )


def judge_picture(scores: Scores | None, where: Place, rules: Rules) -> Verdict:
    """Judge a finished picture; ``scores`` None says that it could not be checked, which is never taken for clean."""
    if _everything(rules):
        return Verdict(Decision.HOLD, Rule.REVIEW, sentences.REVIEWED)
    return _judge_scores(scores, where, rules)


def judge_pictures(
    scores: Sequence[Scores | None], where: Place, rules: Rules, *, approved: bool | None = None
) -> Verdict:
    """Judge all finished pictures of a request: the worst of them decides for all.

    ``approved`` None: no moderator has looked at them. Otherwise one let them through, and it says whether explicit
    pictures might be shown where they were to go; that holds on wherever no less is allowed.
    """
    worst = max((judge_picture(each, where, rules) for each in scores), key=_severity, default=_ALLOWED)
    if approved is None or worst.decision is Decision.ALLOW:
        return worst
    if not approved or rules.allows_explicit(where):
        return _ALLOWED
    worst = max((_judge_scores(each, where, rules) for each in scores), key=_severity, default=_ALLOWED)
    return worst if worst.decision is Decision.ALLOW else _refused(worst.rule, sentences.CHANGED)


def judge_likeness(rules: Rules) -> Verdict:
    """Judge pictures of which one looks like a picture that moderators of this server rejected."""
    decision = Decision.REFUSE if rules.configuration.review is ReviewMode.OFF else Decision.HOLD
    return Verdict(decision, Rule.LIKENESS, sentences.LIKE_REJECTED)


def without_review(verdict: Verdict, rules: Rules) -> Verdict:
    """Refuse what would be held in a server that has no channel where its moderators could look at it."""
    if verdict.decision is not Decision.HOLD or rules.configuration.moderators_channel is not None:
        return verdict
    return _refused(verdict.rule, sentences.NOBODY_LOOKS.get(str(verdict.rule), sentences.NO_REVIEW))


def _judge_scores(scores: Scores | None, where: Place, rules: Rules) -> Verdict:
    own = rules.configuration
    if scores is None:
        return Verdict(Decision.HOLD, Rule.UNCHECKED, sentences.UNCHECKED)
    if rules.allows_explicit(where):
        return _ALLOWED
    if not scores.explicit < _threshold(own.explicit):
        return _refused(Rule.EXPLICIT, sentences.LOOKS_EXPLICIT)
    if not scores.suggestive < _threshold(own.suggestive):
        decision = Decision.REFUSE if own.review is ReviewMode.OFF else Decision.HOLD
        return Verdict(decision, Rule.SUGGESTIVE, sentences.LOOKS_SUGGESTIVE)
    return _ALLOWED


def judge_spending(pictures: int, who: Person, history: History, rules: Rules, now: datetime) -> Verdict | None:
    """Refuse more ``pictures`` than somebody has left of a server's day, and say when there will be room for them."""
    quota = Quota(limit=rules.daily(who), spent=history.spent, now=now)
    if (room_at := quota.room_at(pictures)) == now:
        return None
    seconds = None if room_at is None else (room_at - now).total_seconds()
    return _refused(Rule.DAILY, sentences.used_up(quota.limit or 0, quota.left or 0, pictures, seconds))


def is_new(who: Person, now: datetime) -> bool:
    """Whether an account was made only just."""
    return now - who.created_at < NEW


def _judge_place(where: Place, rules: Rules) -> Verdict | None:
    if where.server_id is None:
        return _refused(Rule.DIRECT, words.ONLY_IN_SERVERS)
    if not rules.answers_in(where):
        return _refused(Rule.CHANNEL, sentences.NOT_HERE)
    return None


def _judge_person(who: Person, history: History, rules: Rules, now: datetime) -> Verdict | None:
    block, strikes, limit = history.standing.block, history.standing.strikes, rules.configuration.strikes
    if block is not None and block.ends_at > now:
        return _refused(Rule.BLOCKED, sentences.blocked((block.ends_at - now).total_seconds(), block.reason))
    if limit is not None and len(strikes) >= limit:
        fades = strikes[len(strikes) - limit].fades_at
        return _refused(Rule.STRIKES, sentences.struck(len(strikes), (fades - now).total_seconds()))
    if not rules.draws_for(who):
        return _refused(Rule.ROLE, sentences.NOT_YOUR_ROLE)
    return None


def _judge_content(spec: PromptSpec, where: Place, rules: Rules, *, age_coded: bool, explicit: bool) -> Verdict | None:
    if rules.allows_explicit(where):
        if age_coded:
            return _refused(Rule.AGE, words.NOT_ALLOWED)
    elif explicit:
        return _refused(Rule.EXPLICIT, sentences.EXPLICIT_WORDS)
    texts, _ = texts_of(spec)
    for each in rules.filters_in(where):
        if (hit := each.find(*texts)) is not None:
            return Verdict(Decision.REFUSE, Rule.LIST, sentences.on_the_list(hit.entry), hit.entry)
    return None


def _judge_size(spec: PromptSpec, rules: Rules) -> Verdict | None:
    own = rules.configuration
    width, height = spec.finished_size
    for asked, most, name in (
        (max(spec.steps, spec.larger_steps), own.steps, "steps"),
        (spec.count, own.count, "pictures at once"),
        (max(spec.guidance_scale, spec.larger_guidance_scale), own.guidance, "CFG"),
    ):
        if most is not None and asked > most:
            return _refused(Rule.LIMITS, sentences.over_the_limit(name, most))
    if own.side is not None and width * height > own.side**2:
        return _refused(Rule.LIMITS, sentences.too_large(own.side))
    return None


def _judge_pace(
    spec: PromptSpec, who: Person, history: History, rules: Rules, waiting: int, now: datetime
) -> Verdict | None:
    own = rules.configuration
    if own.waiting is not None and waiting >= own.waiting:
        return _refused(Rule.WAITING, words.too_many_waiting(own.waiting))
    if (left := _left(history.last_at, rules.cooldown(who), now)) > 0:
        return _refused(Rule.COOLDOWN, sentences.cooling_down(left))
    if (verdict := judge_spending(spec.count, who, history, rules, now)) is not None:
        return verdict
    if own.brake and is_new(who, now):
        pause = min(_LONGEST_PAUSE, PAUSE * max(0, history.newcomers - UNHURRIED))
        if (left := _left(history.newcomers_last_at, pause, now)) > 0:
            return _refused(Rule.BRAKE, sentences.braked(left))
    return None


def _severity(verdict: Verdict) -> int:
    return list(Decision).index(verdict.decision)


def _refused(rule: Rule | None, reason: str) -> Verdict:
    return Verdict(Decision.REFUSE, rule, reason)


def _everything(rules: Rules) -> bool:
    return rules.configuration.review is ReviewMode.EVERYTHING


def _threshold(chosen: float | None) -> float:
    """A threshold; without one, nothing is below it."""
    return 0.0 if chosen is None else chosen


def _left(last: datetime | None, pause: timedelta, now: datetime) -> float:
    """Seconds of a pause since ``last`` that are left."""
    return 0.0 if last is None else (last + pause - now).total_seconds()
