"""Pictures that people gave to be drawn over."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "given",
        sa.Column("owner", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", "digest", name=op.f("pk_given")),
    )
    op.create_index(op.f("ix_given_digest"), "given", ["digest"])


def downgrade() -> None:
    """Drop it again."""
    op.drop_index(op.f("ix_given_digest"), "given")
    op.drop_table("given")
