"""Finds the newest documents without looking at every event"""

from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_document_published_at', 'document', ['published_at'])


def downgrade() -> None:
    op.drop_index('ix_document_published_at', 'document')
