"""What all pictures have in common: format, style, letters; equal bytes for equal facts."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workpact import WorkpactError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = {".svg": {"Date": None, "Creator": "Workpact"}, ".png": {"Software": None}}
"""By the file's name; what else matplotlib would write there: the time, and its own version."""

INK, FAINT, GOOD, BAD = "#222222", "#6b6b6b", "#1f5fa8", "#b5400a"
SHADES = ("#eeeeee", "#dcdcdc", "#c9c9c9")
_STYLE: dict[Any, Any] = {
    # A title is no formula, whatever is in it.
    "text.parse_math": False,
    "svg.hashsalt": "workpact",
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "date.converter": "concise",
    "hatch.linewidth": 0.6,
}


class UnknownFormat(WorkpactError, ValueError):
    """The file's name says no format that is drawn."""


def require_format(path: Path, example: str = "levels.svg") -> None:
    """Raises `UnknownFormat` unless the name ends in .svg or .png; the text names the example."""
    if path.suffix not in FORMATS:
        raise UnknownFormat(f"{path} is neither .svg nor .png: name the file like {example}.")


def save(make: Callable[[], Figure], path: Path) -> None:
    """Writes what `make` draws; the format is that of the name, which `require_format` takes."""
    import matplotlib  # takes half a second

    with matplotlib.rc_context():
        # What is set on a machine changes nothing of the picture.
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        make().savefig(path, format=path.suffix[1:], dpi=150, metadata=FORMATS[path.suffix])


def shown(text: str, width: int) -> str:
    """Text from elsewhere in one line of at most so many letters; what no font shows, and no XML holds, is replaced."""
    printable = "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))
    return textwrap.shorten(printable, width, placeholder=" …") if " " in printable else printable[:width]
