"""Presets that are shared: a person's default one, those shown in a server, those behind a code."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column and two tables."""
    op.add_column("settings", sa.Column("default_preset", sa.String(64), nullable=True))
    op.create_table(
        "shown_presets",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name_key", sa.String(128), nullable=False),
        sa.Column("preset_id", _preset_id(), nullable=False),
        _of_preset("shown_presets"),
        sa.PrimaryKeyConstraint("guild_id", "name_key", name=op.f("pk_shown_presets")),
    )
    op.create_index(op.f("ix_shown_presets_preset_id"), "shown_presets", ["preset_id"])
    op.create_table(
        "preset_codes",
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("preset_id", _preset_id(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("choices", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _of_preset("preset_codes"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_preset_codes")),
    )
    op.create_index(op.f("ix_preset_codes_preset_id"), "preset_codes", ["preset_id"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("preset_codes")
    op.drop_table("shown_presets")
    with op.batch_alter_table("settings") as settings:
        settings.drop_column("default_preset")


def _preset_id() -> sa.types.TypeEngine:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _of_preset(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_preset_id_presets")
    return sa.ForeignKeyConstraint(["preset_id"], ["presets.id"], name=name, ondelete="CASCADE")
