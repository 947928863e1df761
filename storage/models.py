"""The tables. Only deviations are kept: in a column of choices, NULL means that there is no choice."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.columns import Bits, Moment, NumberOrWord
from storage.records import JobState, ScopeKind, StudyKind, StudyState

#: Names for constraints, so that later migrations can speak of them.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: Only SQLite's own INTEGER counts up by itself.
Counter = BigInteger().with_variant(Integer, "sqlite")


def among(column: str, kinds: type[StrEnum], name: str) -> CheckConstraint:
    """The constraint that a column holds one of ``kinds``."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(kind)) for kind in kinds)})", name=name)


class Base(DeclarativeBase):
    """What every table shares: the names of its constraints."""

    metadata = MetaData(naming_convention=NAMING)


class ChoiceColumns:
    """One nullable column for each thing that can be chosen, in the order in which people are shown them."""

    prompt: Mapped[str | None] = mapped_column(Text)
    balance: Mapped[float | None] = mapped_column(Double)
    regions: Mapped[str | None] = mapped_column(Text)
    negative_prompt: Mapped[str | None] = mapped_column(Text)
    negative_preset: Mapped[str | None] = mapped_column(String(64))
    preset_weight: Mapped[float | None] = mapped_column(Double)
    size: Mapped[str | None] = mapped_column(String(64))
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    steps: Mapped[int | None] = mapped_column(Integer)
    guidance_scale: Mapped[float | str | None] = mapped_column(NumberOrWord)
    guidance_rescale: Mapped[float | None] = mapped_column(Double)
    cfg_base: Mapped[float | None] = mapped_column(Double)
    sampler: Mapped[str | None] = mapped_column(String(64))
    eta: Mapped[float | str | None] = mapped_column(NumberOrWord)
    seed: Mapped[int | None] = mapped_column(BigInteger)
    ensd: Mapped[int | None] = mapped_column(BigInteger)
    subseed: Mapped[int | None] = mapped_column(BigInteger)
    subseed_strength: Mapped[float | None] = mapped_column(Double)
    count: Mapped[int | None] = mapped_column(Integer)
    clip_skip: Mapped[int | None] = mapped_column(Integer)
    emphasis: Mapped[str | None] = mapped_column(String(32))
    noise_source: Mapped[str | None] = mapped_column(String(32))
    model: Mapped[str | None] = mapped_column(String(128))
    strength: Mapped[float | None] = mapped_column(Double)
    larger: Mapped[float | None] = mapped_column(Double)
    larger_strength: Mapped[float | None] = mapped_column(Double)
    larger_steps: Mapped[float | str | None] = mapped_column(NumberOrWord)
    larger_guidance_scale: Mapped[float | str | None] = mapped_column(NumberOrWord)


#: The names of all choices, in that order.
CHOICES: tuple[str, ...] = tuple(name for name in ChoiceColumns.__annotations__)


class SettingsRow(ChoiceColumns, Base):
    """The choices of a person, a channel or a server."""

    __tablename__ = "settings"
    __table_args__ = (among("scope_kind", ScopeKind, "scope_kind"),)

    scope_kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    scope_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hints: Mapped[bool | None]
    default_preset: Mapped[str | None] = mapped_column(String(64))


class PresetRow(ChoiceColumns, Base):
    """A named set of choices; ``name_key`` is the name as it is compared, whatever its capitals."""

    __tablename__ = "presets"
    __table_args__ = (
        among("holder_kind", ScopeKind, "holder_kind"),
        UniqueConstraint("holder_kind", "holder_id", "name_key"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Counter, primary_key=True)
    holder_kind: Mapped[str] = mapped_column(String(16))
    holder_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(64))
    name_key: Mapped[str] = mapped_column(String(128))


class ShownPresetRow(Base):
    """That a person's preset is there for all members of a server, where its name leads to it alone."""

    __tablename__ = "shown_presets"

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name_key: Mapped[str] = mapped_column(String(128), primary_key=True)
    preset_id: Mapped[int] = mapped_column(ForeignKey("presets.id", ondelete="CASCADE"), index=True)


