"""Accounts"""

import sqlalchemy as sa
from alembic import op

from ozgtermine.models import base

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

METHODS = (
    'password', 'password_and_totp', 'password_and_passkey', 'password_and_recovery_code', 'passkey', 'link', 'provider',
)
PURPOSE = 'ck_account_link_accountlinkpurpose'


def upgrade() -> None:
    _create_account_session()
    _create_passkey()
    _create_recovery_code()
    with op.batch_alter_table('account') as account:
        account.add_column(sa.Column('totp_secret', sa.Text(), nullable=True))
        account.add_column(sa.Column('totp_step', sa.Integer(), nullable=False, server_default='0'))
        account.add_column(sa.Column('oidc_subject', sa.Text(), nullable=True))
        account.alter_column('role', existing_type=sa.String(length=32), nullable=True)
        account.create_unique_constraint(op.f('uq_account_oidc_subject'), ['oidc_subject'])
        account.drop_column('session_epoch')
    with op.batch_alter_table('account') as account:
        account.alter_column('totp_step', existing_type=sa.Integer(), server_default=None)
    with op.batch_alter_table('sign_in_attempt') as attempt:
        attempt.add_column(sa.Column('device', sa.String(length=200), nullable=False, server_default=''))
        attempt.create_index(op.f('ix_sign_in_attempt_device'), ['device'])
    with op.batch_alter_table('sign_in_attempt') as attempt:
        attempt.alter_column('device', existing_type=sa.String(length=200), server_default=None)
    _allow_purposes('set_up', 'invite', 'sign_in', 'reset_password')


def downgrade() -> None:
    op.execute("DELETE FROM account_link WHERE purpose NOT IN ('set_up', 'invite')")
    _allow_purposes('set_up', 'invite')
    with op.batch_alter_table('sign_in_attempt') as attempt:
        attempt.drop_index(op.f('ix_sign_in_attempt_device'))
        attempt.drop_column('device')
    op.execute('DELETE FROM account WHERE role IS NULL')
    with op.batch_alter_table('account') as account:
        account.add_column(sa.Column('session_epoch', sa.Integer(), nullable=False, server_default='1'))
        account.drop_constraint(op.f('uq_account_oidc_subject'), type_='unique')
        account.alter_column('role', existing_type=sa.String(length=32), nullable=False)
        for name in ('oidc_subject', 'totp_step', 'totp_secret'):
            account.drop_column(name)
    with op.batch_alter_table('account') as account:
        account.alter_column('session_epoch', existing_type=sa.Integer(), server_default=None)
    for table in ('recovery_code', 'passkey', 'account_session'):
        op.drop_table(table)


def _create_account_session() -> None:
    op.create_table(
        'account_session',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('token_hash', sa.String(length=200), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column(
            'method',
            sa.Enum(*METHODS, name='signinmethod', native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column('device', sa.String(length=200), nullable=False),
        sa.Column('created_at', base.UtcDateTime(timezone=True), nullable=False),
        sa.Column('last_seen_at', base.UtcDateTime(timezone=True), nullable=False),
        sa.Column('proven_at', base.UtcDateTime(timezone=True), nullable=False),
        sa.Column('expires_at', base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_account_session_account_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_account_session')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_account_session_token_hash')),
    )
    for column in ('account_id', 'expires_at'):
        op.create_index(op.f(f'ix_account_session_{column}'), 'account_session', [column])


def _create_passkey() -> None:
    op.create_table(
        'passkey',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('credential_id', sa.LargeBinary(), nullable=False),
        sa.Column('public_key', sa.LargeBinary(), nullable=False),
        sa.Column('sign_count', sa.Integer(), nullable=False),
        sa.Column('created_at', base.UtcDateTime(timezone=True), nullable=False),
        sa.Column('last_used_at', base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_passkey_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
        sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id')),
    )
    op.create_index(op.f('ix_passkey_account_id'), 'passkey', ['account_id'])


def _create_recovery_code() -> None:
    op.create_table(
        'recovery_code',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('code_hash', sa.String(length=200), nullable=False),
        sa.Column('used_at', base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_recovery_code_account_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
        sa.UniqueConstraint('account_id', 'code_hash', name=op.f('uq_recovery_code_account_id_code_hash')),
    )
    op.create_index(op.f('ix_recovery_code_account_id'), 'recovery_code', ['account_id'])


def _allow_purposes(*purposes: str) -> None:
    words = ', '.join(f"'{purpose}'" for purpose in purposes)
    with op.batch_alter_table('account_link') as link:
        link.drop_constraint(op.f(PURPOSE), type_='check')
        link.create_check_constraint(op.f(PURPOSE), sa.text(f'purpose IN ({words})'))
