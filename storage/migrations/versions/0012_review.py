"""What the picture check said of each picture, and what has been hidden, or held, until a moderator decides."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SCORES = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Add columns; pictures that are there already count as unchecked."""
    op.add_column("pictures", sa.Column("scores", _SCORES, nullable=True))
    op.add_column("jobs", sa.Column("hidden", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("cases", sa.Column("explicit_allowed", sa.Boolean(), nullable=True))
    op.add_column("cases", sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("cases") as cases:
        cases.drop_column("hidden_at")
        cases.drop_column("explicit_allowed")
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("hidden")
    with op.batch_alter_table("pictures") as pictures:
        pictures.drop_column("scores")
