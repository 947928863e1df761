"""Appeals: one for a case, a few a day for a person; an upheld one undoes what the case brought."""

from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from storage.errors import AppealedAlready, TooMany
from storage.jobs import Clock, now
from storage.moderation import rejections
from storage.moderation.decisions import decide
from storage.moderation.log import Line, append
from storage.moderation.models import AppealRow
from storage.moderation.records import Appeal, AppealState, Case, CaseState
from storage.moderation.sanctions import withdraw
from storage.transactions import Transactions

#: Appeals that one person may make within 24 hours.
MOST_A_DAY = 5
_DAY = timedelta(days=1)


class Appeals:
    """The door to the table of appeals."""

    def __init__(self, transactions: Transactions, clock: Clock = now) -> None:
        self._transactions = transactions
        self._clock = clock

    async def lodge(self, case: Case, *, person: int, text: str) -> Appeal:
        """Write an appeal down; raise TooMany for a sixth in 24 hours, AppealedAlready for a case's second."""
        moment = self._clock()
        row = AppealRow(
            case_id=case.id,
            server_id=case.server_id,
            person=person,
            text=text,
            state=str(AppealState.OPEN),
            created_at=moment,
        )
        recent = (AppealRow.person == person, AppealRow.created_at > moment - _DAY)
        try:
            async with self._transactions.writing() as session:
                if (await session.scalar(select(func.count()).where(*recent)) or 0) >= MOST_A_DAY:
                    raise TooMany(f"{MOST_A_DAY} appeals in a day are the most.")
                session.add(row)
                await session.flush()
                line = Line(
                    server_id=case.server_id, decision="appealed", rule=case.rule, actor=person, case_id=case.id
                )
                await append(session, line, moment)
        except IntegrityError as fault:
            raise AppealedAlready(f"Case {case.id} was appealed against already.") from fault
        return _appeal(row)

    async def find(self, appeal_id: int) -> Appeal | None:
        """Return an appeal, or None where there is none of that number."""
        async with self._transactions.reading() as session:
            row = await session.get(AppealRow, appeal_id)
            return None if row is None else _appeal(row)

    async def of_case(self, case_id: int) -> Appeal | None:
        """Return the appeal against a case, if there is one."""
        async with self._transactions.reading() as session:
            row = await session.scalar(select(AppealRow).where(AppealRow.case_id == case_id))
            return None if row is None else _appeal(row)

    async def of(self, person: int) -> tuple[Appeal, ...]:
        """Return every appeal of a person, newest first."""
        wanted = select(AppealRow).where(AppealRow.person == person).order_by(AppealRow.id.desc())
        async with self._transactions.reading() as session:
            return tuple(_appeal(row) for row in await session.scalars(wanted))

    async def without_card(self) -> tuple[Appeal, ...]:
        """Return the open appeals that no card in a moderators' channel is known of, oldest first."""
        wanted = select(AppealRow).where(AppealRow.state == str(AppealState.OPEN), AppealRow.card_message_id.is_(None))
        async with self._transactions.reading() as session:
            return tuple(_appeal(row) for row in await session.scalars(wanted.order_by(AppealRow.id)))

    async def note_card(self, appeal_id: int, *, channel_id: int, message_id: int) -> None:
        """Remember where the card of an appeal is."""
        card = {"card_channel_id": channel_id, "card_message_id": message_id}
        async with self._transactions.writing() as session:
            await session.execute(update(AppealRow).where(AppealRow.id == appeal_id).values(card))

    async def decide(self, appeal_id: int, to: AppealState, *, reviewer: int) -> Appeal | None:
        """Uphold or dismiss an open appeal; None where somebody else decided first.

        Upheld, it overturns the case and takes back what the case brought: strikes, the block, the likenesses of
        its pictures.
        """
        moment = self._clock()
        async with self._transactions.writing() as session:
            decided = (
                update(AppealRow)
                .where(AppealRow.id == appeal_id, AppealRow.state == str(AppealState.OPEN))
                .values(state=str(to), reviewer=reviewer, decided_at=moment)
                .returning(AppealRow)
                .execution_options(synchronize_session=False)
            )
            row = await session.scalar(decided)
            if row is None:
                return None
            appeal = _appeal(row)
            line = Line(
                server_id=appeal.server_id,
                decision=f"appeal {to}",
                actor=appeal.person,
                reviewer=reviewer,
                case_id=appeal.case_id,
            )
            await append(session, line, moment)
            if to is AppealState.UPHELD:
                await decide(session, appeal.case_id, CaseState.OVERTURNED, moment, reviewer=reviewer)
                await withdraw(session, appeal.case_id, moment, by=reviewer)
                await rejections.forget(session, appeal.case_id)
            return appeal

    async def forget(self, person: int) -> None:
        """Let go of a person's appeals that were decided."""
        decided = AppealRow.state != str(AppealState.OPEN)
        async with self._transactions.writing() as session:
            await session.execute(delete(AppealRow).where(AppealRow.person == person, decided))


def _appeal(row: AppealRow) -> Appeal:
    return Appeal(
        id=row.id,
        case_id=row.case_id,
        server_id=row.server_id,
        person=row.person,
        text=row.text,
        state=AppealState(row.state),
        reviewer=row.reviewer,
        created_at=row.created_at,
        decided_at=row.decided_at,
        card_channel_id=row.card_channel_id,
        card_message_id=row.card_message_id,
    )
