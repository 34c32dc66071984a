"""Figures into a page: SVG made small, and its ids its own."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"-?\d+\.\d+")
_PATH = re.compile(r'(\sd=")([^"]*)(")')
_POINT = re.compile(r"([ML])\s*(-?[\d.]+)\s+(-?[\d.]+)|([zZ])")
_ID = re.compile(r'\sid="([^"]*)"')
_PLAIN_PATH = re.compile(r"[MLzZ\s\d.eE+-]*")


def inline_svg(text: str, prefix: str, title: str) -> str:
    """An SVG drawing of matplotlib to stand inside an HTML page.

    Parameters
    ----------
    text
        The whole SVG file.
    prefix
        Put before every id that is referred to, so that several drawings can share a page; other
        ids are left out.
    title
        What the drawing shows, for readers who do not see it.

    Returns
    -------
    str
        The ``svg`` element alone, sized by the page. Coordinates are rounded to a tenth of a
        point (0.04 mm), and straight runs are written as such.
    """
    body = text[text.index("<svg") :]
    # the page holds the one style rule that matplotlib writes for all elements
    body = re.sub(r"<(metadata|style)\b.*?</\1>", "", body, flags=re.DOTALL)
    body = _PATH.sub(lambda match: match[1] + _short_path(match[2]) + match[3], body)
    # an id that nothing refers to says nothing, and matplotlib gives images of one content the same
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', body))
    body = _ID.sub(lambda match: f' id="{prefix}-{match[1]}"' if match[1] in used else "", body)
    body = re.sub(r"url\(#", f"url(#{prefix}-", body)
    body = re.sub(r'((?:xlink:)?href="#)', rf"\1{prefix}-", body)
    body = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", body, count=1)
    body = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", body, count=1)
    safe = title.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    body = body.replace("<svg", f'<svg role="img" aria-label="{safe}"', 1)
    return re.sub(r"\s*\n\s*", "\n", body).strip()


def width_mm(text: str) -> float:
    """Width of an SVG file of matplotlib (mm), which gives its size in points."""
    found = re.search(r'<svg[^>]*?\swidth="([\d.]+)pt"', text)
    if found is None:
        raise ValueError("an SVG file without a width in points")
    return float(found[1]) / 72 * 25.4


def _short_path(path: str) -> str:
    """A path of straight lines with coordinates of one decimal, and H and V where they do."""
    if not _PLAIN_PATH.fullmatch(path):
        return _NUMBER.sub(lambda match: _tenth(float(match[0])), path)
    out: list[str] = []
    at: tuple[str, str] | None = None
    for move, x_text, y_text, close in _POINT.findall(path):
        if close:
            out.append("z")
            at = None
            continue
        x, y = _tenth(float(x_text)), _tenth(float(y_text))
        if move == "M" or at is None:
            out.append(f"{move}{x} {y}")
        elif (x, y) == at:
            continue
        elif y == at[1]:
            out.append(f"H{x}")
        elif x == at[0]:
            out.append(f"V{y}")
        else:
            out.append(f"L{x} {y}")
        at = (x, y)
    return "".join(out)


def _tenth(value: float) -> str:
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
