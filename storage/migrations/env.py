"""What Alembic runs: migrate over the connection that the program, already inside a transaction, hands in."""

from alembic import context

import storage.moderation.models  # noqa: F401  (its tables belong to the same metadata)
from storage.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