class PresetCodeRow(Base):
    """A preset as it was when its code was made."""

    __tablename__ = "preset_codes"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    preset_id: Mapped[int] = mapped_column(ForeignKey("presets.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    choices: Mapped[dict[str, Any]] = mapped_column(JSON().with_variant(JSONB(), "postgresql"))
    created_at: Mapped[datetime] = mapped_column(Moment)


class JobRow(Base):
    """A request for pictures; its key is the interaction that asked for them."""

    __tablename__ = "jobs"
    __table_args__ = (
        among("state", JobState, "state"),
        Index(None, "state"),
        Index(None, "owner", "created_at"),
        Index(None, "guild_id", "created_at"),
        Index(None, "message_id"),
    )

    interaction_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    owner: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16))
    spec: Mapped[dict[str, Any]] = mapped_column(JSON().with_variant(JSONB(), "postgresql"))
    application_id: Mapped[int] = mapped_column(BigInteger)
    token: Mapped[str] = mapped_column(Text)
    guild_id: Mapped[int] = mapped_column(BigInteger)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    upload_limit: Mapped[int] = mapped_column(BigInteger)
    private: Mapped[bool] = mapped_column(default=False)
    spoiler: Mapped[bool] = mapped_column(default=False)
    hidden: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error_id: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)


class SpentRow(Base):
    """How many pictures a job was for whose owner had it deleted; kept for a day, so that it still counts."""

    __tablename__ = "spent"
    __table_args__ = (Index(None, "owner", "created_at"),)

    job_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    owner: Mapped[int] = mapped_column(BigInteger)
    guild_id: Mapped[int] = mapped_column(BigInteger)
    pictures: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Moment)


class ErasureRow(Base):
    """That a person wants everything deleted, until it is."""

    __tablename__ = "erasures"

    owner: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    asked_at: Mapped[datetime] = mapped_column(Moment)


class PictureRow(Base):
    """A finished picture; ``path``, relative to the pictures' folder, is NULL once the file has been let go.

    ``pixels_sha256`` and ``likeness`` are NULL for those that were kept before they were noted; ``scores`` for those,
    too, and for pictures that could not be checked.
    """

    __tablename__ = "pictures"

    job_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("jobs.interaction_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    index: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    pixels_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    path: Mapped[str | None] = mapped_column(Text)
    recipe: Mapped[str] = mapped_column(Text)
    seed: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    scores: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    )
    likeness: Mapped[int | None] = mapped_column(Bits)
    created_at: Mapped[datetime] = mapped_column(Moment)


class GivenRow(Base):
    """A picture that ``owner`` gave to be drawn over; jobs name it by the digest of its pixels."""

    __tablename__ = "given"

    owner: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    path: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)


class FavouriteRow(Base):
    """A picture that ``owner``, whoever drew it, wants to find again."""

    __tablename__ = "favourites"
    __table_args__ = (
        ForeignKeyConstraint(["job_id", "index"], ["pictures.job_id", "pictures.index"], ondelete="CASCADE"),
        Index(None, "job_id", "index"),
    )

    owner: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    job_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    created_at: Mapped[datetime] = mapped_column(Moment)


class StudyRow(Base):
    """A study or a scan; its key is the interaction that asked for it."""

    __tablename__ = "studies"
    __table_args__ = (
        among("kind", StudyKind, "kind"),
        among("state", StudyState, "state"),
        Index(None, "guild_id", "created_at"),
        Index(None, "state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    owner: Mapped[int] = mapped_column(BigInteger)
    guild_id: Mapped[int] = mapped_column(BigInteger)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(128))
    content: Mapped[dict[str, Any]] = mapped_column(JSON().with_variant(JSONB(), "postgresql"))
    samples: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(Moment)


class StudyPictureRow(Base):
    """A picture of a study, measured; ``path`` is relative to the studies' folder."""

    __tablename__ = "study_pictures"

    study_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("studies.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    index: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    path: Mapped[str] = mapped_column(Text)
    withheld: Mapped[bool] = mapped_column(Boolean)
    brightness: Mapped[float] = mapped_column(Double)
    colourfulness: Mapped[float] = mapped_column(Double)


class StudyLabelRow(Base):
    """What one person says of one picture."""

    __tablename__ = "study_labels"

    study_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("studies.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    index: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    rater: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    category: Mapped[str] = mapped_column(String(64))
    shape: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
