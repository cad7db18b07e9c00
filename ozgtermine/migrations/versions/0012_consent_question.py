"""Questions that are consents of their own"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

KINDS = ('text', 'long_text', 'one_of', 'several_of', 'yes_no', 'number')


def upgrade() -> None:
    _allow(*KINDS, 'consent')


def downgrade() -> None:
    op.execute("DELETE FROM offer_question WHERE kind = 'consent'")
    _allow(*KINDS)


def _allow(*kinds: str) -> None:
    words = ', '.join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table('offer_question') as question:
        question.drop_constraint(op.f('ck_offer_question_questionkind'), type_='check')
        question.create_check_constraint(op.f('ck_offer_question_questionkind'), sa.text(f'kind IN ({words})'))
