"""Asks policy, with what the record knows of who asks, and writes refusals down before anybody is told of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from discord.utils import time_snowflake

from bot.errors import Refused
from bot.moderation.circumstances import Person, Place
from bot.moderation.floor import Floor
from bot.moderation.policy import NEW, SILENT, Decision, Rule, Verdict, judge, judge_picture, judge_spending
from bot.moderation.rulebook import Rulebook
from bot.quota import Quota
from bot.words import moderation as sentences
from bot.words import overpainting
from bot.words.studies import NOT_UNDER_REVIEW
from generation.gate import GateScores
from generation.spec import PromptSpec
from storage.moderation.cases import Cases
from storage.moderation.histories import Histories
from storage.moderation.records import History

#: Rules about what was asked for, not about when or how much: refusals by these are cases.
_OF_CONTENT = frozenset({Rule.FLOOR, Rule.AGE, Rule.EXPLICIT, Rule.LIST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a server allows somebody: pictures a day, by ``role`` where that gives more; seconds between two requests.

    ``waiting`` is how many may be on the way; None is the bot's own limit.
    """

    quota: Quota
    role: int | None
    cooldown: float
    waiting: int | None


class Oversight:
    """Judges requests where they are taken."""

    def __init__(self, *, floor: Floor, rulebook: Rulebook, histories: Histories, cases: Cases) -> None:
        self.rulebook = rulebook
        self._floor = floor
        self._histories = histories
        self._cases = cases

    async def judge(self, spec: PromptSpec, who: Person, where: Place, *, waiting: int) -> Verdict:
        """Judge a request; ``waiting`` are the jobs of its person that are not finished. Nothing is written down."""
        now = datetime.now(UTC)
        server_id = where.server_id or 0
        rules = await self.rulebook.of(server_id)
        history = await self._history(server_id, who, now)
        return await asyncio.to_thread(
            judge, spec, who, where, history, rules, floor=self._floor, waiting=waiting, now=now
        )

    async def admit(self, spec: PromptSpec, who: Person, where: Place, *, waiting: int) -> Verdict:
        """As :meth:`judge`, but raise Refused, with its case, for what is refused.

        What would be held is refused where the server has no place for its moderators to look at it.
        """
        verdict = await self.judge(spec, who, where, waiting=waiting)
        if verdict.decision is Decision.HOLD:
            if (await self.rulebook.of(where.server_id or 0)).configuration.moderators_channel is None:
                raise Refused(sentences.NO_REVIEW, rule=verdict.rule)
            return verdict
        if verdict.decision is not Decision.REFUSE:
            return verdict
        case_id = None
        if verdict.rule in _OF_CONTENT and where.server_id is not None:
            case = await self._cases.refuse(
                server_id=where.server_id,
                channel_id=where.channel_id,
                person=who.id,
                rule=str(verdict.rule),
                entry=verdict.entry,
            )
            case_id = None if verdict.rule in SILENT else case.id
        raise Refused(verdict.reason, rule=verdict.rule, case_id=case_id)

    async def admit_survey(self, specs: Sequence[PromptSpec], who: Person, where: Place, *, waiting: int) -> None:
        """As :meth:`admit`, for a scan or a study: the history is read once, and its pictures count together.

        Where a moderator looks at every picture first, nothing of this kind is drawn: it is shown as it fills in.
        """
        now, server_id = datetime.now(UTC), where.server_id or 0
        rules, history = await self.rulebook.of(server_id), await self._history(server_id, who, now)
        # Pictures that differ in their seed alone are judged once.
        distinct = {replace(spec, seed=0, subseed=0): spec for spec in specs}
        for spec in distinct.values():
            verdict = await asyncio.to_thread(
                judge, spec, who, where, history, rules, floor=self._floor, waiting=waiting, now=now
            )
            if verdict.decision is not Decision.ALLOW:
                sentence = NOT_UNDER_REVIEW if verdict.decision is Decision.HOLD else verdict.reason
                raise Refused(sentence, rule=verdict.rule)
        if (verdict := judge_spending(len(specs), who, history, rules, now)) is not None:
            raise Refused(verdict.reason, rule=verdict.rule)

    async def admit_given(self, scores: GateScores | None, where: Place) -> None:
        """Raise Refused for a picture that somebody gave and that may not be shown where they did."""
        verdict = judge_picture(scores, where, await self.rulebook.of(where.server_id or 0))
        if verdict.decision is not Decision.ALLOW:
            said = {Rule.REVIEW: overpainting.LOOKED_AT, Rule.UNCHECKED: overpainting.NOT_CHECKED}
            sentence = overpainting.NOT_HERE if verdict.rule is None else said.get(verdict.rule, overpainting.NOT_HERE)
            raise Refused(sentence, rule=verdict.rule)

    async def withholds(self, scores: GateScores | None, *, server_id: int, channel_id: int) -> bool:
        """Whether a picture of a scan or a study is not shown; whatever the channel's mark, only harmless ones are."""
        where = Place(server_id=server_id, channel_id=channel_id, parent_id=None, age_restricted=False)
        return judge_picture(scores, where, await self.rulebook.of(server_id)).decision is not Decision.ALLOW

    async def negatives(self, where: Place) -> tuple[str, ...]:
        """What a server and a channel add to negative prompts."""
        return () if where.server_id is None else (await self.rulebook.of(where.server_id)).negatives(where)

    async def allowance(self, who: Person, server_id: int) -> Allowance:
        """What a server allows somebody, and what they have of it now."""
        now = datetime.now(UTC)
        rules, history = await self.rulebook.of(server_id), await self._history(server_id, who, now)
        return Allowance(
            quota=Quota(limit=rules.daily(who), spent=history.spent, now=now),
            role=rules.generous_role(who),
            cooldown=rules.cooldown(who).total_seconds(),
            waiting=rules.configuration.waiting,
        )

    async def _history(self, server_id: int, who: Person, now: datetime) -> History:
        return await self._histories.of(server_id, who.id, newcomer_from=time_snowflake(now - NEW))
