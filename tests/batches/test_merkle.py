"""Trees in the format of OpenZeppelin's library: shape, hashes and proofs, against that library and against eth_abi."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path
from random import Random

import pytest
from eth_abi import encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from tests.batches.desk import EQUITY, roster
from tests.support import ROOT
from workpact.batches.grants import OfferId, grant_leaves
from workpact.merkle import BadDump, BadLeaf, MerkleError, StandardTree, WrongLeaf, WrongNode, leaf_of

ALICE = "0x1111111111111111111111111111111111111111"
BOB = "0x2222222222222222222222222222222222222222"
TYPES = ("uint256", "address", "bytes32")
SIZES = [*range(1, 18), 31, 32, 33, 100]


def drawn(size: int, seed: int = 0) -> list[tuple[int, str, bytes]]:
    """Rows of all three types, among them the largest and the smallest numbers."""
    random = Random(seed)
    rows = [(random.getrandbits(256), f"0x{random.getrandbits(160):040x}", random.randbytes(32)) for _ in range(size)]
    rows[0] = (2**256 - 1, "0x" + 40 * "f", bytes(32))
    rows[-1] = (0, "0x" + 40 * "0", b"\xff" * 32)
    return rows


def by_hand(one: bytes, other: bytes) -> bytes:
    return keccak(min(one, other) + max(one, other))


def test_the_example_of_openzeppelins_readme():
    values = [(ALICE, 5 * 10**18), (BOB, 25 * 10**17)]
    tree = StandardTree(("address", "uint256"), values)
    assert tree.root.hex() == "d4dee0beab2d53f2cc83e567171bd2820e49898130a22622b10ead383e90bd77"


def test_javascript_loads_our_dumps_and_makes_the_same():
    equal = [drawn(3)[1]] * 4
    trees = [StandardTree(TYPES, drawn(size, size)) for size in SIZES] + [StandardTree(TYPES, equal)]
    trees.append(grant_leaves(OfferId(1, EQUITY, 3, 1), {17: 5, 3: 6, 40: 2**80 - 1}, roster()).tree)
    script = str(Path(__file__).with_name("read_trees.mjs").relative_to(ROOT))
    dumps = [tree.dump() for tree in trees]
    answer = subprocess.run(["node", script], cwd=ROOT, input=json.dumps(dumps), capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert len(found) == len(trees)
    for tree, dump, theirs in zip(trees, dumps, found, strict=True):
        assert theirs["root"] == "0x" + tree.root.hex()
        assert theirs["proofs"] == [["0x" + each.hex() for each in tree.proof(index)] for index in range(len(tree))]
        assert theirs["dump"] == dump
        loaded = StandardTree.load(theirs["dump"])
        assert (loaded.values, loaded.root) == (tree.values, tree.root)


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_is_proved_by_hashing_by_hand(size):
    rows = drawn(size)
    tree = StandardTree(TYPES, rows)
    for index, row in enumerate(rows):
        node = leaf = keccak(keccak(encode(TYPES, row)))
        assert tree.leaf(index) == leaf == leaf_of(TYPES, row)
        for sibling in tree.proof(index):
            node = by_hand(node, sibling)
        assert node == tree.root
        assert StandardTree.verify(tree.root, leaf, tree.proof(index))


def test_order_of_leaves_does_not_change_the_root_and_each_value_does():
    rows = drawn(9)
    root = StandardTree(TYPES, rows).root
    assert StandardTree(TYPES, rows[::-1]).root == root
    for index, (number, address, word) in enumerate(rows):
        for changed in ((number ^ 1, address, word), (number, BOB, word), (number, address, word[:31] + b"x")):
            assert StandardTree(TYPES, [*rows[:index], changed, *rows[index + 1 :]]).root != root


@given(st.integers(2, 40), st.integers(0, 2**32), st.data())
def test_a_proof_proves_its_own_leaf_only(size, seed, data):
    tree = StandardTree(TYPES, drawn(size, seed))
    one, other = data.draw(st.permutations(range(size)))[:2]
    assert StandardTree.verify(tree.root, tree.leaf(one), tree.proof(one))
    assert not StandardTree.verify(tree.root, tree.leaf(other), tree.proof(one))
    assert not StandardTree.verify(tree.root, tree.leaf(one), tree.proof(one)[:-1])
    assert not StandardTree.verify(bytes(32), tree.leaf(one), tree.proof(one))


def test_an_index_beyond_the_leaves_is_refused():
    tree = StandardTree(TYPES, drawn(3))
    for index in (3, -4):
        with pytest.raises(IndexError):
            tree.leaf(index)
        with pytest.raises(IndexError):
            tree.proof(index)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ((-1, ALICE, bytes(32)), 0),
        ((2**256, ALICE, bytes(32)), 0),
        ((1.0, ALICE, bytes(32)), 0),
        ((True, ALICE, bytes(32)), 0),
        (("1", ALICE, bytes(32)), 0),
        ((1, ALICE[:-1], bytes(32)), 1),
        ((1, b"\x11" * 20, bytes(32)), 1),
        ((1, ALICE, bytes(31)), 2),
        ((1, ALICE, "0x" + 64 * "0"), 2),
        ((1, ALICE), 2),
    ],
)
def test_values_that_do_not_fit_are_refused(row, field):
    with pytest.raises(BadLeaf) as found:
        StandardTree(TYPES, [*drawn(2), row])
    assert (found.value.index, found.value.field) == (2, field)


def test_no_leaf_and_unknown_types_are_refused():
    for types, rows in ((TYPES, []), (("string",), [("a",)]), ((), [()])):
        with pytest.raises(MerkleError):
            StandardTree(types, rows)


def test_leaves_in_another_order_load_too():
    """The library's option sortLeaves: false puts leaves where they were given."""
    rows = drawn(3)
    first, second, third = (leaf_of(TYPES, row) for row in rows)
    nodes = [by_hand(by_hand(second, first), third), by_hand(second, first), third, second, first]
    nodes[0] = by_hand(nodes[1], nodes[2])
    dump = StandardTree(TYPES, rows).dump()
    dump["tree"] = ["0x" + node.hex() for node in nodes]
    for entry, place in zip(dump["values"], (4, 3, 2), strict=True):
        entry["treeIndex"] = place
    tree = StandardTree.load(dump)
    assert tree.values == rows
    assert tree.root == nodes[0]
    assert tree.proof(0) == (second, third)
    assert tree.dump() == dump


