"""The document's section on reports: who may report alone, what silence means, who chooses between two reports."""

from __future__ import annotations

from workpact.terms.contents import Contents
from workpact.terms.markdown import bullets, duration, plain
from workpact.terms.model import Contest

OTHER = {"client": "contractor", "contractor": "client"}


def reports(contents: Contents) -> str:
    """How the figures of a period become final."""
    service = contents.spec.service
    if not service:
        return ""
    contest = service.contest
    window = duration(contest.window)
    items = [
        "**Both sides.** The figures of a period are final when enough reporters of both sides have signed the same "
        "ones; a party's own signature is always enough for its side.",
        f"**One side alone.** When a period is over, and for {duration(service.report_within)} after it, enough "
        f"reporters of one side may report alone. The other side then has {window} to answer with its own figures. "
        "Its silence accepts the report; before that the party itself, not a reporter, may accept it.",
        f"**Withheld data.** Instead of figures a side may give notice that the other has withheld the data. The other "
        f"side then has {window} to answer. Silence after the contractor's notice: every level counts as met. Silence "
        "after the client's: every level counts as missed in its first band. Either way only the fixed charge is owed. "
        f"Figures in answer are that side's report, which the one that gave notice may itself answer for {window}.",
        _choice(contents, contest),
        "**Until then** the contractor is paid what is due of the charge whichever report stands, and the client "
        "keeps the rest.",
        "**Waiver and correction.** The client alone may waive the credit of a period before it is settled. Final "
        "figures never change; a mistake in them is made good by an adjustment of a later period's credit that both "
        "sides sign, in the last period by the end that both sign.",
        "**Reporters.** A party replaces its own reporters by itself, from the period after the running one. A "
        "reporter who has signed two different reports of one period counts no more.",
    ]
    return bullets(items)


def _choice(contents: Contents, contest: Contest) -> str:
    rules, ruling = contents.spec.arbitration, duration(contest.ruling)
    turns = [
        f"{name} ({plain(judge.legal_name)}) for {ruling}"
        for name, judge in (("the arbiter", rules.arbiter), ("the backup", rules.backup))
        if judge
    ]
    chooser = (
        f"{', then '.join(turns)}, may choose, figure by figure, which stands, and gets no fee for it"
        if turns
        else "nobody may choose between them"
    )
    return (
        f"**Two reports.** When the two sides report differently, {chooser}. {duration(2 * contest.ruling)} after the "
        f"second report the {contest.standing}'s stands, and anyone may say so. Until it is decided either party may "
        "accept the other's report."
    )


def silences(contents: Contents) -> list[list[str]]:
    """The rows of the table of silences that are about reports."""
    service = contents.spec.service
    assert service is not None, "asked for a service"
    contest = service.contest
    window = duration(contest.window)
    return [
        ["One side has reported alone", f"the other side, {window} after it", "the report is final"],
        [
            "One side says that the data are withheld",
            f"the other side, {window} after it",
            "every level counts as met if the contractor says so, as missed if the client does",
        ],
        [
            "The two sides have reported differently",
            f"whoever may choose, for two times {duration(contest.ruling)}",
            f"the {contest.standing}'s report is final",
        ],
    ]
