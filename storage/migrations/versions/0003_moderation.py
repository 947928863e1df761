"""Moderation: servers' configurations and word lists, cases, sanctions, appeals, the log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and an index for what a server's newcomers ask for."""
    _configurations()
    _cases()
    _sanctions()
    _log()
    op.create_index(op.f("ix_jobs_guild_id_created_at"), "jobs", ["guild_id", "created_at"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_index(op.f("ix_jobs_guild_id_created_at"), "jobs")
    for table in (
        "rejected_pictures",
        "appeals",
        "reports",
        "cases",
        "strikes",
        "blocks",
        "moderation_log",
        "moderation_log_head",
        "pseudonyms",
        "list_entries",
        "server_roles",
        "server_channels",
        "server_configurations",
    ):
        op.drop_table(table)


def _configurations() -> None:
    """What servers decide."""
    op.create_table(
        "server_configurations",
        sa.Column("server_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("review", sa.String(16), nullable=True),
        sa.Column("explicit", sa.Double(), nullable=True),
        sa.Column("suggestive", sa.Double(), nullable=True),
        sa.Column("moderators_channel", sa.BigInteger(), nullable=True),
        sa.Column("age_restricted", sa.Boolean(), nullable=True),
        sa.Column("steps", sa.Integer(), nullable=True),
        sa.Column("side", sa.Integer(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("guidance", sa.Double(), nullable=True),
        sa.Column("daily", sa.Integer(), nullable=True),
        sa.Column("cooldown", sa.Integer(), nullable=True),
        sa.Column("waiting", sa.Integer(), nullable=True),
        sa.Column("reporters", sa.Integer(), nullable=True),
        sa.Column("strikes", sa.Integer(), nullable=True),
        sa.Column("strike_days", sa.Integer(), nullable=True),
        sa.Column("brake", sa.Boolean(), nullable=True),
        sa.Column("negative", sa.Text(), nullable=True),
        sa.CheckConstraint("review IN ('off', 'flagged', 'everything')", name=op.f("ck_server_configurations_review")),
        sa.PrimaryKeyConstraint("server_id", name=op.f("pk_server_configurations")),
    )
    op.create_table(
        "server_channels",
        sa.Column("server_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("answers", sa.Boolean(), nullable=True),
        sa.Column("negative", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("server_id", "channel_id", name=op.f("pk_server_channels")),
    )
    op.create_table(
        "server_roles",
        sa.Column("server_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("draws", sa.Boolean(), nullable=True),
        sa.Column("moderates", sa.Boolean(), nullable=True),
        sa.Column("daily", sa.Integer(), nullable=True),
        sa.Column("cooldown", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("server_id", "role_id", name=op.f("pk_server_roles")),
    )
    op.create_table(
        "list_entries",
        sa.Column("id", _COUNTER, nullable=False),
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(60), nullable=False),
        sa.Column("text_key", sa.String(240), nullable=False),
        sa.CheckConstraint("kind IN ('block', 'allow')", name=op.f("ck_list_entries_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_entries")),
        sa.UniqueConstraint(
            "server_id",
            "kind",
            "channel_id",
            "text_key",
            name=op.f("uq_list_entries_server_id_kind_channel_id_text_key"),
        ),
        sqlite_autoincrement=True,
    )


def _cases() -> None:
    """What comes to the moderators."""
    op.create_table(
        "cases",
        sa.Column("id", _COUNTER, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=True),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("scores", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("card_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("card_message_id", sa.BigInteger(), nullable=True),
        sa.Column("reviewer", sa.BigInteger(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.CheckConstraint("kind IN ('refused', 'held', 'reported')", name=op.f("ck_cases_kind")),
        sa.CheckConstraint(
            "state IN ('refused', 'open', 'approved', 'rejected', 'expired', 'overturned')", name=op.f("ck_cases_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("job_id", "kind", name=op.f("uq_cases_job_id_kind")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_cases_person_server_id"), "cases", ["person", "server_id"])
    op.create_index(op.f("ix_cases_server_id_state"), "cases", ["server_id", "state"])
    op.create_table(
        "reports",
        sa.Column("case_id", _COUNTER, autoincrement=False, nullable=False),
        sa.Column("reporter", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reports_case_id_cases"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "reporter", name=op.f("pk_reports")),
    )
    op.create_table(
        "appeals",
        sa.Column("id", _COUNTER, nullable=False),
        sa.Column("case_id", _COUNTER, nullable=False),
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reviewer", sa.BigInteger(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('open', 'upheld', 'dismissed')", name=op.f("ck_appeals_state")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_appeals_case_id_cases"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("case_id", name=op.f("uq_appeals_case_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_appeals_person_created_at"), "appeals", ["person", "created_at"])
    op.create_table(
        "rejected_pictures",
        sa.Column("id", _COUNTER, nullable=False),
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", _COUNTER, nullable=False),
        sa.Column("likeness", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_rejected_pictures_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejected_pictures")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_rejected_pictures_server_id"), "rejected_pictures", ["server_id"])


def _sanctions() -> None:
    """What stands against a person."""
    op.create_table(
        "strikes",
        sa.Column("id", _COUNTER, nullable=False),
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("case_id", _COUNTER, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("fades_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strikes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_strikes_person_server_id"), "strikes", ["person", "server_id"])
    op.create_table(
        "blocks",
        sa.Column("server_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("case_id", _COUNTER, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("server_id", "person", name=op.f("pk_blocks")),
    )


def _log() -> None:
    """The log, which begins before its first line."""
    op.create_table(
        "moderation_log",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.String(32), nullable=False),
        sa.Column("rule", sa.String(32), nullable=True),
        sa.Column("actor", sa.String(64), nullable=True),
        sa.Column("reviewer", sa.String(64), nullable=True),
        sa.Column("case_id", _COUNTER, nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_moderation_log")),
    )
    op.create_index(op.f("ix_moderation_log_actor"), "moderation_log", ["actor"])
    op.create_index(op.f("ix_moderation_log_server_id_at"), "moderation_log", ["server_id", "at"])
    op.create_table(
        "moderation_log_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_log_head")),
    )
    op.create_table(
        "pseudonyms",
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", name=op.f("pk_pseudonyms")),
        sa.UniqueConstraint("person", name=op.f("uq_pseudonyms_person")),
    )
    head = sa.table("moderation_log_head", sa.column("id"), sa.column("number"), sa.column("digest"))
    op.bulk_insert(head, [{"id": 1, "number": 0, "digest": "0" * 64}])
