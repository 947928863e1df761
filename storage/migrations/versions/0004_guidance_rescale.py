"""People may choose how far the spread that guidance adds is taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column to both tables of choices."""
    for table in ("settings", "presets"):
        op.add_column(table, sa.Column("guidance_rescale", sa.Double(), nullable=True))


def downgrade() -> None:
    """Drop it again."""
    for table in ("settings", "presets"):
        op.drop_column(table, "guidance_rescale")
