"""Languages of people and accounts, and the end of their time"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

PERSON = sa.table('person', sa.column('id', sa.Integer), sa.column('uid', sa.String))
ROLES = ('lead', 'deputy_lead', 'member', 'moderator', 'project_office')


def upgrade() -> None:
    for table in ('person', 'account'):
        with op.batch_alter_table(table) as altered:
            altered.add_column(sa.Column('language', sa.String(length=200), nullable=False, server_default='de'))
        with op.batch_alter_table(table) as altered:
            altered.alter_column('language', existing_type=sa.String(length=200), server_default=None)
    with op.batch_alter_table('person') as person:
        person.add_column(sa.Column('uid', sa.String(length=200), nullable=True))
        person.add_column(sa.Column('unneeded_since', sa.DateTime(timezone=True), nullable=True))
    _name_everybody()
    with op.batch_alter_table('person') as person:
        person.alter_column('uid', existing_type=sa.String(length=200), nullable=False)
    op.create_table(
        'erased_membership',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('series_id', sa.Integer(), nullable=False),
        sa.Column('role', sa.String(length=32), nullable=False),
        sa.Column('sector', sa.String(length=200), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('erased_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_one_of('role', ROLES), name=op.f('ck_erased_membership_membershiprole')),
        sa.ForeignKeyConstraint(['series_id'], ['series.id'], name=op.f('fk_erased_membership_series_id'),
                                ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_erased_membership')),
    )  # fmt: skip
    op.create_index('uq_erased_membership', 'erased_membership', ['series_id', 'role', 'sector'], unique=True)


def downgrade() -> None:
    op.drop_table('erased_membership')
    with op.batch_alter_table('person') as person:
        person.drop_column('unneeded_since')
        person.drop_column('uid')
    for table in ('account', 'person'):
        with op.batch_alter_table(table) as altered:
            altered.drop_column('language')


def _name_everybody() -> None:
    connection = op.get_bind()
    for number in connection.execute(sa.select(PERSON.c.id)).scalars().all():
        connection.execute(sa.update(PERSON).where(PERSON.c.id == number).values(uid=uuid4().hex))


def _one_of(column: str, values: tuple[str, ...]) -> sa.TextClause:
    words = ', '.join(f"'{value}'" for value in values)
    return sa.text(f'{column} IN ({words})')
