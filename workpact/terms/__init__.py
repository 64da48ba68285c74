"""The signed document: an agreement file in YAML, its EIP-712 messages, and its text for people. Pure Python.

    document = load("agreement.yaml", wallets={"client": "0x…", …}, token="0x…", contracts={"SLAOracle": "0x…", …})

`load(path, *, wallets, token, contracts, tokens, chain_id)` → `AgreementDocument`; raises `TermsError`, which says
file, line, field and what to write. Wallets are optional: a document without them can be read and measured by.

What it says (amounts int in the token's smallest unit, times int Unix seconds, durations seconds, shares ppm):
    .name .title .zone .token .parties.client.wallet
    .milestones[i].name .amount .due
    .periods[i].index .name .start .end .start_at .end_at (aware datetimes, [start, end))   .period(name)
    .levels[i].name .form .target .bands .data_source .where_good .where_total .average
    .prices[i].quantity .rate .where .metric_source         .data_source(name).spec.connection_details
    .plans .room (roles that read each Kind of file) .spec (every section, named as in the file) .unresolved .to_yaml()

What is signed (`chain_id` int, `contract` address of the Agreement contract; hashes are 32 bytes):
    .typed_data(chain_id, contract)   .id(chain_id, contract)   .origin(chain_id, contract)
    .service_hash()  .conditions_hash()  .levels_hash()  .schedule_hash()  .arbitration_hash()  .legal_text_hash
    .report_message(chain_id, contract, period, figures, quantities, evidence, adjustment=0)
    .report_typed_data(chain_id, message)  .report_digest(chain_id, message)
    .closing_typed_data(chain_id, contract, held, to_contractor, deadline)  .offer_hash()

What contracts take (tuples in the order of contracts/types/*.sol):
    .terms() .proposal() .conditions() .levels_struct() .schedule() .contest() .arbitration() .operators() .plan(index)

Its text: .document_markdown()  .document_pdf(font=None). Making documents: `template`, `change_order`, `placed_under`.
"""

from workpact.terms.agreement import AgreementDocument
from workpact.terms.changes import change_order, placed_under
from workpact.terms.errors import Place, SeveralErrors, TermsError
from workpact.terms.levels import Form, Level, LowVolume
from workpact.terms.loading import Names, load, loads
from workpact.terms.model import Milestone, Plan, Price
from workpact.terms.periods import Period
from workpact.terms.room import Kind, Readers
from workpact.terms.template import template

__all__ = [
    "AgreementDocument",
    "Form",
    "Kind",
    "Level",
    "LowVolume",
    "Milestone",
    "Names",
    "Period",
    "Place",
    "Plan",
    "Price",
    "Readers",
    "SeveralErrors",
    "TermsError",
    "change_order",
    "load",
    "loads",
    "placed_under",
    "template",
]
