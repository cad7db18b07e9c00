"""Calendars of others: imported and mirrored"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'imported_event',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('event_id', sa.Integer(), nullable=False),
        sa.Column('series_id', sa.Integer(), nullable=False),
        sa.Column('uid', sa.String(length=200), nullable=False),
        sa.Column('recurrence', sa.String(length=200), nullable=False),
        sa.Column('source', sa.String(length=200), nullable=False),
        sa.Column('sequence', sa.Integer(), nullable=False),
        sa.Column('said', sa.JSON(), nullable=False),
        sa.Column('vanished_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['event_id'], ['event.id'], name=op.f('fk_imported_event_event_id'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['series_id'], ['series.id'], name=op.f('fk_imported_event_series_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_imported_event')),
        sa.UniqueConstraint('event_id', name=op.f('uq_imported_event_event_id')),
        sa.UniqueConstraint('series_id', 'uid', 'recurrence', name=op.f('uq_imported_event_series_id_uid_recurrence')),
    )
    op.create_table(
        'mirror',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('series_id', sa.Integer(), nullable=False),
        sa.Column('address', sa.Text(), nullable=False),
        sa.Column('etag', sa.Text(), nullable=False),
        sa.Column('last_modified', sa.String(length=200), nullable=False),
        sa.Column('read_whole_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('succeeded_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('failures', sa.Integer(), nullable=False),
        sa.Column('last_error', sa.Text(), nullable=False),
        sa.Column('unread', sa.JSON(), nullable=False),
        sa.Column('next_poll_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('failures >= 0', name=op.f('ck_mirror_failures_not_negative')),
        sa.ForeignKeyConstraint(['series_id'], ['series.id'], name=op.f('fk_mirror_series_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_mirror')),
        sa.UniqueConstraint('series_id', name=op.f('uq_mirror_series_id')),
    )
    op.create_index(op.f('ix_mirror_next_poll_at'), 'mirror', ['next_poll_at'])
    op.create_table(
        'pending_calendar',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('series_id', sa.Integer(), nullable=False),
        sa.Column('file_name', sa.String(length=200), nullable=False),
        sa.Column('content', sa.JSON(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_pending_calendar_account_id'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['series_id'], ['series.id'], name=op.f('fk_pending_calendar_series_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_pending_calendar')),
    )
    op.create_index(op.f('ix_pending_calendar_account_id'), 'pending_calendar', ['account_id'])


def downgrade() -> None:
    op.drop_table('pending_calendar')
    op.drop_table('mirror')
    op.drop_table('imported_event')
