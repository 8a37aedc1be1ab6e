"""Ids and names in URLs: any text, slashes and dots included, as a path that survives every hop.

Law: `unescape(escape(id)) == id`, and no escaped id looks like a page below another one. Percent-encoding
alone does not do: servers decode %2F, browsers drop "." and "..", and "a//b" becomes "a/b". What it cannot
carry is written ~XX (the character's code in hexadecimal); a plain id such as 10.1145/1234 stays as it is.
"""

from __future__ import annotations

import re

from werkzeug.routing import BaseConverter

ENDINGS = frozenset({"export", "edit", "delete", "restore", "add", "remove", "move", "note", "table"})
"""Last segments that mean something after an id."""

_CODE = re.compile(r"~([0-9A-F]{2})")


def escape(id: str) -> str:
    """An id as URL path; what is left is for percent-encoding."""
    parts = [_escape_part(part) for part in id.split("/")]
    if parts[-1] in ENDINGS:
        parts[-1] = f"~{ord(parts[-1][0]):02X}{parts[-1][1:]}"
    return "/".join(parts)


def unescape(path: str) -> str:
    """The id that a URL path means."""
    return "/".join(
        "" if part == "~" else _CODE.sub(lambda code: chr(int(code[1], 16)), part) for part in path.split("/")
    )


def _escape_part(part: str) -> str:
    if not part:
        return "~"
    if part in (".", ".."):
        return part.replace(".", "~2E")
    return "".join(f"~{ord(c):02X}" if c in "~\\" or ord(c) < 32 or ord(c) == 127 else c for c in part)


class IdentConverter(BaseConverter):
    """`<ident:id>` in a route: any text; the last segment may not be one of ENDINGS."""

    part_isolating = False
    regex = r"[^/].*?"

    def to_python(self, value: str) -> str:
        """From the URL."""
        return unescape(value)

    def to_url(self, value: str) -> str:
        """Into a URL."""
        return super().to_url(escape(value))
