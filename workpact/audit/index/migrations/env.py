"""Run by Alembic: revisions in the transaction of whoever asks for them."""

from alembic import context

from workpact.audit.index.tables import REVISION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=REVISION_TABLE
)
with context.begin_transaction():
    context.run_migrations()
