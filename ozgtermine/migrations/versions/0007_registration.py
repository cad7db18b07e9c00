"""Registration, whole"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

STATES = ('unconfirmed', 'requested', 'waiting', 'offered', 'confirmed', 'withdrawn', 'cancelled', 'declined', 'lapsed')
LIVE = ('confirmed', 'offered', 'requested', 'unconfirmed', 'waiting')
ACTS = ('created', 'changed', 'removed', 'taken_back', 'viewed', 'exported', 'signed_in', 'sign_in_failed',
        'signed_out')
MODES = ('on_site', 'online', 'hybrid')
NEW_TERMS = ('claim_hours', 'opens_days_before', 'closes_hours_before', 'mail_domains', 'quotas', 'largest_group',
             'reminder_hours', 'retention_days')
CHECKS_OF_TERMS = {
    'claim_hours_positive': 'claim_hours > 0',
    'closes_before': 'closes_hours_before IS NULL OR closes_hours_before >= 0',
    'group_positive': 'largest_group > 0',
    'opens_before': 'opens_days_before IS NULL OR opens_days_before >= 0',
    'reminder_before': 'reminder_hours IS NULL OR reminder_hours > 0',
    'retention_not_negative': 'retention_days >= 0',
}


def upgrade() -> None:
    _create_series_terms()
    _widen_offer()
    _create_question()
    _widen_registration()
    _create_links_and_consent()
    _create_notice_and_count()
    with op.batch_alter_table('outgoing_mail') as mail:
        mail.add_column(sa.Column('change_id', sa.String(length=200), nullable=False, server_default=''))
        mail.add_column(
            sa.Column('recipient_normalised', sa.String(length=200), nullable=False, server_default='')
        )
        mail.create_index(op.f('ix_outgoing_mail_change_id'), ['change_id'])
        mail.create_index(op.f('ix_outgoing_mail_recipient_normalised'), ['recipient_normalised'])
        mail.create_index(op.f('ix_outgoing_mail_registration_id'), ['registration_id'])
    with op.batch_alter_table('outgoing_mail') as mail:
        for name in ('change_id', 'recipient_normalised'):
            mail.alter_column(name, existing_type=sa.String(length=200), server_default=None)
    op.execute('UPDATE outgoing_mail SET recipient_normalised = lower(recipient)')
    _allow_acts(*ACTS, 'wrote')


def downgrade() -> None:
    op.execute("DELETE FROM audit_entry WHERE act = 'wrote'")
    _allow_acts(*ACTS)
    with op.batch_alter_table('outgoing_mail') as mail:
        mail.drop_index(op.f('ix_outgoing_mail_registration_id'))
        mail.drop_index(op.f('ix_outgoing_mail_recipient_normalised'))
        mail.drop_index(op.f('ix_outgoing_mail_change_id'))
        mail.drop_column('recipient_normalised')
        mail.drop_column('change_id')
    for table in ('erasure_mark', 'erased_count', 'event_notice', 'consent', 'deputy', 'address_link', 'offer_question'):
        op.drop_table(table)
    _narrow_registration()
    with op.batch_alter_table('registration_offer') as offer:
        offer.drop_constraint(op.f('fk_registration_offer_opens_with_issue_id'), type_='foreignkey')
        for name in CHECKS_OF_TERMS:
            offer.drop_constraint(op.f(f'ck_registration_offer_{name}'), type_='check')
        for name in ('opens_with_issue_id', *NEW_TERMS):
            offer.drop_column(name)
    op.drop_table('series_terms')


def _allow_acts(*acts: str) -> None:
    with op.batch_alter_table('audit_entry') as entry:
        entry.drop_constraint(op.f('ck_audit_entry_auditact'), type_='check')
        entry.create_check_constraint(op.f('ck_audit_entry_auditact'), sa.text(f'act IN ({_list(*acts)})'))


def _create_series_terms() -> None:
    op.create_table(
        'series_terms',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('series_id', sa.Integer(), nullable=False),
        sa.Column('has_waiting_list', sa.Boolean(), nullable=False),
        sa.Column('promotion', _words('promotion', 'automatic', 'claim'), nullable=False),
        sa.Column('claim_hours', sa.Integer(), nullable=False),
        sa.Column('opens_days_before', sa.Integer(), nullable=True),
        sa.Column('closes_hours_before', sa.Integer(), nullable=True),
        sa.Column('eligibility', sa.Text(), nullable=False),
        sa.Column('mail_domains', sa.Text(), nullable=False),
        sa.Column('quotas', sa.JSON(), nullable=False),
        sa.Column('largest_group', sa.Integer(), nullable=False),
        sa.Column('reminder_hours', sa.Integer(), nullable=True),
        sa.Column('retention_days', sa.Integer(), nullable=False),
        *(sa.CheckConstraint(check, name=op.f(f'ck_series_terms_{name}')) for name, check in CHECKS_OF_TERMS.items()),
        sa.ForeignKeyConstraint(
            ['series_id'], ['series.id'], name=op.f('fk_series_terms_series_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_series_terms')),
        sa.UniqueConstraint('series_id', name=op.f('uq_series_terms_series_id')),
    )


def _widen_offer() -> None:
    with op.batch_alter_table('registration_offer') as offer:
        offer.add_column(sa.Column('opens_with_issue_id', sa.Integer(), nullable=True))
        offer.add_column(sa.Column('claim_hours', sa.Integer(), nullable=False, server_default='10'))
        offer.add_column(sa.Column('opens_days_before', sa.Integer(), nullable=True))
        offer.add_column(sa.Column('closes_hours_before', sa.Integer(), nullable=True))
        offer.add_column(sa.Column('mail_domains', sa.Text(), nullable=False, server_default=''))
        offer.add_column(sa.Column('quotas', sa.JSON(), nullable=False, server_default='{}'))
        offer.add_column(sa.Column('largest_group', sa.Integer(), nullable=False, server_default='1'))
        offer.add_column(sa.Column('reminder_hours', sa.Integer(), nullable=True, server_default='24'))
        offer.add_column(sa.Column('retention_days', sa.Integer(), nullable=False, server_default='30'))
        offer.create_foreign_key(
            op.f('fk_registration_offer_opens_with_issue_id'), 'newsletter_issue', ['opens_with_issue_id'], ['id']
        )
        for name, check in CHECKS_OF_TERMS.items():
            offer.create_check_constraint(op.f(f'ck_registration_offer_{name}'), sa.text(check))
    with op.batch_alter_table('registration_offer') as offer:
        for name in ('claim_hours', 'largest_group', 'reminder_hours', 'retention_days'):
            offer.alter_column(name, existing_type=sa.Integer(), server_default=None)
        offer.alter_column('mail_domains', existing_type=sa.Text(), server_default=None)
        offer.alter_column('quotas', existing_type=sa.JSON(), server_default=None)


def _create_question() -> None:
    kinds = _words('questionkind', 'text', 'long_text', 'one_of', 'several_of', 'yes_no', 'number')
    op.create_table(
        'offer_question',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('offer_id', sa.Integer(), nullable=True),
        sa.Column('terms_id', sa.Integer(), nullable=True),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('kind', kinds, nullable=False),
        sa.Column('label', sa.String(length=200), nullable=False),
        sa.Column('purpose', sa.String(length=200), nullable=False),
        sa.Column('choices', sa.Text(), nullable=False),
        sa.Column('is_required', sa.Boolean(), nullable=False),
        sa.Column('is_sensitive', sa.Boolean(), nullable=False),
        sa.Column('is_erased_early', sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            '(offer_id IS NULL) <> (terms_id IS NULL)', name=op.f('ck_offer_question_belongs_to_one')
        ),
        sa.ForeignKeyConstraint(
            ['offer_id'], ['registration_offer.id'], name=op.f('fk_offer_question_offer_id'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['terms_id'], ['series_terms.id'], name=op.f('fk_offer_question_terms_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_offer_question')),
    )
    op.create_index('ix_offer_question_offer_id', 'offer_question', ['offer_id'])
    op.create_index('ix_offer_question_terms_id', 'offer_question', ['terms_id'])


def _widen_registration() -> None:
    op.drop_index('uq_registration_live', 'registration')
    with op.batch_alter_table('registration') as registration:
        registration.add_column(sa.Column('person_id', sa.Integer(), nullable=True))
        registration.add_column(sa.Column('answers', sa.JSON(), nullable=False, server_default='{}'))
        registration.add_column(sa.Column('language', sa.String(length=200), nullable=False, server_default='de'))
        registration.add_column(sa.Column('submission', sa.String(length=200), nullable=False, server_default=''))
        registration.add_column(sa.Column('decision_reason', sa.Text(), nullable=False, server_default=''))
        registration.add_column(sa.Column('waits_for_mode', sa.String(length=32), nullable=True))
        registration.add_column(sa.Column('claim_until', sa.DateTime(timezone=True), nullable=True))
        registration.add_column(sa.Column('remind_of_claim_at', sa.DateTime(timezone=True), nullable=True))
        registration.add_column(sa.Column('reminded_for', sa.DateTime(timezone=True), nullable=True))
        registration.add_column(sa.Column('has_attended', sa.Boolean(), nullable=True))
        registration.create_foreign_key(
            op.f('fk_registration_person_id'), 'person', ['person_id'], ['id'], ondelete='SET NULL'
        )
        for name in ('state', 'waiting_has_since', 'confirmed_address'):
            registration.drop_constraint(op.f(f'ck_registration_{name}'), type_='check')
        for name, check in {
            'state': f"state IN ({_list(*STATES, 'invited')})",
            'waiting_has_since': "(state = 'waiting' OR waits_for_mode IS NOT NULL) = (waiting_since IS NOT NULL)",
            'waits_for_mode': f'waits_for_mode IN ({_list(*MODES)})',
            'waits_with_a_seat': "waits_for_mode IS NULL OR state = 'confirmed'",
            'offered_has_deadline': "(state = 'offered') = (claim_until IS NOT NULL)",
            'confirmed_address': "state IN ('unconfirmed', 'cancelled') OR address_confirmed_at IS NOT NULL",
        }.items():
            registration.create_check_constraint(op.f(f'ck_registration_{name}'), sa.text(check))
    with op.batch_alter_table('registration') as registration:
        for name in ('language', 'submission'):
            registration.alter_column(name, existing_type=sa.String(length=200), server_default=None)
        registration.alter_column('decision_reason', existing_type=sa.Text(), server_default=None)
        registration.alter_column('answers', existing_type=sa.JSON(), server_default=None)
    op.create_index(op.f('ix_registration_person_id'), 'registration', ['person_id'])
    op.create_index(op.f('ix_registration_submission'), 'registration', ['submission'])
    _create_live_index(*LIVE, 'invited')


def _narrow_registration() -> None:
    op.drop_index('uq_registration_live', 'registration')
    op.execute("DELETE FROM registration WHERE state IN ('invited', 'offered')")
    op.execute(
        'UPDATE registration SET waiting_since = NULL, waits_for_mode = NULL WHERE waits_for_mode IS NOT NULL'
    )
    op.execute("DELETE FROM registration WHERE state = 'cancelled' AND address_confirmed_at IS NULL")
    for name in ('ix_registration_person_id', 'ix_registration_submission'):
        op.drop_index(op.f(name), 'registration')
    with op.batch_alter_table('registration') as registration:
        registration.drop_constraint(op.f('fk_registration_person_id'), type_='foreignkey')
        for name in ('state', 'waiting_has_since', 'waits_for_mode', 'waits_with_a_seat', 'offered_has_deadline',
                     'confirmed_address'):
            registration.drop_constraint(op.f(f'ck_registration_{name}'), type_='check')
        for name in ('person_id', 'answers', 'language', 'submission', 'decision_reason', 'waits_for_mode',
                     'claim_until', 'remind_of_claim_at', 'reminded_for', 'has_attended'):
            registration.drop_column(name)
        for name, check in {
            'state': f'state IN ({_list(*STATES)})',
            'waiting_has_since': "(state = 'waiting') = (waiting_since IS NOT NULL)",
            'confirmed_address': "state IN ('unconfirmed') OR address_confirmed_at IS NOT NULL",
        }.items():
            registration.create_check_constraint(op.f(f'ck_registration_{name}'), sa.text(check))
    _create_live_index(*LIVE)


def _create_live_index(*live: str) -> None:
    where = sa.text(f'state IN ({_list(*sorted(live))})')
    op.create_index(
        'uq_registration_live', 'registration', ['offer_id', 'email_normalised', 'name_normalised'], unique=True,
        sqlite_where=where, postgresql_where=where,
    )


def _create_links_and_consent() -> None:
    op.create_table(
        'address_link',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('email', sa.String(length=200), nullable=False),
        sa.Column('email_normalised', sa.String(length=200), nullable=False),
        sa.Column('token_hash', sa.String(length=200), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_address_link')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_address_link_token_hash')),
    )
    op.create_index(op.f('ix_address_link_email_normalised'), 'address_link', ['email_normalised'])
    op.create_index(op.f('ix_address_link_expires_at'), 'address_link', ['expires_at'])
    op.create_table(
        'deputy',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('registration_id', sa.Integer(), nullable=False),
        sa.Column('given_name', sa.String(length=200), nullable=False),
        sa.Column('family_name', sa.String(length=200), nullable=False),
        sa.Column('email', sa.String(length=200), nullable=False),
        sa.Column('token_hash', sa.String(length=200), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['registration_id'], ['registration.id'], name=op.f('fk_deputy_registration_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_deputy')),
        sa.UniqueConstraint('registration_id', name=op.f('uq_deputy_registration_id')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_deputy_token_hash')),
    )
    op.create_table(
        'consent',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('registration_id', sa.Integer(), nullable=False),
        sa.Column('purpose', sa.String(length=200), nullable=False),
        sa.Column('wording', sa.Text(), nullable=False),
        sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['registration_id'], ['registration.id'], name=op.f('fk_consent_registration_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_consent')),
    )
    op.create_index(op.f('ix_consent_registration_id'), 'consent', ['registration_id'])


def _create_notice_and_count() -> None:
    op.create_table(
        'event_notice',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('event_id', sa.Integer(), nullable=False),
        sa.Column('told', sa.JSON(), nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['event_id'], ['event.id'], name=op.f('fk_event_notice_event_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_event_notice')),
        sa.UniqueConstraint('event_id', name=op.f('uq_event_notice_event_id')),
    )
    op.create_index(op.f('ix_event_notice_due_at'), 'event_notice', ['due_at'])
    op.create_table(
        'erased_count',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('event_id', sa.Integer(), nullable=False),
        sa.Column('state', _words('state', *STATES, 'invited'), nullable=False),
        sa.Column('mode', _words('mode', *MODES), nullable=False),
        sa.Column('sector', sa.String(length=200), nullable=False),
        sa.Column('has_attended', sa.Boolean(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('erased_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['event_id'], ['event.id'], name=op.f('fk_erased_count_event_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_erased_count')),
    )
    op.create_table(
        'erasure_mark',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('tombstones', sa.Integer(), nullable=False),
        sa.CheckConstraint('id = 1', name=op.f('ck_erasure_mark_one_row')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure_mark')),
    )
    op.create_index(
        'uq_erased_count', 'erased_count', ['event_id', 'state', 'mode', 'sector', 'has_attended'], unique=True
    )


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _list(*words: str) -> str:
    return ', '.join(f"'{word}'" for word in words)
