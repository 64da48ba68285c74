"""A run of wages from a file: both lanes, and payslips (SPEC.md 12.2, 12.3)."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from eth_abi import encode
from eth_utils.crypto import keccak

from tests.batches.desk import BOOK, NAMES, PAYROLL, TOKEN, roster, wallet, write
from workpact.batches.errors import (
    AmountTooLarge,
    BadColumns,
    BadValue,
    ForbiddenPayee,
    ForeignLeaf,
    NetMismatch,
    ProofOfAnother,
    RepeatedWorker,
    RootMismatch,
    SumTooLarge,
    UnknownWorker,
    WrongProof,
    ZeroAmount,
)
from workpact.batches.leaves import PAYSLIP, LeafProof
from workpact.batches.proofs import Leaves
from workpact.batches.wages import RunId, Token, read_run

RUN = RunId(31337, PAYROLL, BOOK, 7)
USDC = Token(TOKEN, "USDC", 6)
HEADER = "worker,gross,deductions,net"
ROWS = ["17,2000,150,1850", "3,1000,0,1000", f"40,{2**96 - 1},{2**96 - 2},1"]
EXPECTED = {"chainId": 31337, "payroll": PAYROLL, "book": BOOK, "run": 7}
CONTEXT = encode(["uint256", "address", "bytes32", "uint256"], [31337, PAYROLL, BOOK, 7])


def read(tmp_path, *rows, free=2**100, header=HEADER, token=USDC):
    return read_run(write(tmp_path / "wages.csv", header, *rows), RUN, roster(), token, free=free)


def salt(kind, worker):
    return hmac.new(bytes([worker] * 32), kind.encode() + b"\0" + CONTEXT, hashlib.sha256).digest()


def test_pushed_lines_are_packed_words_in_the_files_order(tmp_path):
    run = read(tmp_path, *ROWS, free=2851)
    assert run.words == [
        int(wallet(worker), 16) * 2**96 + amount for worker, amount in ((17, 1850), (3, 1000), (40, 1))
    ]
    assert run.words[0].to_bytes(32, "big").hex() == wallet(17)[2:].lower() + f"{1850:024x}"
    assert run.total == 1850 + 1000 + 1


def test_posted_wages_are_what_the_contract_hashes(tmp_path):
    claims = read(tmp_path, *ROWS).claims
    types = ["uint256", "address", "bytes32", "uint256", "uint256", "uint256", "bytes32"]
    for index, (worker, amount) in enumerate(((17, 1850), (3, 1000), (40, 1))):
        row = (31337, PAYROLL, BOOK, 7, worker, amount, salt("wage", worker))
        assert claims.tree.leaf(index) == keccak(keccak(encode(types, row)))
        claims.of(worker).check(claims.root, **EXPECTED, worker=worker, amount=amount)
    assert claims.total == 2851


def test_payslips_are_leaves_of_their_own_and_stand_alone(tmp_path):
    run = read(tmp_path, *ROWS)
    types = ["uint256", "address", "bytes32", *["uint256"] * 5, "bytes32"]
    rows = ((17, 2000, 150, 1850), (3, 1000, 0, 1000), (40, 2**96 - 1, 2**96 - 2, 1))
    for index, (worker, gross, deductions, net) in enumerate(rows):
        row = (31337, PAYROLL, BOOK, 7, worker, gross, deductions, net, salt("payslip", worker))
        assert run.payslips.tree.leaf(index) == keccak(keccak(encode(types, row)))
        handed = json.loads(json.dumps(run.payslips.of(worker).to_json()))
        payslip = LeafProof.from_json(handed)
        payslip.check(run.payslips.root, **EXPECTED, worker=worker)
        assert (payslip["gross"], payslip["deductions"], payslip["net"]) == (gross, deductions, net)
        assert not any(part in json.dumps(handed) for name in NAMES.values() for part in name.split())
    assert run.payslips.total == run.claims.total == run.total
    assert run.payslips.root != run.claims.root


def test_a_payslip_of_another_run_worker_or_sum_is_refused(tmp_path):
    run = read(tmp_path, *ROWS)
    payslip = run.payslips.of(17)
    for name, value in {"chainId": 1, "payroll": TOKEN, "book": bytes(32), "run": 8}.items():
        with pytest.raises(ForeignLeaf) as found:
            payslip.check(**{**EXPECTED, name: value})
        assert found.value.field == name
    with pytest.raises(ProofOfAnother):
        payslip.check(worker=3)
    false = Leaves(PAYSLIP, [(*payslip.values[:7], 1851, payslip["salt"])]).of(17)
    with pytest.raises(WrongProof, match="gross less deductions is not net"):
        false.check()


def test_the_file_of_payslips_is_checked_against_run_root_and_total(tmp_path):
    run, path = read(tmp_path, *ROWS), tmp_path / "payslips.json"
    run.payslips.write(path)
    assert Leaves.read(path, root=run.payslips.root, total=run.total, **EXPECTED).rows == run.payslips.rows
    with pytest.raises(RootMismatch, match="add up to 2,851, not 2,850"):
        Leaves.read(path, total=run.total - 1)


def test_amounts_are_read_as_people_write_them(tmp_path):
    rows = ['17,"1,250.50 USDC",0.50 USDC,"1,250 USDC"', '3,"1,000 USDC",0,"1,000 USDC"']
    run = read(tmp_path, *rows)
    assert [(wage.worker, wage.gross, wage.deductions, wage.net) for wage in run.wages] == [
        (17, 1_250_500_000, 500_000, 1_250_000_000),
        (3, 1_000_000_000, 0, 1_000_000_000),
    ]


@pytest.mark.parametrize(
    ("row", "error", "problem"),
    [
        ("17,5,0,5", RepeatedWorker, "worker 17 is on line 2 already"),
        ("18,5,0,5", UnknownWorker, "worker 18 is not on the roster"),
        ("3,0,0,0", ZeroAmount, "net of worker 3 is zero"),
        ("3,5,5,0", ZeroAmount, "net of worker 3 is zero"),
        ("3,5,1,5", NetMismatch, "worker 3: gross 0.000005 USDC − deductions 0.000001 USDC is 0.000004 USDC, not "),
        ("3,5,7,0", NetMismatch, "worker 3: deductions 0.000007 USDC are more than gross 0.000005 USDC"),
        (f"3,{2**96},0,{2**96}", AmountTooLarge, "worker 3 would get 79,228,162,514,264,337,593,543.950336 USDC, "),
        ("3,5 USDC,0,5 USDC", BadValue, "gross '5 USDC' is written another way than line 2, which has digits alone"),
        ("3,-5,0,-5", BadValue, "gross '-5' is written another way"),
        ("3,5,,5", BadValue, "deductions '' is not an amount of money"),
        ("3,1²,0,1²", BadValue, "gross '1²' is not an amount of money"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(tmp_path, row, error, problem):
    with pytest.raises(error) as found:
        read(tmp_path, "17,10,0,10", "", row)
    assert type(found.value) is error
    assert found.value.line == 4
    assert found.value.problem.startswith(problem)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("3,5,0,5", "gross '5' is written another way than line 2, which has the token's symbol"),
        ("3,5 USDC,1,4 USDC", "deductions '1' is written another way"),
        ("3,5 DAI,0,5 DAI", "gross '5 DAI' is in DAI, the document's token is USDC"),
        ("3,5.0000001 USDC,0,5 USDC", "gross '5.0000001 USDC' is finer than the smallest unit of USDC"),
        ("3,5 usd,0,5 usd", "gross '5 usd' is in usd"),
    ],
)
def test_amounts_of_another_way_token_or_fineness_are_refused(tmp_path, row, problem):
    with pytest.raises(BadValue) as found:
        read(tmp_path, "17,10 USDC,0,10 USDC", row)
    assert found.value.line == 3
    assert found.value.problem.startswith(problem)


@pytest.mark.threat("T26")
@pytest.mark.parametrize(("payee", "what"), [(TOKEN, "the token itself"), (PAYROLL, "the payroll itself")])
def test_a_line_to_the_token_or_the_payroll_is_refused(tmp_path, payee, what):
    path = write(tmp_path / "wages.csv", HEADER, "3,5,0,5", "17,5,0,5")
    with pytest.raises(ForbiddenPayee) as found:
        read_run(path, RUN, roster().move(17, payee.lower()), USDC, free=100)
    error = found.value
    assert (error.line, error.worker, error.wallet, error.what) == (3, 17, payee, what)
    assert error.problem == f"the wallet of worker 17, {payee}, is {what}"


def test_a_sum_above_what_is_free_names_the_line_that_passes_it(tmp_path):
    with pytest.raises(SumTooLarge) as found:
        read(tmp_path, *ROWS[:2], free=2849)
    assert (found.value.line, found.value.total, found.value.limit) == (3, 2850, 2849)
    assert found.value.source == "what is free for wages"
    assert found.value.advice == "lower the amounts by 0.000001 USDC in all, or add as much first"


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(BadColumns) as found:
        read(tmp_path, "17,10,10", header="worker,gross,net")
    assert (found.value.line, found.value.missing) == (1, ("deductions",))


def test_a_part_of_a_run__is_a_run_numbered_on(tmp_path):
    run = read(tmp_path, *ROWS, "4,5,0,5")
    parts = [run.part(0, 2, 0), run.part(2, 2, 1)]
    assert [(part.id.run, [wage.worker for wage in part.wages]) for part in parts] == [(7, [17, 3]), (8, [40, 4])]
    assert sum(part.total for part in parts) == run.total
    assert [word for part in parts for word in part.words] == run.words
    assert parts[1].payslips.of(40)["run"] == 8
    assert [part.payslips.total for part in parts] == [part.total for part in parts]
    assert run.part(0, 4, 0) == run
