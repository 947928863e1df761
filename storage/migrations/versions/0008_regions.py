"""A preset may hold prompts for parts of the picture."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column to both tables of choices."""
    for table in ("settings", "presets"):
        op.add_column(table, sa.Column("regions", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop it again."""
    for table in ("settings", "presets"):
        op.drop_column(table, "regions")
