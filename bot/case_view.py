"""What is shown of cases, as text: pure functions of the record; of what is not allowed anywhere, no prompt."""

from collections.abc import Iterator, Sequence

from bot import presenting
from bot.moderation.policy import SILENT
from bot.presenting import escaped, shortened
from bot.words import mod as words
from generation.spec import PromptSpec
from storage.moderation.records import Appeal, AppealState, Case, Standing

_LONGEST_APPEAL = 600
#: Of a message's 2,000 characters a list of cases takes no more; what is escaped may be twice as long.
_SHORT_ENTRY, _SHORT_REASON = 30, 120


def for_moderators(
    case: Case, *, appeal: Appeal | None = None, reports: int = 0, spec: PromptSpec | None = None
) -> str:
    """All that moderators see of a case; ``spec`` is what the picture was asked to be, where there is one."""
    lines = [
        *_head(case),
        words.about(case.person, case.channel_id),
        *decided(case, named=True),
        *_scores(case),
        *([words.reported(reports)] if reports else []),
    ]
    if spec is not None and case.rule not in SILENT:
        lines.append(words.asked_for(presenting.quoted(spec.prompt, short=True)))
    if appeal is not None:
        lines.append(words.appeal(appeal.state, appeal.reviewer, appeal.decided_at))
        lines += [words.appeal_text(written(appeal))] if appeal.text else []
    if case.card_channel_id is not None and case.card_message_id is not None:
        lines.append(words.card_link(case.server_id, case.card_channel_id, case.card_message_id))
    return "\n".join(lines)


def for_its_person(case: Case, *, appeal: Appeal | None = None) -> str:
    """What somebody sees of a case about themselves: not who decided."""
    lines = [*_head(case), *decided(case, named=False)]
    if appeal is not None:
        lines.append(words.appeal(appeal.state, None, appeal.decided_at))
        lines += [words.appeal_text(written(appeal))] if appeal.text else []
    return "\n".join(lines)


def in_a_list(cases: Sequence[Case]) -> list[str]:
    """A line for each case."""
    return [words.case_line(case.id, case.created_at, _short(case), case.person, case.state) for case in cases]


def standing(held: Standing) -> str:
    """What stands against somebody, for moderators."""
    return _standing(held, named=True) or words.NO_STRIKES


def for_themselves(held: Standing) -> str:
    """What stands against whoever reads it."""
    return _standing(held, named=False) or words.NO_STRIKES_OF_YOURS


def _standing(held: Standing, *, named: bool) -> str:
    lines = [words.strike_line(len(held.strikes), held.strikes[0].fades_at)] if held.strikes else []
    if held.block is not None:
        reason = escaped(shortened(held.block.reason, _SHORT_REASON))
        lines.append(words.block_line(held.block.ends_at, reason, held.block.by if named else None))
    return "\n".join(lines)


def written(appeal: Appeal) -> str:
    """What somebody wrote in an appeal, as nothing but its characters."""
    return escaped(shortened(appeal.text, _LONGEST_APPEAL))


def is_open(appeal: Appeal) -> bool:
    """Whether nobody has decided on it."""
    return appeal.state is AppealState.OPEN


def _head(case: Case) -> list[str]:
    return [words.case_title(case.id, case.state), words.because(rule(case)), words.opened(case.created_at)]


def rule(case: Case) -> str:
    """Name a case's rule, and the entry that hit."""
    return words.rule(case.rule, None if case.entry is None else escaped(case.entry))


def _short(case: Case) -> str:
    return words.rule(case.rule, None if case.entry is None else escaped(shortened(case.entry, _SHORT_ENTRY)))


def decided(case: Case, *, named: bool) -> Iterator[str]:
    """Say when a case was decided; ``named`` says by whom, too."""
    if case.decided_at is not None:
        yield words.decided(case.decided_at, case.reviewer if named else None)


def _scores(case: Case) -> Iterator[str]:
    scores = case.scores or {}
    if {"explicit", "suggestive"} <= scores.keys():
        yield words.checked(scores["explicit"], scores["suggestive"])
