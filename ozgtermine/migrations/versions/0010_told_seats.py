"""What the public was told about an offer's seats"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('registration_offer') as offer:
        offer.add_column(sa.Column('told_seats', sa.String(length=200), nullable=False, server_default=''))
    with op.batch_alter_table('registration_offer') as offer:
        offer.alter_column('told_seats', existing_type=sa.String(length=200), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('registration_offer') as offer:
        offer.drop_column('told_seats')
