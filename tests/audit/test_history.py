"""The verified history of an agreement, read by commands (SPEC.md 13.1, 13.2)."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from ape import chain, networks
from eth_abi.abi import encode
from eth_utils import keccak

from tests.anvil import ask
from tests.audit.life import PARTED, Life
from tests.audit.poor_node import PoorNode
from workpact.agreement_view import HistoryDiffers
from workpact.audit.entries import BlockGone
from workpact.audit.history import NodeLogs, head, verified
from workpact.audit.node import Node, StateGone
from workpact.audit.subject import DocumentMissing, NoSuchAgreement, Subject
from workpact.terms import load


@pytest.fixture
def life(tmp_path, monkeypatch, chain) -> Life:  # noqa: ARG001 - connected
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    made = Life(tmp_path / "life", monkeypatch)
    made.play()
    made.part()
    return made


def subject_of(life: Life, node: Node) -> Subject:
    papers = [load(Path(file)) for file in (life.file, life.amended)]
    names = ("Agreement", "Payroll", "DataRoom", "TalentRegistry")
    agreement, payroll, room, talent = (life.contracts[name].address for name in names)
    return Subject.found(node, agreement, None, papers, node.height(), payroll, room=room, talent=talent)


def test_history__every_event_of_every_contract_with_time_actor_and_transaction(life):
    shown = life.json("audit", "history", life.file, "--document", life.amended)
    by_contract: dict[str, list[str]] = {}
    for each in shown["events"]:
        by_contract.setdefault(each["contract"], []).append(each["name"])
    assert by_contract == PARTED
    assert shown["documents"] == ["0x" + life.of_file(file)[1].id.hex() for file in (life.file, life.amended)]
    assert [(each["block"], each["position"]) for each in shown["events"]] == sorted(
        (each["block"], each["position"]) for each in shown["events"]
    )
    url = networks.provider.web3.provider.endpoint_uri
    for each in shown["events"]:
        (log,) = [
            log
            for log in ask(url, "eth_getTransactionReceipt", each["transaction"])["logs"]
            if int(log["logIndex"], 16) == each["position"]
        ]
        block = ask(url, "eth_getBlockByHash", each["blockHash"], False)
        assert (log["address"], int(log["blockNumber"], 16)) == (each["address"].lower(), each["block"])
        assert int(block["timestamp"], 16) == each["timestamp"]
        assert ask(url, "eth_getTransactionByHash", each["transaction"])["from"] == each["sender"].lower()
    actors = {each["name"]: each["actor"] for each in shown["events"]}
    assert actors["Funded"] == actors["Accepted"] == life.address("client")
    assert actors["Submitted"] == life.address("contractor")
    assert actors["Taken"] == actors["Settled"] == life.address("carrier")

    told = life.text("audit", "history", life.file, "--document", life.amended)
    assert f"{len(shown['events'])} events, complete and in order" in told
    assert shown["block"]["hash"] in told
    for name, times in Counter(each["name"] for each in shown["events"]).items():
        assert sum(f" {name} " in line for line in told.splitlines()) == times


def test_words__are_the_contracts_own__and_an_earlier_block_has_the_history_as_it_was(life):
    whole = shown = life.json("audit", "history", life.file, "--document", life.amended)
    agreement, origin = life.contracts["Agreement"].address, bytes.fromhex(shown["origin"][2:])
    document = load(Path(life.file)).service_hash()
    zero = "0x" + 40 * "0"
    keys = {
        ("Agreement", origin),
        ("SLAOracle", keccak(encode(["address", "bytes32", "bytes32"], [agreement, origin, document]))),
    }
    for who in (life.address("client"), life.address("contractor")):
        for contract in ("WorkerEquity", "Payroll"):
            keys.add((contract, keccak(encode(["address", "bytes32", "address"], [agreement, origin, who]))))
        keys.add(("WorkerEquity", keccak(encode(["address", "bytes32", "address"], [zero, bytes(32), who]))))
    for contract in ("DataRoom", "TalentRegistry"):
        keys.add((contract, keccak(encode(["address", "bytes32"], [agreement, origin]))))
    assert {(each["contract"], bytes.fromhex(each["key"][2:])) for each in shown["books"]} == keys
    for each in shown["books"]:
        contract, key = life.contracts[each["contract"]], bytes.fromhex(each["key"][2:])
        view = "history" if each["contract"] == "Agreement" else "historyOf"
        assert bytes(contract.call_view_method(view, key)).hex() == each["word"][2:]
        assert (each["word"] == "0x" + 64 * "0") == (each["events"] == 0)

    amended = next(each["block"] for each in whole["events"] if each["name"] == "Amended")
    before = life.json("audit", "history", life.file, "--block", str(amended - 1))
    assert before["events"] == [each for each in whole["events"] if each["block"] < amended]
    assert before["documents"] == whole["documents"][:1]


def test_deployment_without_room_and_reviews__has_none_in_the_record(life, tmp_path, monkeypatch):
    whole = life.json("audit", "history", life.file, "--document", life.amended)
    recorded = json.loads((tmp_path / "deployments" / "31337.json").read_text())
    newer = ("DataRoom", "TalentRegistry")
    for name in newer:
        del recorded["contracts"][name]
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / "31337.json").write_text(json.dumps(recorded))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "older"))
    shown = life.json("audit", "history", life.file, "--document", life.amended)
    for name in ("books", "events"):
        assert shown[name] == [each for each in whole[name] if each["contract"] not in newer]


def test_document_that_nobody_gives__named__and_found_once_it_is_published(life):
    _, second = life.of_file(life.amended)
    assert f"0x{second.id.hex()} was in force and nobody has published it" in life.fails("audit", "history", life.file)
    by_id = ("audit", "history", "0x" + second.origin.hex())
    assert f"0x{second.origin.hex()} was in force and nobody" in life.fails(*by_id)
    whole = life.json("audit", "history", life.file, "--document", life.amended)

    life.contracts["Agreement"].publish(second.id, b"\x00" * 96, sender=life.account("carrier"))
    for file in (life.file, life.amended):
        life.json("agreement", "publish", file, account="carrier")
    for command in (by_id, ("audit", "history", life.file), ("audit", "history", "0x" + second.id.hex())):
        found = life.json(*command)
        assert (found["events"], found["books"], found["documents"]) == (
            whole["events"], whole["books"], whole["documents"],
        )  # fmt: skip


def test_agreement_that_is_not_there__named(life, tmp_path):
    assert "No agreement 0x" + 64 * "a" in life.fails("audit", "history", "0x" + 64 * "a")
    done = life.run("audit", "history", "0x12")
    assert (done.exit_code, "it has 0x and 64 hex digits" in done.stderr) == (2, True)
    done = life.run("audit", "history", str(tmp_path / "none.yaml"))
    assert (done.exit_code, "is neither a file nor an id" in done.stderr) == (2, True)
    other = life.change(salt=7)
    assert "The files are of two agreements" in life.fails("audit", "history", life.file, "--document", other)
    assert "No agreement 0x" in life.fails("audit", "history", other)
    assert "no block 0xffffff" in life.fails("audit", "history", life.file, "--block", str(0xFFFFFF))
    url = networks.provider.web3.provider.endpoint_uri
    with pytest.raises(NoSuchAgreement, match="Name the agreement: its file, or its id"):
        Subject.found(Node(url), life.contracts["Agreement"].address, None, [], 10, None)
    life_origin = life.of_file(life.file)[1].origin
    with pytest.raises(DocumentMissing, match="--document FILE"):
        Subject.found(Node(url), life.contracts["Agreement"].address, life_origin, [], Node(url).height(), None)


def test_node_with_every_limit__the_same_history(life):
    url = networks.provider.web3.provider.endpoint_uri
    chain.mine(2_500)
    rich = Node(url)
    at = head(rich)
    whole = verified(rich, subject_of(life, rich), at)
    with PoorNode(url) as poor:
        poor.widest, poor.largest_batch, poor.lacks = 1_000, 0, {"eth_getBlockReceipts"}
        poor.state_kept = 3_000
        node = Node(poor.url)
        again = verified(node, subject_of(life, node), at, NodeLogs(node))
        assert json.dumps(again.to_json()) == json.dumps(whole.to_json())
        assert poor.spans[0] > 1_000
        chain.mine(200)
        poor.state_kept = 128
        with pytest.raises(StateGone, match=f"does not answer for block {at.number}.*take a newer block"):
            verified(node, whole.subject, at)


@pytest.mark.threat("T72")
def test_node_that_leaves_out_adds_or_edits__differs(life):
    url = networks.provider.web3.provider.endpoint_uri
    subject, at = subject_of(life, Node(url)), head(Node(url))
    whole = verified(Node(url), subject, at)

    def lie(change):
        """All histories that a node gives which changes one answer of logs at a time."""
        with PoorNode(url) as poor:
            for place in {each.place for each in whole.entries}:
                poor.edit = lambda method, _, result, place=place: (
                    change(result, place) if method == "eth_getLogs" else result
                )
                with pytest.raises(HistoryDiffers, match=r"ask another node|Ask another node"):
                    verified(Node(poor.url), subject, at)

    def here(log, place):
        return (int(log["blockNumber"], 16), int(log["logIndex"], 16)) == place

    lie(lambda logs, place: [log for log in logs if not here(log, place)])
    lie(lambda logs, place: [edited(log) if here(log, place) else log for log in logs])


def edited(log: dict) -> dict:
    """One bit of the last word."""
    data = bytearray.fromhex(log["data"][2:])
    if data:
        data[-1] ^= 1
        return {**log, "data": "0x" + data.hex()}
    topics = list(log["topics"])
    topics[-1] = topics[-1][:-1] + format(int(topics[-1][-1], 16) ^ 1, "x")
    return {**log, "topics": topics}


def test_block_replaced_while_it_is_read__said(life):
    url = networks.provider.web3.provider.endpoint_uri
    node = Node(url)
    subject, at = subject_of(life, node), head(node)
    with PoorNode(url) as poor:
        poor.edit = lambda method, parameters, result: (
            {**result, "hash": "0x" + 64 * "1"}
            if method == "eth_getBlockByNumber" and parameters[0] == hex(at.number)
            else result
        )
        with pytest.raises(BlockGone, match="was replaced while it was read"):
            verified(Node(poor.url), subject, at)
