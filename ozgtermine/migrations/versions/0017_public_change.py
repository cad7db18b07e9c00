"""What tells that a calendar read before is still good: public changes by event, notes of what feeds handed out"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "public_change",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_ids", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_public_change")),
    )
    op.create_table(
        "tracked_feed",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("notes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tracked_feed")),
    )


def downgrade() -> None:
    op.drop_table("tracked_feed")
    op.drop_table("public_change")
