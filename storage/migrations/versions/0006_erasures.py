"""Erasures: who wants everything deleted, and how many pictures of the last day still count for them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "erasures",
        sa.Column("owner", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_erasures")),
    )
    op.create_table(
        "spent",
        sa.Column("job_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("pictures", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_spent")),
    )
    op.create_index(op.f("ix_spent_owner_created_at"), "spent", ["owner", "created_at"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("spent")
    op.drop_table("erasures")
