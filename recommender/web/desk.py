"""What every request works with: the settings, the library, and the index once there is one."""

from __future__ import annotations

from threading import Lock
from typing import cast

from flask import current_app, g

from recommender.recommend import Recommender
from recommender.settings import Settings
from recommender.store.drafts import Drafts
from recommender.store.library import Library
from recommender.store.lists import Lists


class Desk:
    """One library, opened for serving; shared by all threads."""

    def __init__(self, settings: Settings, library: Library) -> None:
        self.settings = settings
        self.library = library
        self.lists = Lists(library)
        self.drafts = Drafts(library)
        self._opening = Lock()
        self._recommender: Recommender | None = None

    @property
    def recommender(self) -> Recommender:
        """The index as it stands now; a build that has ended since the last request is picked up.

        Raises ArtifactError while there is none: the next request tries again, no restart is needed.
        """
        with self._opening:
            if self._recommender is None:
                self._recommender = Recommender.open(self.settings, self.library)
                g.refreshed = True
        if "refreshed" not in g:
            self._recommender.refresh()
            g.refreshed = True
        return self._recommender


def desk() -> Desk:
    """The desk of the app that answers the present request."""
    return cast(Desk, current_app.extensions["desk"])
