"""Directory"""

import sqlalchemy as sa
from alembic import op

from ozgtermine.models import base

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

PERSON, ORGANISATION = 'person', 'organisation'


def upgrade() -> None:
    with op.batch_alter_table(PERSON) as person:
        person.add_column(sa.Column('email_normalised', sa.String(length=200), nullable=False, server_default=''))
        person.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
    with op.batch_alter_table(ORGANISATION) as organisation:
        organisation.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
    # one address is one person: of doubles the first keeps it, the others are merged by people
    op.execute(
        "UPDATE person SET email_normalised = lower(trim(email)) WHERE id IN "
        "(SELECT min(id) FROM person WHERE email <> '' GROUP BY lower(trim(email)))"
    )
    with op.batch_alter_table(PERSON) as person:
        person.alter_column('email_normalised', existing_type=sa.String(length=200), server_default=None)
        person.alter_column('version', existing_type=sa.Integer(), server_default=None)
        person.create_index(
            'uq_person_email_normalised',
            ['email_normalised'],
            unique=True,
            sqlite_where=sa.text("email_normalised <> ''"),
            postgresql_where=sa.text("email_normalised <> ''"),
        )
    with op.batch_alter_table(ORGANISATION) as organisation:
        organisation.alter_column('version', existing_type=sa.Integer(), server_default=None)
    op.create_table(
        'pending_import',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('file_name', sa.String(length=200), nullable=False),
        sa.Column('header', sa.JSON(), nullable=False),
        sa.Column('rows', sa.JSON(), nullable=False),
        sa.Column('created_at', base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_pending_import_account_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_pending_import')),
    )
    op.create_index(op.f('ix_pending_import_account_id'), 'pending_import', ['account_id'])


def downgrade() -> None:
    op.drop_table('pending_import')
    with op.batch_alter_table(PERSON) as person:
        person.drop_index('uq_person_email_normalised')
        person.drop_column('version')
        person.drop_column('email_normalised')
    with op.batch_alter_table(ORGANISATION) as organisation:
        organisation.drop_column('version')
