"""What `agreement new` writes: a small agreement that loads, with a word on every choice."""

from __future__ import annotations

_TEMPLATE = """\
# An agreement between a client and a contractor. Reference: docs/agreement-file.md
# Names in ${{…}} stand for addresses that are given when the file is loaded; 0x… works too.
#
# On a public network everyone can read addresses, amounts, prices, dates, names of levels and reported figures.
# Names of people, titles, descriptions, queries and the text never leave this file. If prices must not be public, use
# a permissioned EVM network.
apiVersion: workpact/v1
kind: Agreement
metadata:
  name: {name}
  title: Agreement {name}
spec:
  timezone: UTC                     # an IANA name; every date below is in it
  token: {{symbol: USDC, decimals: 6}}  # its address: address: 0x…, or addresses: {{1: 0x…}} by chain id
  parties:
    client:
      wallet: ${{client}}
      legalName: Client Ltd.
      registerNumber: to be filled in
      country: to be filled in
      signatory: {{name: to be filled in, title: Director}}
      noticeAddress: to be filled in
    contractor:
      wallet: ${{contractor}}
      legalName: Contractor Ltd.
      registerNumber: to be filled in
      country: to be filled in
      signatory: {{name: to be filled in, title: Director}}
      noticeAddress: to be filled in
  offer:
    salt: "{offer_salt}"
    openBefore: {open_before}          # a bid is no endless option
    deposit: 10,000 USDC            # what opening takes from the client
  review:
    period: 14 days                 # then silence pays
    grace: 7 days                   # past the due date
    rejections: 2
    # holdback: 5 %
    # holdbackUntil: 2027-12-31
  milestones:
    - name: first-delivery
      title: First delivery
      description: What is delivered, and how one sees that it is complete.
      deliverables: [What is handed over]
      amount: 10,000 USDC
      due: {due}
  total: 10,000 USDC                # checked: all milestones and all periods at their cap
  arbitration:                      # without arbiter and backup the split decides every dispute
    # arbiter: {{wallet: "${{arbiter}}", legalName: An Arbiter, country: to be filled in}}
    # backup: {{wallet: "${{backup}}", legalName: Another Arbiter, country: to be filled in}}
    fee: 2 %
    window: 14 days
    split: 50 %                     # the contractor's share when nobody rules
  ending: {{clientNotice: 30 days, contractorNotice: 30 days, cure: 14 days}}
  # service, billing, equity and service levels: see examples/it-service-desk/agreement.yaml
  # room: {{payslip: [contractor, worker]}}  # who may read what the parties share, if other than usual
  legal:
    salt: "{legal_salt}"  # keep secret
    governingLaw: to be filled in
    jurisdiction: to be filled in
    prevails: text                  # or code: which one counts if they differ
"""


def template(name: str, *, offer_salt: bytes, legal_salt: bytes, open_before: str, due: str) -> str:
    """A commented file to start from. Salts are 32 fresh random bytes each; dates like "2026-12-31"."""
    if len(offer_salt) != 32 or len(legal_salt) != 32 or offer_salt == legal_salt:
        raise ValueError("give two different salts of 32 random bytes")
    return _TEMPLATE.format(
        name=name,
        offer_salt="0x" + offer_salt.hex(),
        legal_salt="0x" + legal_salt.hex(),
        open_before=open_before,
        due=due,
    )
