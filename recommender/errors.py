"""The few errors the program raises on purpose: each says what happened, then what to do."""


class RecommenderError(Exception):
    """What happened, the culprit (file, line, field), and what to do about it."""


class InputError(RecommenderError):
    """A file, a request or an argument cannot be used as it is."""


class LibraryError(RecommenderError):
    """The database cannot be used as it is (pending migration, unknown list or paper)."""


class ArtifactError(RecommenderError):
    """The index is missing, incomplete, or of another format."""
