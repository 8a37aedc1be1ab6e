"""Who writes a draft, and whether their own papers count as evidence for it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not by rebuilding the table: SQLite would drop the old one, and with it the verdicts that hang on it.
    op.add_column('drafts', sa.Column('authors', sa.JSON(), nullable=False, server_default='[]'))
    op.add_column('drafts', sa.Column('own_authors', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column('drafts', 'own_authors')
    op.drop_column('drafts', 'authors')
