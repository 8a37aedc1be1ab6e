"""The first schema: papers, authors, references, aliases, lists, drafts, and the search over them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

IDENT = sa.String().with_variant(sa.String(collation="C"), "postgresql")

# SQLite's own full-text index follows `papers` by triggers; PostgreSQL indexes the expression.
SQLITE_SEARCH = (
    "CREATE VIRTUAL TABLE paper_search USING fts5(search_text, content='papers', content_rowid='key')",
    "CREATE TRIGGER paper_search_insert AFTER INSERT ON papers BEGIN "
    "INSERT INTO paper_search(rowid, search_text) VALUES (new.key, new.search_text); END",
    "CREATE TRIGGER paper_search_delete AFTER DELETE ON papers BEGIN "
    "INSERT INTO paper_search(paper_search, rowid, search_text) VALUES ('delete', old.key, old.search_text); END",
    "CREATE TRIGGER paper_search_update AFTER UPDATE OF search_text ON papers BEGIN "
    "INSERT INTO paper_search(paper_search, rowid, search_text) VALUES ('delete', old.key, old.search_text); "
    "INSERT INTO paper_search(rowid, search_text) VALUES (new.key, new.search_text); END",
)


def upgrade() -> None:
    op.create_table('drafts',
    sa.Column('key', sa.Integer(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('abstract', sa.String(), nullable=False),
    sa.Column('year_from', sa.Integer(), nullable=True),
    sa.Column('year_to', sa.Integer(), nullable=True),
    sa.Column('venues', sa.JSON(), nullable=False),
    sa.Column('cited', sa.JSON(), nullable=False),
    sa.Column('created', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('key'),
    sa.UniqueConstraint('id')
    )
    op.create_table('extractions',
    sa.Column('text_hash', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('found', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('text_hash')
    )
    op.create_table('facts',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('lists',
    sa.Column('key', sa.Integer(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('id', IDENT, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('created', sa.DateTime(), nullable=False),
    sa.Column('deleted', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('key'),
    sa.UniqueConstraint('owner', 'id')
    )
    op.create_table('papers',
    sa.Column('key', sa.Integer(), nullable=False),
    sa.Column('id', IDENT, nullable=False),
    sa.Column('own_id', sa.Boolean(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('title_key', sa.String(), nullable=False),
    sa.Column('abstract', sa.String(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('venue', sa.String(), nullable=False),
    sa.Column('doi', sa.String(), nullable=False),
    sa.Column('arxiv', sa.String(), nullable=False),
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('type', sa.String(), nullable=False),
    sa.Column('keywords', sa.JSON(), nullable=False),
    sa.Column('entities', sa.JSON(), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('cite_base', sa.String(), nullable=False),
    sa.Column('cite_number', sa.Integer(), nullable=False),
    sa.Column('text_hash', sa.String(), nullable=False),
    sa.Column('search_text', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('key'),
    sa.UniqueConstraint('cite_base', 'cite_number'),
    sa.UniqueConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_papers_revision'), 'papers', ['revision'], unique=False)
    op.create_index(op.f('ix_papers_text_hash'), 'papers', ['text_hash'], unique=False)
    op.create_index(op.f('ix_papers_title_key'), 'papers', ['title_key'], unique=False)
    op.create_index('ix_papers_venue_year', 'papers', ['venue', 'year'], unique=False)
    op.create_index(op.f('ix_papers_year'), 'papers', ['year'], unique=False)
    op.create_table('aliases',
    sa.Column('value', IDENT, nullable=False),
    sa.Column('scheme', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('paper_key', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['paper_key'], ['papers.key'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('value', 'scheme')
    )
    op.create_index(op.f('ix_aliases_paper_key'), 'aliases', ['paper_key'], unique=False)
    op.create_table('authors',
    sa.Column('paper_key', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['paper_key'], ['papers.key'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('paper_key', 'position')
    )
    op.create_table('list_items',
    sa.Column('list_key', sa.Integer(), nullable=False),
    sa.Column('paper_id', IDENT, nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['list_key'], ['lists.key'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('list_key', 'paper_id')
    )
    op.create_index(op.f('ix_list_items_paper_id'), 'list_items', ['paper_id'], unique=False)
    op.create_table('records',
    sa.Column('hash', sa.String(), nullable=False),
    sa.Column('paper_key', sa.Integer(), nullable=False),
    sa.Column('file', sa.String(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('format', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['paper_key'], ['papers.key'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('hash')
    )
    op.create_index(op.f('ix_records_paper_key'), 'records', ['paper_key'], unique=False)
    op.create_table('references',
    sa.Column('paper_key', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('reference', IDENT, nullable=False),
    sa.ForeignKeyConstraint(['paper_key'], ['papers.key'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('paper_key', 'position')
    )
    op.create_index(op.f('ix_references_reference'), 'references', ['reference'], unique=False)
    op.create_table('verdicts',
    sa.Column('draft_key', sa.Integer(), nullable=False),
    sa.Column('paper_id', IDENT, nullable=False),
    sa.Column('verdict', sa.String(), nullable=False),
    sa.Column('created', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['draft_key'], ['drafts.key'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('draft_key', 'paper_id')
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE_SEARCH:
            op.execute(statement)
    else:
        op.execute("CREATE INDEX ix_papers_search ON papers USING gin (to_tsvector('simple', search_text))")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE paper_search")
    op.drop_table('verdicts')
    op.drop_index(op.f('ix_references_reference'), table_name='references')
    op.drop_table('references')
    op.drop_index(op.f('ix_records_paper_key'), table_name='records')
    op.drop_table('records')
    op.drop_index(op.f('ix_list_items_paper_id'), table_name='list_items')
    op.drop_table('list_items')
    op.drop_table('authors')
    op.drop_index(op.f('ix_aliases_paper_key'), table_name='aliases')
    op.drop_table('aliases')
    op.drop_index(op.f('ix_papers_year'), table_name='papers')
    op.drop_index('ix_papers_venue_year', table_name='papers')
    op.drop_index(op.f('ix_papers_title_key'), table_name='papers')
    op.drop_index(op.f('ix_papers_text_hash'), table_name='papers')
    op.drop_index(op.f('ix_papers_revision'), table_name='papers')
    op.drop_table('papers')
    op.drop_table('lists')
    op.drop_table('facts')
    op.drop_table('extractions')
    op.drop_table('drafts')
