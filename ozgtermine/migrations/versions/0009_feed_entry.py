"""What feeds have handed out, and what has left them"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'feed_entry',
        sa.Column('feed', sa.String(length=200), nullable=False),
        sa.Column('uid', sa.String(length=200), nullable=False),
        sa.Column('sequence', sa.Integer(), nullable=False),
        sa.Column('times', sa.Text(), nullable=False),
        sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('feed', 'uid', name=op.f('pk_feed_entry')),
    )


def downgrade() -> None:
    op.drop_table('feed_entry')
