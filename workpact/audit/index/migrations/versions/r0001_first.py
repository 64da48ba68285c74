"""State, contracts, tokens, blocks and logs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "workpact_index",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("chain", sa.BigInteger, nullable=False),
        sa.Column("genesis", sa.LargeBinary, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("block", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary),
        sa.Column("finalized", sa.BigInteger),
        sa.Column("finalized_hash", sa.LargeBinary),
    )
    op.create_table(
        "workpact_contracts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
    )
    op.create_table(
        "workpact_tokens",
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("named", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "workpact_blocks",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("parent", sa.LargeBinary, nullable=False),
        sa.Column("timestamp", sa.BigInteger, nullable=False),
        sa.Column("finalized", sa.Boolean, nullable=False),
    )
    op.create_table(
        "workpact_logs",
        sa.Column("block", sa.BigInteger, sa.ForeignKey("workpact_blocks.number"), autoincrement=False),
        sa.Column("position", sa.BigInteger, autoincrement=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("topic0", sa.LargeBinary),
        sa.Column("topic1", sa.LargeBinary),
        sa.Column("topic2", sa.LargeBinary),
        sa.Column("topic3", sa.LargeBinary),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("transaction_hash", sa.LargeBinary, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("brought", sa.BigInteger, nullable=False),
        sa.Column("finalized", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("block", "position"),
        sqlite_with_rowid=False,
    )
    is_open = sa.text("NOT finalized")
    op.create_index("workpact_logs_topic1", "workpact_logs", ["address", "topic1"])
    op.create_index("workpact_logs_topic2", "workpact_logs", ["address", "topic2"])
    op.create_index("workpact_logs_open", "workpact_logs", ["brought"], sqlite_where=is_open, postgresql_where=is_open)
