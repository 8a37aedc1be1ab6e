"""Addresses and TeX commands blanked out of a text, code point by code point, so that no name is read in them."""

from __future__ import annotations

import re

_URL = re.compile(r"(?:https?|ftp)://\S+|\bwww\.\S+", re.IGNORECASE)
_MAIL = re.compile(r"@[\w-]{1,60}\.[A-Za-z]")
_SITE = re.compile(r"\.(?:com|org|net|edu|io|gov)\b(?:/\S*)?")
_CITE = re.compile(r"\\?cite\w?\{[^{}]*\}")
_TEX = re.compile(r"\\(?:[A-Za-z]+\*?|.)|[{}$~`]")


def masked(text: str) -> str:
    """The text with addresses and TeX commands blanked out, code point by code point."""
    if "://" in text or "www." in text.lower():
        text = _URL.sub(lambda m: "\0" * len(m.group()), text)
    for mark, pattern in (("@", _MAIL), (".", _SITE)):
        if mark in text:
            text = _without_addresses(text, pattern)
    if "cite" in text and "{" in text:
        text = _CITE.sub(lambda m: "\0" * len(m.group()), text)
    if "\\" in text or "$" in text or "{" in text:
        text = _TEX.sub(lambda m: " " * len(m.group()), text)
    return text


def _without_addresses(text: str, pattern: re.Pattern[str]) -> str:
    """Blank what stands around each match, up to white space before and the address's end behind."""
    parts: list[str] = []
    reached = 0
    for match in pattern.finditer(text):
        start, end = match.span()
        while start > reached and end - start < 200 and not text[start - 1].isspace():
            start -= 1
        while end < len(text) and end - start < 400 and (text[end].isalnum() or text[end] in ".-/_"):
            end += 1
        if end > reached:
            start = max(start, reached)
            parts += (text[reached:start], "\0" * (end - start))
            reached = end
    return "".join((*parts, text[reached:])) if parts else text
