"""People may choose how far a picture is drawn over, and a second pass."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TYPES = {
    "strength": sa.Double(),
    "larger": sa.Double(),
    "larger_strength": sa.Double(),
    "larger_steps": sa.String(64),
    "larger_guidance_scale": sa.String(64),
}


def upgrade() -> None:
    """Add the columns to both tables of choices."""
    for table in ("settings", "presets"):
        for name, kind in _TYPES.items():
            op.add_column(table, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    """Drop them again."""
    for table in ("settings", "presets"):
        for name in _TYPES:
            op.drop_column(table, name)
