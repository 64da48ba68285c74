"""The life of one agreement in which every contract has a part: deliverables, a month, workers, wages, an amendment."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ape import chain, networks
from eth_utils import keccak

from tests.anvil import POLL
from tests.audit.shared import REVIEWED, SHARED, Call, Shared
from tests.scripts.crew import Crew
from workpact.agreement import Agreement
from workpact.chain import contracts
from workpact.service_levels import ServiceLevels
from workpact.terms import AgreementDocument, change_order, load
from workpact.terms.units import write_instant

DAY = 86_400
PLAYED = {
    "Agreement": [
        "Opened", "PayeeSet", "Submitted", "Accepted", "Booked", "Taken", "Settled", "Booked", "Amended",
        "AcceptedUpTo", "Booked", "Funded",
    ],
    "SLAOracle": ["PeriodReported", "PeriodAssessed", "DocumentReplaced"],
    "WorkerEquity": ["Enrolled", "TokenCreated", "PoolOpened", "PlanCreated", "PlanCreated", "Granted", "Claimed"],
    "Payroll": ["Collected", "Paid"],
    "DataRoom": SHARED,
}  # fmt: skip
"""What happened, by contract, in order."""
PARTED = {**PLAYED, "Agreement": [*PLAYED["Agreement"], "Ended"], "TalentRegistry": REVIEWED}
"""The same, and what happened at its end."""


class Life(Crew):
    """Played to its end by `play`; `amended` is the file of the second document."""

    amended: str

    def play(self) -> None:
        """All acts, each confirmed."""
        self.enrol(1, 2)
        self.json("equity", "plan", self.file, account="client")
        self.json("equity", "grant", self.file, "worker-1", "1 DESK", "--plan", "time", account="contractor")
        self.json("payroll", "setup", self.file, account="contractor")
        (self.folder / "plan.pdf").write_text("the plan")
        deliverable = ("agreement", "submit", self.file, "plan", str(self.folder / "plan.pdf"))
        self.json(*deliverable, account="contractor")
        self.json("agreement", "accept", self.file, "plan", account="client")
        self.json("payroll", "collect", self.file, account="carrier")
        self._wages()
        self._month()
        self.json("equity", "claim", self.file, "worker-1", account="carrier")
        self._send(self.shared(self.file).sharing())
        self._amend()
        self.json("agreement", "accept", self.amended, "build", "--up-to", "700 TUSD", account="client")
        self.token.approve(self.contracts["Agreement"], 3_000 * 10**6, sender=self.account("client"))
        self.json("agreement", "fund", self.amended, "3,000 TUSD", account="client")

    def part(self) -> None:
        """Ended by both at once, all that is left going back; each reviews the other."""
        _, agreement = self.of_file(self.amended)
        closing = agreement.closing(0)
        signature = agreement.sign_closing(self.account("contractor"), closing)
        agreement.end_by_both(closing, None, signature, sender=self.account("client"))
        self._send(self.shared(self.amended).reviewing())

    def shared(self, file: str) -> Shared:
        """The room and the reviews, under one of the documents."""
        document, agreement = self.of_file(file)
        return Shared(document, self.contracts["Agreement"].address, agreement.origin, self.address)

    def _send(self, calls: list[Call]) -> None:
        """Past Ape, which takes its time for each."""
        web3 = networks.provider.web3
        for each in calls:
            contract = web3.eth.contract(
                self.contracts[each.contract].address, abi=contracts.artefact(each.contract).abi
            )
            call = contract.functions[each.function](*each.arguments)
            sent = call.transact({"from": self.address(each.role), "gas": 1_000_000})
            assert web3.eth.wait_for_transaction_receipt(sent, poll_latency=POLL)["status"] == 1, each

    def _wages(self) -> None:
        wages = self.table(
            "march.csv", "worker,gross,deductions,net", "1,100 TUSD,20 TUSD,80 TUSD", "2,50 TUSD,0,50 TUSD"
        )
        plan = str(self.folder / "march.plan.json")
        self.json("payroll", "plan", self.file, wages, "--roster", self.roster, "--out", plan, account="contractor")
        self.json("payroll", "run", self.file, plan, account="contractor")

    def _month(self) -> None:
        """The first period: 93 of 100 in time, 100 tickets, signed by both sides, settled."""
        levels = ServiceLevels.of(self.agreement)
        chain.mine(1, timestamp=levels.document.periods[0].end + 1)
        measured = SimpleNamespace(
            period="first",
            figures=[SimpleNamespace(name="in-time", good=93, total=100, excluded=0)],
            quantities=[("tickets", 100)],
            evidence_root=keccak(text="evidence"),
            doubts=(),
        )
        report = levels.report_for(measured)
        signed = [levels.sign(report, self.account(f"{side}-reporter")) for side in ("client", "contractor")]
        levels.send(report, signed, sender=self.account("carrier"))
        self.json("agreement", "settle", self.file, "first", account="carrier")

    def _amend(self) -> None:
        """A document with another target, published by nobody."""
        agreement = self.agreement

        def lower(plain: Any) -> None:
            slo, credit = plain[2]["spec"], plain[3]["spec"]
            slo["objectives"][0]["target"] = "0.9"
            credit["levels"][0]["bands"][0]["below"] = "90 %"

        document = change_order(
            agreement.document,
            origin=agreement.origin,
            replaces=agreement.id,
            open_before=write_instant(self.now + 2 * DAY, agreement.document.zone, last=False),
            offer_salt=keccak(text="offer"),
            legal_salt=keccak(text="legal"),
            edit=lower,
        )
        file = self.folder / "amended.yaml"
        file.write_text(document.to_yaml())
        self.amended = str(file)
        signature = agreement.amended(document).sign(self.account("contractor"))
        agreement.amend(document, [signature], sender=self.account("client"))

    def of_file(self, file: str) -> tuple[AgreementDocument, Agreement]:
        """One of the documents."""
        document = load(Path(file))
        return document, Agreement.deployed(document)
