"""What moderators do: purges, the cards of appeals, weekly summaries; which entry hit, and what pictures look like."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make two tables and add columns; of what is there already none of it is known."""
    op.create_table(
        "purges",
        sa.Column("server_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("server_id", "person", name=op.f("pk_purges")),
    )
    op.create_table(
        "summaries",
        sa.Column("server_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("week", sa.String(10), nullable=False),
        sa.Column("posted_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("server_id", name=op.f("pk_summaries")),
    )
    op.add_column("appeals", sa.Column("card_channel_id", sa.BigInteger(), nullable=True))
    op.add_column("appeals", sa.Column("card_message_id", sa.BigInteger(), nullable=True))
    op.add_column("cases", sa.Column("entry", sa.String(60), nullable=True))
    op.add_column("pictures", sa.Column("likeness", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Drop them again."""
    for table, columns in (
        ("pictures", ("likeness",)),
        ("cases", ("entry",)),
        ("appeals", ("card_message_id", "card_channel_id")),
    ):
        with op.batch_alter_table(table) as altered:
            for column in columns:
                altered.drop_column(column)
    op.drop_table("summaries")
    op.drop_table("purges")
