"""The web app: pages and API over one library; the only package that knows Flask."""

from __future__ import annotations

from flask import Flask

from recommender.settings import SITE, Settings, load_settings
from recommender.store.library import Library
from recommender.web import (
    about,
    api,
    chips,
    corrections,
    drafts,
    entities,
    exports,
    failures,
    items,
    lists,
    papers,
    security,
    tables,
    views,
)
from recommender.web.desk import Desk
from recommender.web.idents import IdentConverter
from recommender.web.respond import context


def create_app(settings: Settings | None = None) -> Flask:
    """The app over the settings' library; a missing index is said on the pages that need it.

    Raises LibraryError when the database cannot be opened or a migration is pending.
    """
    settings = settings or load_settings()
    library = Library.open(settings)
    app = Flask("recommender", root_path=str(SITE), template_folder="templates", static_folder="static")
    app.extensions["desk"] = Desk(settings, library)
    # "a//b" is an id like any other: it must not be redirected to "a/b".
    app.url_map.merge_slashes = False
    app.url_map.converters["ident"] = IdentConverter
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(context)
    guard = security.protect(app, settings, library)
    for module in (drafts, chips, lists, items, papers, entities, corrections, tables, exports, views, about, api):
        app.register_blueprint(module.pages)
    guard.exempt(api.pages)
    failures.register(app)
    return app
