"""The beginning: settings, presets, jobs, pictures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_STATES = (
    "state IN ('accepting', 'queued', 'drawing', 'drawn', 'delivering', 'held', "
    "'done', 'failed', 'cancelled', 'expired')"
)


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "settings",
        sa.Column("scope_kind", sa.String(16), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hints", sa.Boolean(), nullable=True),
        *_choices(),
        sa.CheckConstraint("scope_kind IN ('person', 'channel', 'server')", name=op.f("ck_settings_scope_kind")),
        sa.PrimaryKeyConstraint("scope_kind", "scope_id", name=op.f("pk_settings")),
    )
    op.create_table(
        "presets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("holder_kind", sa.String(16), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("name_key", sa.String(128), nullable=False),
        *_choices(),
        sa.CheckConstraint("holder_kind IN ('person', 'channel', 'server')", name=op.f("ck_presets_holder_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presets")),
        sa.UniqueConstraint(
            "holder_kind", "holder_id", "name_key", name=op.f("uq_presets_holder_kind_holder_id_name_key")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "jobs",
        sa.Column("interaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("spec", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("upload_limit", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error_id", sa.String(16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_STATES, name=op.f("ck_jobs_state")),
        sa.PrimaryKeyConstraint("interaction_id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_owner_created_at"), "jobs", ["owner", "created_at"])
    op.create_index(op.f("ix_jobs_state"), "jobs", ["state"])
    op.create_table(
        "pictures",
        sa.Column("job_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.interaction_id"], name=op.f("fk_pictures_job_id_jobs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", "index", name=op.f("pk_pictures")),
    )
    op.create_index(op.f("ix_pictures_sha256"), "pictures", ["sha256"])


def downgrade() -> None:
    """Drop them again."""
    for table in ("pictures", "jobs", "presets", "settings"):
        op.drop_table(table)


def _choices() -> list[sa.Column]:
    """One nullable column for each choice, as they were then."""
    types = {
        "prompt": sa.Text(),
        "negative_prompt": sa.Text(),
        "negative_preset": sa.String(64),
        "preset_weight": sa.Double(),
        "size": sa.String(64),
        "width": sa.Integer(),
        "height": sa.Integer(),
        "steps": sa.Integer(),
        "guidance_scale": sa.String(64),
        "cfg_base": sa.Double(),
        "sampler": sa.String(64),
        "eta": sa.String(64),
        "seed": sa.BigInteger(),
        "ensd": sa.BigInteger(),
        "subseed": sa.BigInteger(),
        "subseed_strength": sa.Double(),
        "count": sa.Integer(),
        "clip_skip": sa.Integer(),
        "emphasis": sa.String(32),
        "noise_source": sa.String(32),
        "model": sa.String(128),
    }
    return [sa.Column(name, kind, nullable=True) for name, kind in types.items()]
