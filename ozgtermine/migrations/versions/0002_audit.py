"""Audit"""

import sqlalchemy as sa
from alembic import op

from ozgtermine.models import base

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

ACTS = (
    'created', 'changed', 'removed', 'taken_back', 'viewed', 'exported', 'signed_in', 'sign_in_failed', 'signed_out',
)


def upgrade() -> None:
    op.create_table(
        'audit_entry',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('change_id', sa.String(length=200), nullable=False),
        sa.Column('at', base.UtcDateTime(timezone=True), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=True),
        sa.Column('author', sa.String(length=200), nullable=False),
        sa.Column(
            'act',
            sa.Enum(*ACTS, name='auditact', native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column('thing', sa.String(length=200), nullable=False),
        sa.Column('thing_id', sa.Integer(), nullable=True),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('event_id', sa.Integer(), nullable=True),
        sa.Column('series_id', sa.Integer(), nullable=True),
        sa.Column('person_id', sa.Integer(), nullable=True),
        sa.Column('changes', sa.JSON(), nullable=False),
        sa.Column('note', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_audit_entry_account_id'), ondelete='SET NULL'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry')),
    )
    op.create_index(op.f('ix_audit_entry_at'), 'audit_entry', ['at'])
    op.create_index(op.f('ix_audit_entry_change_id'), 'audit_entry', ['change_id'])
    for column in ('account_id', 'event_id', 'person_id', 'series_id'):
        op.create_index(f'ix_audit_entry_{column}_at', 'audit_entry', [column, 'at'])


def downgrade() -> None:
    op.drop_table('audit_entry')
