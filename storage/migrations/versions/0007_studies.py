"""Studies and scans: what is to be drawn, the pictures, and what people say of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KINDS = ("scan", "study")
_STATES = ("proposed", "drawing", "drawn", "stopped", "closed")


def upgrade() -> None:
    """Add three tables."""
    op.create_table(
        "studies",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(128), nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_among("kind", _KINDS), name=op.f("ck_studies_kind")),
        sa.CheckConstraint(_among("state", _STATES), name=op.f("ck_studies_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studies")),
    )
    op.create_index(op.f("ix_studies_guild_id_created_at"), "studies", ["guild_id", "created_at"])
    op.create_index(op.f("ix_studies_state"), "studies", ["state"])
    op.create_table(
        "study_pictures",
        *_key(),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("brightness", sa.Double(), nullable=False),
        sa.Column("colourfulness", sa.Double(), nullable=False),
        _of_study("study_pictures"),
        sa.PrimaryKeyConstraint("study_id", "index", name=op.f("pk_study_pictures")),
    )
    op.create_table(
        "study_labels",
        *_key(),
        sa.Column("rater", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("category", sa.String(64), nullable=False),
        sa.Column("shape", sa.String(64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _of_study("study_labels"),
        sa.PrimaryKeyConstraint("study_id", "index", "rater", name=op.f("pk_study_labels")),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("study_labels")
    op.drop_table("study_pictures")
    op.drop_table("studies")


def _among(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(map(repr, values))})"


def _key() -> list[sa.Column[int]]:
    return [
        sa.Column("study_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("index", sa.Integer(), autoincrement=False, nullable=False),
    ]


def _of_study(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_study_id_studies")
    return sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name=name, ondelete="CASCADE")
