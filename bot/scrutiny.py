"""Looks at finished pictures before they are delivered, and at the place where they go, as it is at that moment."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.errors import Refused
from bot.insisting import insist
from bot.moderation.circumstances import Place
from bot.moderation.policy import (
    Decision,
    Rule,
    Verdict,
    judge_likeness,
    judge_picture,
    judge_pictures,
    without_review,
)
from bot.moderation.rulebook import Rulebook
from bot.whereabouts import Whereabouts
from bot.words import moderation as sentences
from generation.errors import GateFailed
from generation.gate import GateScores
from generation.likeness import SAME
from storage.errors import StorageError
from storage.moderation.cases import Cases
from storage.moderation.records import Case, CaseKind, CaseState, ReviewMode
from storage.moderation.rejections import Rejections
from storage.pictures import Pictures
from storage.records import Job, Picture

_PREVIEW_PATIENCE = 2.0

#: Has the picture check look at a file. Raises GateFailed where it could not.
Look = Callable[[bytes], Awaitable[GateScores]]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is to become of a job's pictures: allowed, or held, by ``verdict``.

    ``explicit_allowed`` says whether explicit pictures may be where they go, ``directly`` whether they may also be
    sent to their person outside of the server.
    """

    verdict: Verdict
    scores: Mapping[str, float] | None
    explicit_allowed: bool
    directly: bool


class Scrutiny:
    """Judges finished pictures."""

    def __init__(
        self,
        *,
        whereabouts: Whereabouts,
        rulebook: Rulebook,
        pictures: Pictures,
        cases: Cases,
        rejections: Rejections,
        look: Look,
    ) -> None:
        self._whereabouts = whereabouts
        self._look = look
        self._rulebook = rulebook
        self._pictures = pictures
        self._cases = cases
        self._rejections = rejections

    async def rule(self, job: Job) -> Ruling:
        """Judge the pictures of a job that is drawn, for the place where they go.

        Raises Refused, with its case, for those that are not shown there, and Gone where nothing can be.
        """
        where = await self._whereabouts.of(job)
        rules = await insist(lambda: self._rulebook.of(job.reply.guild_id))
        if not rules.answers_in(where):
            raise Refused(sentences.NOT_HERE, rule=Rule.CHANNEL)
        kept = await insist(lambda: self._pictures.of(job.id))
        scores = [_scores(each) for each in kept]
        approved = _approval(await insist(lambda: self._cases.of_job(job.id)))
        verdict = judge_pictures(scores, where, rules, approved=approved)
        if verdict.decision is Decision.ALLOW and approved is None and await self._is_like_rejected(job, kept):
            verdict = judge_likeness(rules)
        verdict = without_review(verdict, rules)
        outside = judge_pictures(scores, replace(where, age_restricted=False), rules, approved=approved)
        worst = _worst(scores)
        if verdict.decision is Decision.REFUSE:
            await self.refuse(job, verdict, worst)
        return Ruling(verdict, worst, rules.allows_explicit(where), directly=outside.decision is Decision.ALLOW)

    async def _is_like_rejected(self, job: Job, kept: Sequence[Picture]) -> bool:
        """Whether a picture looks like one that moderators of its server rejected."""
        likenesses = [each.likeness for each in kept if each.likeness is not None]
        found = await insist(lambda: self._rejections.nearest(job.reply.guild_id, likenesses, within=SAME))
        return found is not None

    async def passes(self, job: Job, preview: bytes) -> bool:
        """Whether a preview (a JPEG) may be shown while its picture is drawn: where it is harmless anywhere.

        Where moderators look at everything there are none; nor is there one that could not be checked at once.
        """
        try:
            async with asyncio.timeout(_PREVIEW_PATIENCE):
                rules = await self._rulebook.of(job.reply.guild_id)
                if rules.configuration.review is ReviewMode.EVERYTHING:
                    return False
                scores = await self._look(preview)
        except (GateFailed, StorageError, TimeoutError):
            return False
        where = Place(server_id=job.reply.guild_id, channel_id=job.reply.channel_id)
        return judge_picture(scores, where, rules).decision is Decision.ALLOW

    async def refuse(self, job: Job, verdict: Verdict, scores: Mapping[str, float] | None) -> None:
        """Write down that a job's pictures are not shown, and raise Refused."""
        case = await insist(lambda: self._cases.refuse_pictures(job, rule=str(verdict.rule), scores=scores))
        raise Refused(verdict.reason, rule=verdict.rule, case_id=case.id)


def _approval(cases: Sequence[Case]) -> bool | None:
    """What a moderator let the pictures through for; None where nobody did."""
    let_through = [each for each in cases if (each.kind, each.state) == (CaseKind.HELD, CaseState.APPROVED)]
    return bool(let_through[0].explicit_allowed) if let_through else None


def _scores(picture: Picture) -> GateScores | None:
    """The picture check's scores; None where there are none, or none that can be."""
    try:
        return None if picture.scores is None else GateScores(**picture.scores)
    except (GateFailed, TypeError):
        return None


def _worst(scores: Sequence[GateScores | None]) -> dict[str, float] | None:
    """What the log and the moderators see of several: the highest of each; None where one could not be checked."""
    known = [each for each in scores if each is not None]
    if not known or len(known) < len(scores):
        return None
    return {name: round(max(getattr(each, name) for each in known), 4) for name in ("explicit", "suggestive")}
