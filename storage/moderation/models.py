"""Moderation's tables. In those of a configuration, NULL means that there is no choice."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Bits, Moment
from storage.models import Base, Counter, among
from storage.moderation.records import AppealState, CaseKind, CaseState, ListKind, ReviewMode

_DIGEST = String(64)


class ServerRow(Base):
    """What a server decided for itself; the columns are :class:`ServerConfiguration`'s fields."""

    __tablename__ = "server_configurations"
    __table_args__ = (among("review", ReviewMode, "review"),)

    server_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    review: Mapped[str | None] = mapped_column(String(16))
    explicit: Mapped[float | None] = mapped_column(Double)
    suggestive: Mapped[float | None] = mapped_column(Double)
    moderators_channel: Mapped[int | None] = mapped_column(BigInteger)
    age_restricted: Mapped[bool | None] = mapped_column(Boolean)
    steps: Mapped[int | None] = mapped_column(Integer)
    side: Mapped[int | None] = mapped_column(Integer)
    count: Mapped[int | None] = mapped_column(Integer)
    guidance: Mapped[float | None] = mapped_column(Double)
    daily: Mapped[int | None] = mapped_column(Integer)
    cooldown: Mapped[int | None] = mapped_column(Integer)
    waiting: Mapped[int | None] = mapped_column(Integer)
    reporters: Mapped[int | None] = mapped_column(Integer)
    strikes: Mapped[int | None] = mapped_column(Integer)
    strike_days: Mapped[int | None] = mapped_column(Integer)
    brake: Mapped[bool | None] = mapped_column(Boolean)
    negative: Mapped[str | None] = mapped_column(Text)


class ChannelRow(Base):
    """What a server decided for one of its channels."""

    __tablename__ = "server_channels"

    server_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    channel_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    answers: Mapped[bool | None] = mapped_column(Boolean)
    negative: Mapped[str | None] = mapped_column(Text)


class RoleRow(Base):
    """What a server decided for one of its roles."""

    __tablename__ = "server_roles"

    server_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    role_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    draws: Mapped[bool | None] = mapped_column(Boolean)
    moderates: Mapped[bool | None] = mapped_column(Boolean)
    daily: Mapped[int | None] = mapped_column(Integer)
    cooldown: Mapped[int | None] = mapped_column(Integer)


class EntryRow(Base):
    """An entry of a server's word lists; ``text_key`` is the entry as it is compared, whatever its capitals."""

    __tablename__ = "list_entries"
    __table_args__ = (
        among("kind", ListKind, "kind"),
        UniqueConstraint("server_id", "kind", "channel_id", "text_key"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Counter, primary_key=True)
    server_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(16))
    channel_id: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(String(60))
    text_key: Mapped[str] = mapped_column(String(240))


class CaseRow(Base):
    """Something for the moderators; one job has one case of a kind at most."""

    __tablename__ = "cases"
    __table_args__ = (
        among("kind", CaseKind, "kind"),
        among("state", CaseState, "state"),
        UniqueConstraint("job_id", "kind"),
        Index(None, "server_id", "state"),
        Index(None, "person", "server_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Counter, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    server_id: Mapped[int] = mapped_column(BigInteger)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    person: Mapped[int | None] = mapped_column(BigInteger)
    rule: Mapped[str] = mapped_column(String(32))
    entry: Mapped[str | None] = mapped_column(String(60))
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    scores: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    )
    explicit_allowed: Mapped[bool | None] = mapped_column(Boolean)
    hidden_at: Mapped[datetime | None] = mapped_column(Moment)
    card_channel_id: Mapped[int | None] = mapped_column(BigInteger)
    card_message_id: Mapped[int | None] = mapped_column(BigInteger)
    reviewer: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    told_at: Mapped[datetime | None] = mapped_column(Moment)


class ReportRow(Base):
    """A member's report; nobody can report the same picture twice."""

    __tablename__ = "reports"

    case_id: Mapped[int] = mapped_column(
        Counter, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    reporter: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)


class StrikeRow(Base):
    """A decision that counts against somebody until it fades."""

    __tablename__ = "strikes"
    __table_args__ = (Index(None, "person", "server_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Counter, primary_key=True)
    server_id: Mapped[int] = mapped_column(BigInteger)
    person: Mapped[int] = mapped_column(BigInteger)
    case_id: Mapped[int | None] = mapped_column(Counter)
    created_at: Mapped[datetime] = mapped_column(Moment)
    fades_at: Mapped[datetime] = mapped_column(Moment)


class BlockRow(Base):
    """That somebody may not use the bot in a server; a new block takes the place of the one before."""

    __tablename__ = "blocks"

    server_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[int] = mapped_column(BigInteger)
    case_id: Mapped[int | None] = mapped_column(Counter)
    created_at: Mapped[datetime] = mapped_column(Moment)


class AppealRow(Base):
    """An appeal; a case has one at most."""

    __tablename__ = "appeals"
    __table_args__ = (
        among("state", AppealState, "state"),
        Index(None, "person", "created_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Counter, primary_key=True)
    case_id: Mapped[int] = mapped_column(Counter, ForeignKey("cases.id", ondelete="CASCADE"), unique=True)
    server_id: Mapped[int] = mapped_column(BigInteger)
    person: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    card_channel_id: Mapped[int | None] = mapped_column(BigInteger)
    card_message_id: Mapped[int | None] = mapped_column(BigInteger)
    reviewer: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)


class PurgeRow(Base):
    """That all of somebody's pictures in a server are to be taken down; gone once they are."""

    __tablename__ = "purges"

    server_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    by: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime] = mapped_column(Moment)


class SummaryRow(Base):
    """The newest week of which a server has its summary; ``posted_at`` is NULL while that is on its way."""

    __tablename__ = "summaries"

    server_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    week: Mapped[str] = mapped_column(String(10))
    posted_at: Mapped[datetime | None] = mapped_column(Moment)


class RejectionRow(Base):
    """What a rejected picture looked like."""

    __tablename__ = "rejected_pictures"
    __table_args__ = (Index(None, "server_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Counter, primary_key=True)
    server_id: Mapped[int] = mapped_column(BigInteger)
    case_id: Mapped[int] = mapped_column(Counter, ForeignKey("cases.id", ondelete="CASCADE"))
    likeness: Mapped[int] = mapped_column(Bits)


class PseudonymRow(Base):
    """Who stands behind a pseudonym of the log; deleting the row is how the log forgets a person."""

    __tablename__ = "pseudonyms"

    pseudonym: Mapped[str] = mapped_column(_DIGEST, primary_key=True)
    person: Mapped[int] = mapped_column(BigInteger, unique=True)
    salt: Mapped[str] = mapped_column(_DIGEST)


class LogRow(Base):
    """A line of the log: written once, never changed; ``detail`` is JSON, kept to the letter."""

    __tablename__ = "moderation_log"
    __table_args__ = (Index(None, "server_id", "at"),)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    server_id: Mapped[int] = mapped_column(BigInteger)
    decision: Mapped[str] = mapped_column(String(32))
    rule: Mapped[str | None] = mapped_column(String(32))
    actor: Mapped[str | None] = mapped_column(_DIGEST, index=True)
    reviewer: Mapped[str | None] = mapped_column(_DIGEST)
    case_id: Mapped[int | None] = mapped_column(Counter)
    detail: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(_DIGEST)


class LogHeadRow(Base):
    """The one row that remembers the last line, so that a line missing at the end is noticed."""

    __tablename__ = "moderation_log_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(_DIGEST)
