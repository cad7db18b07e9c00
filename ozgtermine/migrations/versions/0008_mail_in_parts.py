"""Mails in parts: whoever sends one puts it together"""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

TEXTS = ('text', 'html')
WORDS = ('recipient_name', 'sender', 'sender_name', 'reply_to', 'calendar_method')
MAIL = sa.table(
    'outgoing_mail', sa.column('id'), sa.column('message_id'), sa.column('recipient'), sa.column('subject'),
    sa.column('content', sa.LargeBinary), sa.column('calendar', sa.LargeBinary),
    *(sa.column(name) for name in (*TEXTS, *WORDS)),
)


def upgrade() -> None:
    with op.batch_alter_table('outgoing_mail') as mail:
        for name in TEXTS:
            mail.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=''))
        for name in WORDS:
            mail.add_column(sa.Column(name, sa.String(length=200), nullable=False, server_default=''))
        mail.add_column(sa.Column('calendar', sa.LargeBinary(), nullable=True))
    for each, content in _each(MAIL.c.content):
        op.execute(sa.update(MAIL).where(MAIL.c.id == each).values(**_parts(content)))
    with op.batch_alter_table('outgoing_mail') as mail:
        for name in TEXTS:
            mail.alter_column(name, existing_type=sa.Text(), server_default=None)
        for name in WORDS:
            mail.alter_column(name, existing_type=sa.String(length=200), server_default=None)
        mail.drop_column('content')
        mail.drop_index('ix_outgoing_mail_state_due_at')
        mail.create_index('ix_outgoing_mail_state_priority_due_at', ['state', 'priority', 'due_at', 'id'])


def downgrade() -> None:
    """Put the mails that wait together again, without their calendar objects' second copy."""
    with op.batch_alter_table('outgoing_mail') as mail:
        mail.add_column(sa.Column('content', sa.LargeBinary(), nullable=False, server_default=sa.text("''")))
        mail.drop_index('ix_outgoing_mail_state_priority_due_at')
        mail.create_index('ix_outgoing_mail_state_due_at', ['state', 'due_at'])
    for row in _rows():
        op.execute(sa.update(MAIL).where(MAIL.c.id == row.id).values(content=_whole(row)))
    with op.batch_alter_table('outgoing_mail') as mail:
        mail.alter_column('content', existing_type=sa.LargeBinary(), server_default=None)
        for name in (*TEXTS, *WORDS, 'calendar'):
            mail.drop_column(name)


def _each(column):
    """Yield one row after the other: content is large, and there may be many."""
    for each in op.get_bind().execute(sa.select(MAIL.c.id)).scalars().all():
        yield each, op.get_bind().execute(sa.select(column).where(MAIL.c.id == each)).scalar_one()


def _rows():
    found = sa.select(*(column for column in MAIL.c if column.name != 'content'))
    for each in op.get_bind().execute(sa.select(MAIL.c.id)).scalars().all():
        yield op.get_bind().execute(found.where(MAIL.c.id == each)).one()


def _parts(content):
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(content)
    parts = {'recipient_name': _name(message, 'To'), 'sender_name': _name(message, 'From'),
             'sender': _address(message, 'From'), 'reply_to': _address(message, 'Reply-To')}
    for part in message.walk():
        match part.get_content_type():
            case 'text/plain':
                parts['text'] = part.get_content().replace('\r\n', '\n')
            case 'text/html':
                parts['html'] = part.get_content().replace('\r\n', '\n')
            case 'text/calendar':
                parts['calendar'] = part.get_payload(decode=True)
                parts['calendar_method'] = part.get_param('method')
    return parts


def _name(message, header):
    return next((each.display_name for each in message[header].addresses), '') if message[header] else ''


def _address(message, header):
    return next((each.addr_spec for each in message[header].addresses), '') if message[header] else ''


def _whole(row):
    message = EmailMessage(policy=policy.SMTP)
    message['From'], message['To'] = row.sender, row.recipient
    message['Reply-To'], message['Subject'] = row.reply_to, ' '.join(row.subject.split())
    message['Message-ID'], message['Auto-Submitted'] = row.message_id, 'auto-generated'
    message.set_content(row.text, cte='quoted-printable')
    message.add_alternative(row.html, subtype='html', cte='quoted-printable')
    if row.calendar:
        parameters = {'charset': 'utf-8', 'method': row.calendar_method}
        message.add_alternative(row.calendar, 'text', 'calendar', params=parameters)
    return message.as_bytes()
