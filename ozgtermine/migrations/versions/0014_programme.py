"""Programmes of events, item by item"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

STATES = ('draft', 'provisional', 'final')
KINDS = ('keynote', 'impulse', 'talk', 'workshop', 'panel', 'break')


def upgrade() -> None:
    op.create_table(
        'programme',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('event_id', sa.Integer(), nullable=False),
        sa.Column('state', sa.Enum(*STATES, name='programmestate', native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column('as_of', sa.Date(), nullable=True),
        sa.Column('note', sa.Text(), nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_programme_event_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_programme')),
        sa.UniqueConstraint('event_id', name=op.f('uq_programme_event_id')),
    )
    op.create_table(
        'programme_item',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('programme_id', sa.Integer(), nullable=False),
        sa.Column('uid', sa.String(length=200), nullable=False),
        sa.Column('kind', sa.Enum(*KINDS, name='itemkind', native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column('title', sa.String(length=200), nullable=False),
        sa.Column('description', sa.Text(), nullable=False),
        sa.Column('day', sa.Integer(), nullable=False),
        sa.Column('start_time', sa.Time(), nullable=True),
        sa.Column('end_time', sa.Time(), nullable=True),
        sa.Column('track', sa.String(length=200), nullable=False),
        sa.Column('room_id', sa.Integer(), nullable=True),
        sa.Column('room_name', sa.String(length=200), nullable=False),
        sa.Column('speakers', sa.Text(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('sequence', sa.Integer(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.CheckConstraint('day >= 1', name=op.f('ck_programme_item_day_counts_from_one')),
        sa.CheckConstraint('end_time IS NULL OR (start_time IS NOT NULL AND end_time > start_time)', name=op.f('ck_programme_item_ends_after_start')),
        sa.CheckConstraint("room_id IS NULL OR room_name = ''", name=op.f('ck_programme_item_one_room')),
        sa.CheckConstraint("title <> ''", name=op.f('ck_programme_item_has_title')),
        sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_programme_item_programme_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_programme_item_room_id'), ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_programme_item')),
        sa.UniqueConstraint('uid', name=op.f('uq_programme_item_uid')),
    )
    op.create_index('ix_programme_item_programme_id', 'programme_item', ['programme_id'])


def downgrade() -> None:
    op.drop_table('programme_item')
    op.drop_table('programme')
