"""Corrections of methods, datasets and tasks, and what a draft's author says of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IDENT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table('corrections',
    sa.Column('key', sa.Integer(), nullable=False),
    sa.Column('entity', IDENT, nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('label', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('to_label', sa.String(), nullable=False),
    sa.Column('to_name', sa.String(), nullable=False),
    sa.Column('created', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('key'),
    sa.UniqueConstraint('entity')
    )
    # Not by rebuilding the table: SQLite would drop the old one, and with it the verdicts that hang on it.
    op.add_column('drafts', sa.Column('entities', sa.JSON(), nullable=False, server_default='[]'))


def downgrade() -> None:
    op.drop_column('drafts', 'entities')
    op.drop_table('corrections')