def test_hexadecimal_and_plain_numbers_load_too():
    dump = StandardTree(("uint256",), [(255,), (7,)]).dump()
    dump["values"][0]["value"], dump["values"][1]["value"] = ["0xff"], [7]
    assert StandardTree.load(dump).values == [(255,), (7,)]


def spoilt(spoil) -> dict:
    dump = copy.deepcopy(StandardTree(TYPES, drawn(5)).dump())
    spoil(dump)
    return dump


def test_a_changed_value_is_named():
    def spoil(dump):
        dump["values"][2]["value"][0] = "1"

    dump = spoilt(spoil)
    with pytest.raises(WrongLeaf) as found:
        StandardTree.load(dump)
    assert (found.value.index, found.value.node) == (2, dump["values"][2]["treeIndex"])
    assert found.value.where == "values[2]"


@pytest.mark.parametrize("node", [0, 1, 2, 3])
def test_a_changed_node_is_named(node):
    def spoil(dump):
        dump["tree"][node] = "0x" + 64 * "5"

    with pytest.raises(WrongNode) as found:
        StandardTree.load(spoilt(spoil))
    assert found.value.node == node


@pytest.mark.parametrize(
    ("where", "spoil"),
    [
        ("format", lambda dump: dump.update(format="simple-v1")),
        ("leafEncoding", lambda dump: dump.update(leafEncoding=["string"])),
        ("leafEncoding", lambda dump: dump.update(leafEncoding=[])),
        ("leafEncoding", lambda dump: dump.update(leafEncoding=[["uint256"]])),
        ("values", lambda dump: dump.update(values=[])),
        ("tree", lambda dump: dump["tree"].append(dump["tree"][0])),
        ("tree[1]", lambda dump: dump["tree"].__setitem__(1, "0x12")),
        ("tree[1]", lambda dump: dump["tree"].__setitem__(1, 5)),
        ("values[1]", lambda dump: dump["values"][1].update(value=["1"])),
        ("values[1]", lambda dump: dump["values"].__setitem__(1, None)),
        ("values[1]", lambda dump: dump["values"][1]["value"].__setitem__(0, str(2**256))),
        ("values[1]", lambda dump: dump["values"][1]["value"].__setitem__(0, -1)),
        ("values[1]", lambda dump: dump["values"][1]["value"].__setitem__(0, "1.5")),
        ("values[1]", lambda dump: dump["values"][1]["value"].__setitem__(1, "0x12")),
        ("values[1]", lambda dump: dump["values"][1]["value"].__setitem__(2, None)),
        ("values[1]", lambda dump: dump["values"][1].update(treeIndex=0)),
        ("values[1]", lambda dump: dump["values"][1].update(treeIndex=9)),
        ("values[1]", lambda dump: dump["values"][1].update(treeIndex=True)),
        ("values[1]", lambda dump: dump["values"][1].update(treeIndex=dump["values"][0]["treeIndex"])),
    ],
)
def test_what_is_no_dump_is_refused_with_the_place(where, spoil):
    with pytest.raises(BadDump) as found:
        StandardTree.load(spoilt(spoil))
    assert type(found.value) is BadDump
    assert found.value.where == where


@pytest.mark.parametrize("dump", [None, [], "standard-v1", {}])
def test_other_json_is_refused(dump):
    with pytest.raises(BadDump, match="format"):
        StandardTree.load(dump)
