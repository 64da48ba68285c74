"""The document as PDF: the same text, the same bytes each time, no system library and no font of ours.

The PDF's own fonts have the letters of Windows-1252. Others are transliterated, with a note on the
last page that the Markdown has them exactly; a TrueType file given as `font` shows them as they are.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from workpact.terms.transliteration import transliterate

# A fixed date: the file says nothing about when or where it was made.
CREATED = datetime(2000, 1, 1, tzinfo=UTC)
MARGIN = 18
SIZE = 9
NOTE = (
    "Some letters of this document are transliterated here. The signed hash is that of the Markdown text, which has "
    "them exactly."
)


class _Page(FPDF):
    def footer(self) -> None:
        self.set_y(-12)
        self.set_font(self.font_family, size=7)
        self.cell(0, 5, f"{self.page_no()}", align="C")


def render_pdf(markdown: str, title: str, font: str | None = None) -> bytes:
    """The PDF of a document's Markdown."""
    page = _Page(format="A4")
    page.set_creation_date(CREATED)
    page.set_title(title)
    page.set_margins(MARGIN, MARGIN)
    page.set_auto_page_break(True, MARGIN)
    text = markdown
    if font:
        for style in ("", "B"):
            page.add_font("document", style, font)
    else:
        text = transliterate(markdown)
        if text != markdown:
            text += f"\n{NOTE}\n"
    page.add_page()
    _Writer(page, "document" if font else "helvetica", "document" if font else "courier").write(text)
    return bytes(page.output())


class _Writer:
    """Sets the blocks of our own Markdown: headings, tables, lists, quotations, code, paragraphs."""

    def __init__(self, page: FPDF, family: str, mono: str) -> None:
        self._page, self._family, self._mono = page, family, mono

    def write(self, text: str) -> None:
        """All blocks in order."""
        lines = text.splitlines()
        while lines:
            line = lines[0]
            if line.startswith("```"):
                end = lines.index(line, 1)
                self._code(lines[1:end])
                lines = lines[end + 1 :]
            elif line.startswith("|"):
                rows = self._take(lines, "|")
                self._table(rows)
                lines = lines[len(rows) :]
            else:
                self._line(line)
                lines = lines[1:]

    @staticmethod
    def _take(lines: list[str], start: str) -> list[str]:
        count = next((i for i, line in enumerate(lines) if not line.startswith(start)), len(lines))
        return lines[:count]

    def _line(self, line: str) -> None:
        page = self._page
        heading = re.match(r"(#{1,2}) (.*)", line)
        if heading:
            if heading[2].endswith("Signatures"):
                page.add_page()
            page.ln(3)
            page.set_font(self._family, "B", 16 if heading[1] == "#" else 11.5)
            self._cell(_bare(heading[2]))
            page.ln(1)
            return
        page.set_font(self._family, size=SIZE)
        if not line:
            page.ln(1.5)
        elif line.startswith("- "):
            self._styled("-  " + line[2:], indent=4)
        elif line.startswith(">"):
            self._styled(line[1:].strip(), indent=6)
        else:
            self._styled(line)

    def _cell(self, text: str, indent: float = 0) -> None:
        page = self._page
        page.set_x(page.l_margin + indent)
        page.multi_cell(0, page.font_size * 1.4, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _styled(self, text: str, indent: float = 0) -> None:
        """A paragraph with **bold** parts."""
        page = self._page
        left = page.l_margin
        page.set_left_margin(left + indent)
        page.set_x(left + indent)
        for number, part in enumerate(re.split(r"(?<!\\)\*\*", text)):
            page.set_font(self._family, "B" if number % 2 else "", SIZE)
            page.write(page.font_size * 1.4, _bare(part))
        page.ln(page.font_size * 1.4)
        page.set_left_margin(left)
        page.set_x(left)

    def _code(self, lines: list[str]) -> None:
        self._page.set_font(self._mono, size=SIZE - 1)
        for line in lines:
            self._cell(line or " ", indent=6)

    def _table(self, rows: list[str]) -> None:
        cells = [[_bare(cell.strip()) for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
        del cells[1]
        longest = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
        widths = tuple(min(max(length, 11), 40) for length in longest)
        page = self._page
        page.set_font(self._family, size=SIZE - 2)
        style = FontFace(emphasis="BOLD")
        with page.table(
            col_widths=widths, text_align="LEFT", headings_style=style, line_height=page.font_size * 1.3
        ) as table:
            for row in cells:
                table.row(row)
        page.ln(1)


def _bare(text: str) -> str:
    """A piece of Markdown without its marks: code ticks go, escapes become what they escape."""
    return re.sub(r"\\(.)|`", lambda match: match[1] or "", text)
