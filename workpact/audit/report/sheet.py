"""Pages of a report: headings, lines, tables and pairs, in the letters that every PDF reader has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from workpact.audit.report.writing import printable
from workpact.terms.transliteration import transliterate

Row = Sequence[str]
Colour = tuple[int, int, int]

MARGIN, WIDE = 16, 178
INK, FAINT, LINE, BAD, GOOD = (29, 39, 51), (86, 98, 115), (221, 227, 234), (161, 58, 9), (26, 107, 60)


class Sheet(FPDF):
    """One report's pages."""

    def __init__(self, title: str, foot: str, moment: int) -> None:
        super().__init__(format="A4")
        self.is_transliterated = False
        self.foot = self.letters(foot)
        self.set_creation_date(datetime.fromtimestamp(moment, UTC))
        self.set_title(self.letters(title))
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN + 2)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-12)
        self.set_text_color(*FAINT)
        self.set_font("courier", size=6.5)
        self.cell(WIDE - 20, 5, self.foot)
        self.set_font("helvetica", size=7)
        self.cell(20, 5, f"{self.page_no()}", align="R")

    def letters(self, text: str) -> str:
        """Text in the letters of the PDF's own fonts."""
        written = transliterate(printable(text).replace("…", "..."))
        self.is_transliterated |= written != printable(text).replace("…", "...")
        return written

    def font(self, style: str = "", size: float = 9) -> None:
        """Ink in the text's own font."""
        self.set_text_color(*INK)
        self.set_font("helvetica", style, size)

    def section(self, title: str) -> None:
        """A heading, with room for what follows."""
        if self.get_y() > self.h - MARGIN - 30:
            self.add_page()
        self.ln(5)
        self.set_draw_color(*LINE)
        self.line(self.l_margin, self.get_y(), self.l_margin + WIDE, self.get_y())
        self.ln(2)
        self.font("B", 12)
        self.lines(title)
        self.ln(1)

    def lines(self, text: str, indent: float = 0) -> None:
        """A paragraph."""
        self.set_x(self.l_margin + indent)
        height = self.font_size * 1.4
        self.multi_cell(0, height, self.letters(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def faint(self, text: str) -> None:
        """A remark."""
        self.font(size=8)
        self.set_text_color(*FAINT)
        self.lines(text)

    def marked(self, mark: str, colour: Colour, text: str) -> None:
        """A line with a word before it."""
        self.font("B")
        self.set_text_color(*colour)
        self.cell(11, 4.6, mark)
        self.font()
        self.multi_cell(0, 4.6, self.letters(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def pair(self, words: str, amount: str, indent: float = 0, style: str = "") -> None:
        """Words and an amount at the right edge."""
        self.font(style)
        self.set_x(self.l_margin + indent)
        self.cell(WIDE - 50 - indent, 5, self.letters(words))
        self.cell(50, 5, self.letters(amount), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def labelled(self, words: str, digits: str) -> None:
        """Words and a hash or an address."""
        self.font(size=8)
        self.cell(62, 4.6, self.letters(words)[:44])
        self.set_font("courier", size=7.5)
        self.cell(0, 4.6, self.letters(digits), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def rows(self, head: Row, rows: Sequence[Row], widths: Sequence[float], sides: str) -> None:
        """A table; cells that are too long go on in the next line."""
        self.font(size=8)
        self.set_text_color(*FAINT)
        self._row(head, widths, sides)
        self.font(size=8.5)
        for row in rows:
            self._row(row, widths, sides)

    def _row(self, row: Row, widths: Sequence[float], sides: str) -> None:
        if self.get_y() > self.h - MARGIN - 16:
            self.add_page()
        top = bottom = self.get_y()
        left = self.l_margin
        for cell, width, side in zip(row, widths, sides, strict=True):
            self.set_xy(left, top)
            self.multi_cell(width, 4.6, self.letters(cell), align=side, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            bottom, left = max(bottom, self.get_y()), left + width
        self.set_y(bottom)
        self.set_draw_color(*LINE)
        self.line(self.l_margin, bottom, self.l_margin + WIDE, bottom)
