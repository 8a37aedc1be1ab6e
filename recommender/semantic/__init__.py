"""Meaning of texts as vectors: an encoder that runs offline, and its vectors of a library's papers. An extra."""
