"""Whether somebody was told that their held pictures do not come."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; whoever had a decision so far is taken to know of it."""
    op.add_column("cases", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE cases SET told_at = decided_at WHERE kind = 'held'")


def downgrade() -> None:
    """Drop it again."""
    with op.batch_alter_table("cases") as altered:
        altered.drop_column("told_at")
