"""Calendars of persons"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'personal_calendar',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('email_normalised', sa.String(length=200), nullable=False),
        sa.Column('salt', sa.String(length=200), nullable=False),
        sa.Column('token_hash', sa.String(length=200), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_personal_calendar')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_personal_calendar_token_hash')),
    )
    op.create_index(op.f('ix_personal_calendar_email_normalised'), 'personal_calendar', ['email_normalised'])


def downgrade() -> None:
    op.drop_table('personal_calendar')
