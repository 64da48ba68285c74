"""The report on paper: the same facts as PDF, the same bytes each time (see `terms.pdf` for its letters)."""

from __future__ import annotations

from typing import Any

from fpdf.enums import XPos, YPos

from workpact.audit.report.charts import FULL, money_bar
from workpact.audit.report.checks import checks
from workpact.audit.report.sheet import BAD, FAINT, GOOD, INK, MARGIN, WIDE, Row, Sheet
from workpact.audit.report.writing import PART_WORDS, day, file_rows, money_writer, months, short, units, when
from workpact.audit.telling import counted, write_rate
from workpact.terms.units import write_share

Facts = dict[str, Any]

NOTE = "Some letters are transliterated here; the report as HTML and as JSON has them exactly."
SHADES = {
    "paid": (31, 95, 168),
    "owed": (111, 159, 209),
    "refunded": (138, 148, 160),
    "fees": (185, 138, 46),
    "holdback": (122, 94, 168),
    "held": (201, 211, 222),
}


def pdf(value: Facts) -> bytes:
    """The PDF of a report's facts."""
    paper = _Paper(value)
    paper.write()
    return bytes(paper.sheet.output())


class _Paper:
    """The parts of a report, one after the other."""

    def __init__(self, value: Facts) -> None:
        self.value = value
        self.money = money_writer(value["token"])
        self.title = str(value["title"] or f"Agreement {short(value['origin'])}")
        block = value["block"]
        self.sheet = Sheet(self.title, f"Block {block['number']}  {block['hash']}", block["timestamp"])

    def write(self) -> None:
        """All of it, in order."""
        value = self.value
        block = value["block"]
        self.sheet.font("B", 17)
        self.sheet.lines(self.title)
        self.sheet.font()
        self.sheet.faint(
            f"The record of one agreement as it was at block {block['number']} of chain {value['chain']}, "
            f"{when(block['timestamp'])} UTC. Status: {value['standing']['status']}."
        )
        if value["standing"]["endsAt"]:
            self.sheet.faint(f"To be {value['standing']['ending']} at {when(value['standing']['endsAt'])} UTC.")
        self.sheet.ln(2)
        for check in checks(value):
            mark, colour = {True: ("yes", GOOD), False: ("NO", BAD), None: ("open", FAINT)}[check.is_good]
            self.sheet.marked(mark, colour, f"{check.name}: {check.words}")
        parts = [self._money, self._milestones, self._service, self._equity, self._payroll, self._files, self._reviews]
        parts += [self._reconciliation, self._books, self._alerts, self._people, self._proof, self._timeline]
        for part in parts:
            part()
        if self.sheet.is_transliterated:
            self.sheet.ln(2)
            self.sheet.faint(NOTE)

    def _money(self) -> None:
        self.sheet.section("Money")
        left, top = self.sheet.l_margin, self.sheet.get_y() + 1
        for bar in money_bar(self.value["money"]):
            self.sheet.set_fill_color(*SHADES[bar["name"]])
            self.sheet.rect(left + WIDE * bar["start"] / FULL, top, WIDE * bar["width"] / FULL, 6, style="F")
        self.sheet.set_y(top + 9)
        for name, (word, meaning) in PART_WORDS.items():
            self.sheet.set_fill_color(*SHADES[name])
            self.sheet.rect(self.sheet.l_margin, self.sheet.get_y() + 1.2, 2.6, 2.6, style="F")
            self.sheet.set_x(self.sheet.l_margin + 5)
            self.sheet.pair(f"{word}: {meaning}", self.money(self.value["money"][name]), 5)
        self.sheet.pair("funded", self.money(self.value["money"]["funded"]), 5, "B")
        for payee, booked in self.value["money"]["booked"].items():
            self.sheet.faint(f"{self.money(booked)} waits for {payee}.")

    def _milestones(self) -> None:
        if not self.value["milestones"]:
            return
        self.sheet.section("Milestones")
        rows = [
            (
                each["name"],
                day(each["due"]),
                each["state"],
                self.money(each["amount"]),
                self.money(each["toContractor"]),
            )
            for each in self.value["milestones"]
        ]
        self.sheet.rows(
            ("milestone", "due (UTC)", "stands", "amount", "to the contractor"), rows, (50, 24, 38, 33, 33), "LLLRR"
        )

    def _service(self) -> None:
        for desk in self.value["service"]:
            if not desk["periods"]:
                continue
            self.sheet.section("Service levels" if desk["inForce"] else "Service levels, by a former oracle")
            rows = [self._period_row(period) for period in desk["periods"]]
            head = ("period", "ends (UTC)", "stage", "missed", "charge", "credit")
            self.sheet.rows(head, rows, (30, 26, 34, 18, 35, 35), "LLLLRR")
            for period in desk["periods"]:
                if period["working"] or period["unknown"]:
                    self._period(period)

    def _period_row(self, period: Facts) -> Row:
        missed = str(len(period["failed"]) or "none") if period["final"] else ""
        settled = period["settled"]
        paid = [self.money(settled[name]) for name in ("charge", "credit")] if settled else ["", "not settled"]
        stage = period["stage"] + (", waived" if period["waived"] else "")
        return (period["name"], day(period["end"]) if period["end"] else "", stage, missed, *paid)

    def _period(self, period: Facts) -> None:
        self.sheet.ln(2)
        self.sheet.font("B", 9.5)
        rate = "not assessed" if period["rate"] is None else f"service credit {write_rate(period['rate'])}"
        self.sheet.lines(f"{period['name']}: {rate}")
        for level in period["levels"]:
            counted_ = "" if level["good"] is None else f", {level['good']} of {level['total']}"
            figure = level["figure"] or "no figures"
            target = f", agreed {level['target']}" if level["target"] else ""
            cost = f"; costs {write_share(level['allocation'])}" if level["failed"] else ""
            words = f"{level['name']}: {figure}{counted_}{target}: {level['verdict']}{cost}"
            self.sheet.font()
            self.sheet.set_text_color(*(BAD if level["failed"] else INK))
            self.sheet.lines(words, 4)
        self.sheet.font()
        for each in period["quantities"]:
            amount = self.money(each["amount"])
            self.sheet.lines(f"{each['name']}: {each['count']} at {self.money(each['rate'])} = {amount}", 4)
        for line in period["working"]:
            self.sheet.lines(line, 4)
        if period["checked"] is not None:
            same = "The oracle has the same levels, rate and variable part."
            self.sheet.lines(same if period["checked"] else "The oracle has ANOTHER result.", 4)
        for words in (period["note"], period["unknown"]):
            if words:
                self.sheet.lines(words, 4)

    def _equity(self) -> None:
        for equity in self.value["equity"]:
            self.sheet.section("Worker equity")
            names = ("units", "granted", "claimed", "claimable", "unvested", "offered", "forfeited", "left")
            rows = [
                (str(pool["pool"]), *(units(pool[name]).removesuffix(" worker tokens") for name in names))
                for pool in equity["pools"]
            ]
            self.sheet.rows(("pool", "size", *names[1:]), rows, (10, *(21,) * 8), "LRRRRRRRR")
            grants = ", ".join(f"{count} {state}" for state, count in equity["grants"].items()) or "none"
            self.sheet.faint(f"In worker tokens; {counted(equity['workers'], 'worker')}; grants: {grants}.")

    def _payroll(self) -> None:
        for book in self.value["payroll"]:
            self.sheet.section("Payroll")
            for name, words in (
                ("collected", "collected"),
                ("wages", "set aside for wages"),
                ("paid", "of the wages paid"),
                ("unclaimed", "not claimed yet"),
                ("booked", "refused by the token and booked"),
                ("margin", "margin taken"),
                ("free", "free"),
            ):
                self.sheet.pair(words, self.money(book[name]))

    def _files(self) -> None:
        if not self.value["files"]:
            return
        self.sheet.section("Files shared")
        rows = file_rows(self.value["files"])
        self.sheet.rows(("file", "version", "put (UTC)", "who was given access"), rows, (72, 14, 32, 60), "LLLL")

    def _reviews(self) -> None:
        if not self.value["reviews"]:
            return
        self.sheet.section("Reviews")
        for each in self.value["reviews"]:
            marks = ", ".join(f"{name} {mark} of 5" for name, mark in (each["marks"] or {}).items())
            self.sheet.marked("", INK, f"by the {each['by']}: {marks or 'withheld'}")

    def _reconciliation(self) -> None:
        found = self.value["reconciliation"]
        if found is None:
            return
        self.sheet.section("Reconciliation")
        for each in found["differences"]:
            self.sheet.marked("NO", BAD, f"Block {each['block']}, against {each['source']}: {each['what']}")
        for each in found["donations"]:
            words = f"{each['amount']} units were sent to {each['contract']} outside every agreement"
            self.sheet.faint(f"{words} in block {each['block']}.")
        for each in found["leftOut"]:
            self.sheet.faint(f"Not compared: {each}")
        rows = [
            (
                each["contract"],
                each["account"],
                *(self._sum(each, by) for by in ("byEvents", "byContract", "byTransfers")),
            )
            for each in found["accounts"]
        ]
        self.sheet.rows(
            ("contract", "account", "by events", "by contract", "by transfers"), rows, (34, 48, 32, 32, 32), "LLRRR"
        )

    def _sum(self, account: Facts, source: str) -> str:
        if account[source] is None:
            return "not asked"
        is_own = account["token"] == self.value["token"]["address"]
        return str(self.money(account[source]) if is_own else account[source])

    def _books(self) -> None:
        found = self.value["books"]
        if found is None:
            return
        self.sheet.section("The user's books")
        for each in found["findings"]:
            lines = ", ".join(found["lines"][line]["source"] for line in each["lines"])
            self.sheet.marked("", BAD, f"{each['error']}: {each['what']} {lines}")

    def _alerts(self) -> None:
        found = self.value["alerts"]
        if found is None:
            return
        self.sheet.section("Worth a look")
        self.sheet.faint("Questions, not findings: each with the events to check it by.")
        for each in found["alerts"]:
            self.sheet.font()
            self.sheet.lines(each["question"])
            self.sheet.faint(f"Rule {each['rule']}")
            for event in each["events"]:
                self.sheet.labelled(f"   {event['name']}, block {event['block']}", event["transaction"])
        for each in found["notApplicable"]:
            self.sheet.faint(f"{each['rule']}: {each['reason']}")

    def _people(self) -> None:
        self.sheet.section("Parties and documents")
        for each in self.value["parties"]:
            self.sheet.labelled(f"{each['role']}{': ' + each['name'] if each['name'] else ''}", each["address"])
        self.sheet.labelled(f"token {self.value['token']['symbol'] or ''}", self.value["token"]["address"])
        self.sheet.labelled("Agreement contract", self.value["agreement"])
        if self.value["standing"]["payee"]:
            self.sheet.labelled("payments go to", self.value["standing"]["payee"]["address"])
        for each in self.value["documents"]:
            self.sheet.labelled(f"document since {when(each['since'])}", each["id"])

    def _proof(self) -> None:
        proof = self.value["proof"]
        self.sheet.section("What this rests on")
        self.sheet.font()
        self.sheet.lines(
            f"The {counted(proof['events'], 'event')} of the timeline, linked in order, make the words below, which "
            "the contracts hold at the block: none is missing, added or edited."
        )
        for each in proof["proves"]:
            self.sheet.lines(f"Proved: {each}.", 4)
        for each in proof["restsOn"]:
            self.sheet.lines(f"Rests on: {each}.", 4)
        for book in proof["books"]:
            self.sheet.labelled(f"{book['contract']}, {counted(book['events'], 'event')}", book["word"])
        for each in self.value["missing"]:
            self.sheet.faint(each)

    def _timeline(self) -> None:
        self.sheet.section("Timeline (UTC)")
        for name, moments in months(self.value["timeline"]):
            self.sheet.ln(1)
            self.sheet.font("B")
            self.sheet.lines(f"{name}: {counted(len(moments), 'event')}")
            for each in moments:
                self._moment(each)

    def _moment(self, each: Facts) -> None:
        if self.sheet.get_y() > self.sheet.h - MARGIN - 14:
            self.sheet.add_page()
        self.sheet.font(size=8)
        self.sheet.cell(30, 4.2, when(each["time"]))
        self.sheet.cell(34, 4.2, self.sheet.letters(each["role"] or short(each["actor"] or "-")))
        self.sheet.multi_cell(0, 4.2, self.sheet.letters(each["what"]), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.sheet.set_text_color(*FAINT)
        self.sheet.set_font("courier", size=6.5)
        where = ", ".join([each["contract"], *(str(each[name]) for name in ("block", "transaction") if each[name])])
        self.sheet.set_x(self.sheet.l_margin + 64)
        self.sheet.cell(0, 3.2, self.sheet.letters(where), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.sheet.ln(0.8)
