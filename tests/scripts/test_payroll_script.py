"""`ape run payroll`: wages first, each paid once, by every command, typed twice; SPEC.md §12."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import pytest

from tests.scripts.crew import Crew
from tests.scripts.desk import UNIT
from workpact.payroll import AgreementPayroll, Payroll

HEADER = "worker,gross,deductions,net"
WAGES = ("1,100 TUSD,20 TUSD,80 TUSD", "2,200.50 TUSD,0,200.50 TUSD", "3,10.25 TUSD,0,10.25 TUSD")
TOTAL = 290_750_000
"""80 + 200.50 + 10.25"""


@pytest.fixture
def crew(desk, tmp_path, monkeypatch) -> Crew:  # noqa: ARG001 - its folders
    """Three workers on the roster, 450 TUSD collected (500, a tenth held back)."""
    made = Crew(tmp_path / "crew", monkeypatch)
    made.enrol(1, 2, 3)
    made.json("payroll", "setup", made.file, account="contractor")
    made.json("agreement", "accept", made.file, "plan", account="client")
    made.json("payroll", "collect", made.file, account="carrier")
    return made


def planned(crew: Crew, *rows: str, name: str = "march") -> tuple[str, ...]:
    wages = crew.table(f"{name}.csv", HEADER, *(rows or WAGES))
    out = str(crew.folder / f"{name}.plan.json")
    return ("payroll", "plan", crew.file, wages, "--roster", crew.roster, "--out", out)


def plan_file(crew: Crew, name: str = "march") -> str:
    return str(crew.folder / f"{name}.plan.json")


def in_two(_: AgreementPayroll, run):
    """Every two lines are a run of their own."""
    parts = range(0, len(run.wages), 2)
    return [run.part(first, min(2, len(run.wages) - first), number) for number, first in enumerate(parts)]


def test_setup_and_collect__each_once(desk, tmp_path, monkeypatch):  # noqa: ARG001
    crew = Crew(tmp_path / "fresh", monkeypatch)
    assert "This is for the employer" in crew.refused("payroll", "setup", crew.file, account="client")
    before = crew.json("payroll", "collect", crew.file, account="carrier")
    assert (before["sent"], before["collected"]) == (False, 0)
    assert "Nothing is collected yet" in crew.refused("payroll", "margin", crew.file, "all")
    crew.twice("payroll", "setup", crew.file)
    crew.json("agreement", "accept", crew.file, "plan", account="client")
    shown = crew.json("payroll", "show", crew.file)
    assert (shown["toCollect"], shown["collected"], shown["isPayee"]) == (450 * UNIT, 0, True)
    made = crew.twice("payroll", "collect", crew.file, account="carrier")
    assert (made["collected"], made["free"]) == (450 * UNIT, 450 * UNIT)
    assert "450 TUSD" in crew.text("payroll", "show", crew.file)


def test_plan_and_run__paid_once_to_the_registered_wallets(crew):
    plan = planned(crew)
    made = crew.json(*plan, account="contractor")
    assert [(each["run"], each["workers"], each["total"]) for each in made["runs"]] == [(1, 3, TOTAL)]
    assert stat.S_IMODE(Path(plan_file(crew)).stat().st_mode) == 0o600
    assert "Worker No." not in Path(plan_file(crew)).read_text()
    assert crew.json(*plan, account="contractor") == made  # the same wages, the same plan
    crew.table("march.csv", HEADER, "1,1 TUSD,0,1 TUSD")
    assert "is the plan of other wages" in crew.refused(*plan)

    paid = crew.twice("payroll", "run", crew.file, plan_file(crew))
    assert (paid["paid"], paid["booked"], paid["free"]) == ({"1": TOTAL}, {}, 450 * UNIT - TOTAL)
    assert [crew.money(crew.wallet(number)) for number in (1, 2, 3)] == [80 * UNIT, 200_500_000, 10_250_000]
    assert "is paid in part" in crew.refused(*plan, "--anew")
    # The same lines next month are another plan, and are named.
    assert crew.json(*planned(crew, "1,80 TUSD,0,80 TUSD", name="april"), account="contractor")["sameAs"] == []


@pytest.mark.threat("T43")
def test_run__in_parts__goes_on_after_a_failure_and_pays_nothing_twice(crew, monkeypatch):
    monkeypatch.setattr(AgreementPayroll, "split", in_two)
    crew.json(*planned(crew), account="contractor")
    real = AgreementPayroll.pay
    with monkeypatch.context() as patch:

        def once(self, run, *, sender):
            if run.id.run == 2:
                raise OSError(5, "the line went dead", "node")
            return real(self, run, sender=sender)

        patch.setattr(AgreementPayroll, "pay", once)
        assert "the line went dead" in crew.fails("payroll", "run", crew.file, plan_file(crew), account="contractor")
    rest = crew.twice("payroll", "run", crew.file, plan_file(crew))
    assert (rest["passedOver"], rest["paid"]) == ([1], {"2": 10_250_000})
    assert [crew.money(crew.wallet(number)) for number in (1, 2, 3)] == [80 * UNIT, 200_500_000, 10_250_000]


def test_run__another_payment_in_between__is_named(crew, monkeypatch):
    monkeypatch.setattr(AgreementPayroll, "split", in_two)
    crew.json(*planned(crew), account="contractor")
    crew.json(*planned(crew, "1,5 TUSD,0,5 TUSD", name="bonus"), account="contractor")
    crew.json("payroll", "run", crew.file, plan_file(crew, "bonus"), account="contractor")
    said = crew.refused("payroll", "run", crew.file, plan_file(crew))
    assert "Run 1 on chain is another payment than run 1 of" in said
    assert crew.json(*planned(crew), "--anew", account="contractor")["runs"][0]["run"] == 2


BAD_WAGES = [
    (("1,5,0,5", "1,6,0,6"), "march.csv:3: worker 1 is on line 2 already"),
    (("1,5,0,5", "9,6,0,6"), "march.csv:3: worker 9 is not on the roster"),
    (
        ("1,449 TUSD,0,449 TUSD", "2,1.01 TUSD,0,1.01 TUSD"),
        "march.csv:3: here the sum passes what is free for wages",
    ),
    (("1,5,1,5",), "march.csv:2: worker 1: gross 0.000005 TUSD"),
    (("1,0,0,0",), "march.csv:2: net of worker 1 is zero"),
    (("1,5 TUSD,0,5 TUSD", "2,5,0,5"), "march.csv:3: gross '5' is written another way than line 2"),
    (("1,5 EUR,0,5 EUR",), "march.csv:2: gross '5 EUR' is in EUR"),
    (("4,5,0,5",), "march.csv:2: the wallet of worker 4"),
]


def test_bad_wages__refused_by_line_before_anything_is_sent(crew):
    people = crew.table("token.csv", "name,wallet", f"The token,{crew.token.address}")
    crew.json("equity", "enrol", crew.file, "--from", people, "--roster", crew.roster, account="contractor")
    for rows, said in BAD_WAGES:
        plan = planned(crew, *rows)
        assert said in crew.refused(*plan)
        assert not Path(plan_file(crew)).exists()
        post = ("payroll", "post", *plan[2:6], "--proofs", str(crew.folder / "proofs.json"))
        assert said in crew.refused(*post)
        assert not (crew.folder / "proofs.json").exists()


def test_roster__without_a_wallet_or_of_another__refused(crew):
    crew.json(*planned(crew), account="contractor")
    paper = str(crew.folder / "rotation.json")
    crew.as_worker(1, "equity", "rotate", "sign", crew.file, "1", crew.wallet(9), "--output", paper)
    crew.json("equity", "rotate", "carry", crew.file, paper, account="carrier")
    said = f"worker 1: {crew.wallet(1)} here, {crew.wallet(9)} on chain"
    assert said in crew.refused("payroll", "run", crew.file, plan_file(crew))
    assert said in crew.refused(*planned(crew, name="again"))
    crew.json("equity", "roster", crew.file, "--roster", crew.roster, "--update")
    crew.json(*planned(crew), "--anew", account="contractor")
    crew.json("payroll", "run", crew.file, plan_file(crew), account="contractor")
    assert (crew.money(crew.wallet(9)), crew.money(crew.wallet(1))) == (80 * UNIT, 0)
    assert "This is for the employer" in crew.refused("payroll", "run", crew.file, plan_file(crew), account="client")
    assert "is no plan of wages" in crew.refused("payroll", "run", crew.file, crew.roster)


def test_run__plan_of_another_book__refused(crew):
    crew.json(*planned(crew), account="contractor")
    path = Path(plan_file(crew))
    kept = json.loads(path.read_text())
    for name, value, said in (
        ("chainId", 1, "for the chain 1"),
        ("payroll", crew.token.address, "for the payroll"),
        ("book", "0x" + 64 * "7", "for the employer's book"),
    ):
        path.write_text(json.dumps(kept | {name: value}))
        assert said in crew.refused("payroll", "run", crew.file, str(path))


def test_post_and_claim__carried__to_the_registered_wallet(crew):
    wages, proofs = crew.table("march.csv", HEADER, *WAGES), str(crew.folder / "proofs.json")
    post = ("payroll", "post", crew.file, wages, "--roster", crew.roster, "--proofs", proofs)
    made = crew.twice(*post)
    assert (made["run"], made["total"]) == (1, TOTAL)
    before = Path(proofs).read_bytes()
    Path(proofs).unlink()
    assert not crew.json(*post, account="contractor")["sent"]
    assert Path(proofs).read_bytes() == before

    # a lost wallet in between
    paper, own = str(crew.folder / "rotation.json"), str(crew.folder / "1.wage.json")
    crew.as_worker(1, "equity", "rotate", "sign", crew.file, "1", crew.wallet(9), "--output", paper)
    crew.json("equity", "rotate", "carry", crew.file, paper, account="carrier")
    crew.json("equity", "proof", proofs, "worker-1", "--output", own)
    assert crew.twice("payroll", "claim", crew.file, own, account="carrier")["paid"] == {"1": 80 * UNIT}
    rest = crew.twice("payroll", "claim", crew.file, proofs, account="carrier")
    assert (rest["paid"], rest["passedOver"]) == ({"2": 200_500_000, "3": 10_250_000}, [1])
    assert [crew.money(crew.wallet(number)) for number in (1, 9, 2, 3)] == [0, 80 * UNIT, 200_500_000, 10_250_000]
    assert crew.money("carrier") == 0

    # the same wages once more, out of what is left: too little
    again = (*post[:-1], str(crew.folder / "april.json"), "--again")
    assert "here the sum passes what is free for wages" in crew.refused(*again)
    crew.table("march.csv", HEADER, "3,7 TUSD,0,7 TUSD")
    assert "has proofs of another payment or run" in crew.refused(*post)
    crew.twice(*again)
    crew.json("payroll", "claim", crew.file, again[-2], "worker-3", account="carrier")
    assert crew.money(crew.wallet(3)) == 17_250_000


def test_post__not_open_yet__withdrawn(crew):
    wages, proofs = crew.table("march.csv", HEADER, *WAGES), str(crew.folder / "proofs.json")
    post = ("payroll", "post", crew.file, wages, "--roster", crew.roster, "--proofs", proofs)
    assert "is past" in crew.refused(*post, "--from", crew.day(-1))
    crew.twice(*post, "--from", crew.day(9))
    assert "Run 1 opens" in crew.refused("payroll", "claim", crew.file, proofs, account="carrier")
    assert "Run 5 was not posted" in crew.refused("payroll", "withdraw-posting", crew.file, "5")
    crew.twice("payroll", "withdraw-posting", crew.file, "1")
    assert crew.json("payroll", "show", crew.file)["free"] == 450 * UNIT
    assert "was not posted, or was withdrawn" in crew.refused("payroll", "claim", crew.file, proofs, account="carrier")


def test_claim__foreign_leaves__refused(crew):
    wages, proofs = crew.table("march.csv", HEADER, *WAGES), crew.folder / "proofs.json"
    crew.json(
        "payroll", "post", crew.file, wages, "--roster", crew.roster, "--proofs", str(proofs), account="contractor"
    )
    own = crew.folder / "1.json"
    crew.json("equity", "proof", str(proofs), "1", "--output", str(own))
    kept = json.loads(own.read_text())
    for name, value in (("worker", "2"), ("amount", "81000000"), ("run", "2"), ("chainId", "1")):
        own.write_text(json.dumps(kept | {"value": kept["value"] | {name: value}}))
        assert "is not under root" in crew.refused("payroll", "claim", crew.file, str(own), account="carrier"), name
    slips = str(proofs).replace(".json", ".payslips.json")
    assert "not of wages" in crew.refused("payroll", "claim", crew.file, slips, account="carrier")
    own.write_text(json.dumps(kept))
    assert "expected 2" in crew.refused("payroll", "claim", crew.file, str(own), "worker-2", account="carrier")


def test_pledge_and_margin__wages_first(crew):
    assert crew.twice("payroll", "pledge", crew.file, "60 %")["pledge"] == 600_000
    assert "only rises" in crew.refused("payroll", "pledge", crew.file, "59.9 %")
    assert "can be no pledge" in crew.refused("payroll", "pledge", crew.file, "101 %")
    assert "180 TUSD of margin can be taken" in crew.refused("payroll", "margin", crew.file, "180.01 TUSD")
    margin, before = ("payroll", "margin", crew.file, "80 TUSD"), crew.money("contractor")
    crew.twice(*margin)
    crew.twice(*margin, "--again", "second")
    crew.twice("payroll", "margin", crew.file, "all", "--to", crew.wallet(8))
    assert (crew.money("contractor") - before, crew.money(crew.wallet(8))) == (160 * UNIT, 20 * UNIT)


def test_register_payslip_verify_tax__from_the_events(crew):
    plan = planned(crew)
    crew.json(*plan, account="contractor")
    crew.json("payroll", "run", crew.file, plan_file(crew), account="contractor")
    block = crew.height
    wages, proofs = crew.table("bonus.csv", HEADER, "2,30 TUSD,5 TUSD,25 TUSD"), crew.folder / "bonus.json"
    crew.json(
        "payroll", "post", crew.file, wages, "--roster", crew.roster, "--proofs", str(proofs), account="contractor"
    )
    slips = ("--payslips", plan_file(crew), "--payslips", str(proofs).replace(".json", ".payslips.json"))

    made = crew.json("payroll", "register", crew.file, "--roster", crew.roster, *slips)
    sums = {name: made[name] for name in ("collected", "wages", "paid", "owed", "margin", "free")}
    assert sums == {
        "collected": 450 * UNIT, "wages": TOTAL + 25 * UNIT, "paid": TOTAL, "owed": 25 * UNIT, "margin": 0,
        "free": 425 * UNIT - TOTAL,
    }  # fmt: skip
    lines = [(each["run"], each["worker"], each["name"], each["amount"], each["gross"]) for each in made["lines"]]
    assert lines == [
        (1, 1, "Worker No. 1", 80 * UNIT, 100 * UNIT),
        (1, 2, "Worker No. 2", 200_500_000, 200_500_000),
        (1, 3, "Worker No. 3", 10_250_000, 10_250_000),
    ]
    assert len(crew.json("payroll", "register", crew.file, "--block", str(block))["runs"]) == 1
    assert "290.75 TUSD" in crew.text("payroll", "register", crew.file, "--block", str(block))

    own = str(crew.folder / "1.payslip.json")
    crew.json("payroll", "payslip", plan_file(crew), "worker-1", "--output", own)
    assert crew.json("payroll", "verify", crew.file, own) == {
        "run": 1, "worker": 1, "gross": 100 * UNIT, "deductions": 20 * UNIT, "net": 80 * UNIT, "isPaid": True
    }  # fmt: skip
    crew.json("payroll", "payslip", slips[-1], "2", "--output", own)
    assert not crew.json("payroll", "verify", crew.file, own)["isPaid"]
    assert "has no payslip" in crew.refused("payroll", "payslip", slips[-1], "3", "--output", own, account=None)
    forged = json.loads(Path(own).read_text())
    forged["value"] |= {"gross": "31000000", "net": "26000000"}
    Path(own).write_text(json.dumps(forged))
    assert "is not under root" in crew.refused("payroll", "verify", crew.file, own, account=None)

    tax = str(crew.folder / "tax.csv")
    assert crew.json("payroll", "tax", crew.file, "--out", tax, "--roster", crew.roster, *slips)["rows"] == 3
    rows = list(csv.DictReader(Path(tax).read_text().splitlines()))
    assert (rows[0]["name"], rows[0]["amount"], rows[0]["gross"]) == ("Worker No. 1", "80000000", "100000000")
    crew.json("payroll", "tax", crew.file, "--out", tax.replace(".csv", ".parquet"))
    assert Path(tax.replace(".csv", ".parquet")).read_bytes()[:4] == b"PAR1"


def test_payroll__deployed_with_the_roster_of_the_worker_equity(crew):
    assert Payroll.deployed().equity.contract.address == crew.contracts["WorkerEquity"].address
