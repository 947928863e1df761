"""A digest of each picture's pixels, and jobs found by their messages."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column and two indexes; pictures that are there already have no such digest."""
    op.add_column("pictures", sa.Column("pixels_sha256", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_pictures_pixels_sha256"), "pictures", ["pixels_sha256"])
    op.create_index(op.f("ix_jobs_message_id"), "jobs", ["message_id"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_index(op.f("ix_jobs_message_id"), "jobs")
    op.drop_index(op.f("ix_pictures_pixels_sha256"), "pictures")
    with op.batch_alter_table("pictures") as pictures:
        pictures.drop_column("pixels_sha256")
