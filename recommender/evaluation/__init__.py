"""How good the recommendations are, and what they are learned from."""

SPLITS = ("time", "random")
"""How a library's own papers are held out as drafts: the newest, or any."""
