"""People may choose how the subject weighs against objects and scenery."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column to both tables of choices."""
    for table in ("settings", "presets"):
        op.add_column(table, sa.Column("balance", sa.Double(), nullable=True))


def downgrade() -> None:
    """Drop it again."""
    for table in ("settings", "presets"):
        op.drop_column(table, "balance")
