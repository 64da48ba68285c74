"""The loaded agreement: what is signed of it, what contracts receive of it, and its text for people."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any

from eth_utils.crypto import keccak

from workpact.terms import eip712, structs
from workpact.terms.contents import Contents
from workpact.terms.errors import NotInDocument
from workpact.terms.fields import ZERO_ADDRESS, ZERO_WORD
from workpact.terms.structs import Message, Struct
from workpact.terms.text import render_markdown


class AgreementDocument(Contents):
    """One agreement file.

    A document loaded without all wallets can be shown and measured by; what needs an address that is only named
    (`${client}`) raises UnresolvedName.
    """

    # What is signed

    @cached_property
    def message(self) -> Message:
        """The EIP-712 `Agreement` message."""
        self.require_resolved()
        return structs.agreement_message(self)

    def typed_data(self, chain_id: int, contract: str) -> dict[str, Any]:
        """What a wallet shows and signs: JSON values for `eth_signTypedData_v4`."""
        return eip712.typed_data("Agreement", self.message, self._domain(chain_id, contract))

    def id(self, chain_id: int, contract: str) -> bytes:
        """The EIP-712 digest that the parties sign; names this document on one chain and deployment."""
        return eip712.digest("Agreement", self.message, self._domain(chain_id, contract))

    def origin(self, chain_id: int, contract: str) -> bytes:
        """What names the agreement for life: the id of its first document."""
        named = self.spec.origin != ZERO_WORD
        return structs.word(self.spec.origin) if named else self.id(chain_id, contract)

    def offer_hash(self) -> bytes:
        """Struct hash of `Offer`; an amendment names the one it replaces."""
        return eip712.struct_hash("Offer", self.message["annex"]["offer"])

    def conditions_hash(self) -> bytes:
        """Struct hash of `Conditions`."""
        return eip712.struct_hash("Conditions", self.message["annex"]["conditions"])

    def service_hash(self) -> bytes:
        """Struct hash of `Service`: the document that the oracle's books are keyed by."""
        return eip712.struct_hash("Service", self.message["annex"]["conditions"]["service"])

    def levels_hash(self) -> bytes:
        """Struct hash of `Levels`."""
        return eip712.struct_hash("Levels", self.message["annex"]["conditions"]["service"]["levels"])

    def schedule_hash(self) -> bytes:
        """Struct hash of `Schedule`."""
        return eip712.struct_hash("Schedule", self.message["annex"]["conditions"]["service"]["schedule"])

    def arbitration_hash(self) -> bytes:
        """Struct hash of `Arbitration`: what an arbiter consents to."""
        return eip712.struct_hash("Arbitration", self.message["arbitration"])

    @cached_property
    def legal_text_hash(self) -> bytes:
        """`keccak256(salt ‖ sha256(Markdown))`: ties the words to the terms without giving them away."""
        return keccak(structs.word(self.spec.legal.salt) + sha256(self.document_markdown().encode()).digest())

    def report_message(
        self,
        chain_id: int,
        contract: str,
        period: int,
        figures: Sequence[tuple[int, int, int]],
        quantities: Sequence[int],
        evidence: bytes,
        adjustment: int = 0,
        signed_under: bytes | None = None,
    ) -> Message:
        """The `Report` of one period (SPEC.md 8.2); `NotInDocument` if period, figures or quantities do not fit.

        `figures` are (good, total, excluded) by level, `contract` is the Agreement contract, `adjustment` in 1e-12;
        `signed_under` is another id than this document's. Without figures, quantities and evidence it is a notice
        (8.13), and the report of a default.
        """
        if not 0 <= period < len(self.periods):
            known = ", ".join(f"{each.index} ({each.name})" for each in self.periods) or "none"
            raise NotInDocument(f"There is no period {period}: the document has {known}.")
        is_notice = not figures and not quantities and not any(evidence)
        if not is_notice and (len(figures) != len(self.levels) or len(quantities) != len(self.prices)):
            levels = ", ".join(level.name for level in self.levels) or "none"
            prices = ", ".join(price.quantity for price in self.prices) or "none"
            raise NotInDocument(
                f"{len(figures)} figures and {len(quantities)} quantities are given: the document wants one figure for "
                f"each of its levels, {levels}, and one quantity for each of its prices, {prices}."
            )
        return {
            "agreement": contract,
            "origin": self.origin(chain_id, contract),
            "id": self.id(chain_id, contract) if signed_under is None else signed_under,
            "document": self.service_hash(),
            "period": period,
            "figures": structs.figures(figures),
            "quantities": list(quantities),
            "evidence": evidence,
            "adjustment": adjustment,
        }

    def report_typed_data(self, chain_id: int, message: Message) -> dict[str, Any]:
        """A report as a reporter's wallet signs it."""
        return eip712.typed_data("Report", message, self._oracle_domain(chain_id))

    def report_digest(self, chain_id: int, message: Message) -> bytes:
        """What signing `report_typed_data` signs."""
        return eip712.digest("Report", message, self._oracle_domain(chain_id))

    def closing_typed_data(
        self, chain_id: int, contract: str, held: int, to_contractor: int, deadline: int
    ) -> dict[str, Any]:
        """Ending by both (SPEC.md 4.6): amounts in smallest units, `held` with the holdback, deadline Unix."""
        message = {
            "id": self.id(chain_id, contract),
            "held": held,
            "toContractor": to_contractor,
            "deadline": deadline,
        }
        return eip712.typed_data("Closing", message, self._domain(chain_id, contract))

    # What contracts receive: tuples in the order of contracts/types/

    def terms(self) -> Struct:
        """`Terms`."""
        return structs.terms(self.message)

    def proposal(self) -> Struct:
        """`Proposal`."""
        return structs.proposal(self.message)

    def conditions(self) -> Struct:
        """`Conditions`."""
        return structs.conditions(self.message)

    def levels_struct(self) -> Struct:
        """`Levels`; names and quantities as the hash of their string."""
        return structs.calldata("Levels", self.message["annex"]["conditions"]["service"]["levels"])

    def schedule(self) -> Struct:
        """`Schedule`; the contest as its hash."""
        return structs.schedule(self.message["annex"]["conditions"]["service"]["schedule"])

    def contest(self) -> Struct:
        """`Contest`."""
        return structs.calldata("Contest", self.message["annex"]["conditions"]["service"]["schedule"]["contest"])

    def arbitration(self) -> Struct:
        """`Arbitration`."""
        return structs.calldata("Arbitration", self.message["arbitration"])

    def operators(self) -> Struct:
        """`Operators`."""
        return structs.calldata("Operators", self.message["annex"]["conditions"]["operators"])

    def plan(self, index: int) -> Struct:
        """`Plan` of contracts/types/Equity.sol for the plan at `index`.

        Oracle and document are those of this document if the plan's gate counts periods, else zero.
        """
        self.require_resolved()
        message = structs.plan_message(self, self.plans[index])
        billing = self.spec.billing
        counted = message["periods"]
        oracle = billing.oracle if billing and counted else ZERO_ADDRESS
        document = self.service_hash() if counted else structs.word(ZERO_WORD)
        shared = ("start", "cliff", "duration", "step", "gate", "milestones", "periods")
        rules = ("notice", "leave", "leaver")
        return (*(message[key] for key in shared), oracle, document, *(message[key] for key in rules))

    # Its text for people

    def document_markdown(self) -> str:
        """The agreement in plain language: the text that `legalText` in the terms is the salted hash of."""
        self.require_resolved()
        return render_markdown(self)

    def document_pdf(self, font: str | None = None) -> bytes:
        """The same text as PDF; the same bytes each time.

        Letters that the PDF's own fonts lack are transliterated, with a note; `font` names a TrueType file that has
        them.
        """
        from workpact.terms.pdf import render_pdf  # takes a third of a second to import

        return render_pdf(self.document_markdown(), self.title, font)

    def _domain(self, chain_id: int, contract: str) -> dict[str, Any]:
        return eip712.domain(eip712.AGREEMENT_DOMAIN, chain_id, contract)

    def _oracle_domain(self, chain_id: int) -> dict[str, Any]:
        if not self.spec.billing:
            raise NotInDocument("The document has no billing section, so it names no oracle.")
        return eip712.domain(eip712.ORACLE_DOMAIN, chain_id, self.spec.billing.oracle)
