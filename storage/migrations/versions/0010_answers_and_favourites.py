"""How a job is answered (for the asker alone, as a spoiler), and favourites."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns and a table."""
    for name in ("private", "spoiler"):
        op.add_column("jobs", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "favourites",
        sa.Column("owner", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("job_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id", "index"],
            ["pictures.job_id", "pictures.index"],
            name=op.f("fk_favourites_job_id_index_pictures"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner", "job_id", "index", name=op.f("pk_favourites")),
    )
    op.create_index(op.f("ix_favourites_job_id_index"), "favourites", ["job_id", "index"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("favourites")
    with op.batch_alter_table("jobs") as jobs:
        for name in ("private", "spoiler"):
            jobs.drop_column(name)
