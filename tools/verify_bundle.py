#!/usr/bin/env python3
"""Checks an evidence bundle of Workpact offline: python verify_bundle.py desk.bundle 0x<hash of its block> [0x… …]

One file, made to be read: it shares no code with Workpact and follows docs/bundle.md. It needs Python 3.11 and keccak
(`pip install pycryptodome`); for a bundle with receipts also who signed (`pip install coincurve`, or `eth-keys`).
It ends with 0 and says what is proved, what that rests on and every event; or with 1 and why the bundle is refused.
"""

import json
import lzma
import re
import sys
from datetime import UTC, datetime
from hashlib import sha256

try:
    from sha3 import keccak_256 as _keccak
except ImportError:
    from Crypto.Hash import keccak as _module

    def _keccak(data):
        return _module.new(digest_bits=256, data=data)


LARGEST, STRIDE, RING = 256 * 2**20, 1_000_000, 8191
RECORD = bytes.fromhex("0000f90827f1c53a10cb7a02335b175320002935")
PROXY = bytes.fromhex("4e59b44847b379578588920ca78fbf26c0b4956c")
EMPTY = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
SLOTS = {"Agreement": 4, "SLAOracle": 3, "WorkerEquity": 4, "Payroll": 5, "DataRoom": 7, "TalentRegistry": 2}
NAMED = {"payroll": "payrolls", "room": "shared files", "talent": "reviews"}  # which no document names
ZERO, NOBODY = bytes(32), "0x" + "00" * 20
FIELDS = {0: 9, 1: 11, 2: 12, 3: 14, 4: 13}  # of a transaction by its type
FORMS = {"address": "0x[0-9a-f]{40}", "bytes32": "0x[0-9a-f]{64}", "hex": "0x([0-9a-f]{2})*"}
FORMS |= {"uint256": "0|[1-9][0-9]{0,77}", "int256": "0|-?[1-9][0-9]{0,76}", "string": "(?s:.*)"}
LOG, PLACE = {"data": "hex", "time": 0, "topics": ["bytes32"]}, {"block": 0, "log": 0, "transaction": 0}
TEXT = {
    "agreement": "address", "chain": 0, "contracts": [{"address": "address", "create2": None}],
    "documents": ["Agreement"], "format": "string", "headers": ["hex"], "nodes": ["hex"],
    "papers": None, "payroll": None, "receipts": False, "reports": None,
    "revealed": [{"content": "hex", "salt": "bytes32"}], "room": None, "talent": None,
    "ties": [{"at": 0, "of": [0]}], "untied": [0], "version": 0,
    "books": [{"address": "address", "contract": "string", "events": None, "key": "bytes32"}],
}  # fmt: skip
TYPES = """
EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)
Agreement(Deal deal,Milestone[] milestones,Arbitration arbitration,Annex annex)
Annex(Offer offer,Conditions conditions)
Deal(bytes32 origin,address client,address contractor,address token,uint256 review,uint256 grace,uint256 rejections,\
uint256 holdback,uint256 holdbackUntil)
Milestone(uint256 amount,uint256 due)
Arbitration(address arbiter,address backup,uint256 fee,uint256 window,uint256 split)
Offer(uint256 salt,uint256 openBefore,uint256 deposit,bytes32 replaces,bytes32 under)
Conditions(Operators operators,Ending ending,Billing billing,Service service,Equity equity,bytes32 legalText)
Operators(address[] client,address[] contractor,uint256 limit)
Ending(uint256 clientNotice,uint256 contractorNotice,uint256 cure)
Billing(address oracle,uint256 fixedCharge,uint256 cap,uint256 cover)
Service(Schedule schedule,Levels levels)
Schedule(uint256 start,uint256[] ends,uint256 reportWithin,uint256 finalWithin,uint256 obliged,bytes32 definition,\
Contest contest)
Contest(uint256 window,address arbiter,address backup,uint256 ruling,uint256 standing)
Levels(Level[] levels,Credits credits,Reporters reporters,Price[] prices)
Level(string name,uint256 form,uint256 minimumSample,uint256 lowVolume,uint256 repeat,uint256 critical,\
uint256 earnBack,Band[] bands)
Band(uint256 threshold,uint256 allocation)
Credits(uint256 atRisk,uint256 periodCap,uint256 yearCap,uint256 yearPeriods,uint256 failures,uint256 failureWindow,\
uint256 lapse,uint256 earnBack,uint256 earnBackBefore)
Reporters(address client,address contractor,address[] clientReporters,uint256 clientQuorum,\
address[] contractorReporters,uint256 contractorQuorum)
Price(string quantity,uint256 rate)
Equity(address equity,uint256 units,bytes32 plans)
Report(address agreement,bytes32 origin,bytes32 id,bytes32 document,uint256 period,Figure[] figures,\
uint256[] quantities,bytes32 evidence,int256 adjustment)
Figure(uint256 good,uint256 total,uint256 excluded)
"""
TYPES = {name: [each.split() for each in rest[:-1].split(",")] for name, rest in
         (line.split("(") for line in TYPES.split("\n") if line)}  # fmt: skip
NAMES = """
b6ad34a5:Accepted 648c5850:AcceptedUpTo a2e70e5e:AccessGiven e46f9aa6:AccessRevoked 9a5c94bb:Amended 4450fd19:Anchored
99261a95:ArbiterConsented ea30b3ae:BidWithdrawn 235c903d:Booked 24c7aff1:Booked d867c935:Booked a1f282e1:Claimed
1e9b1a05:Collected a4239746:CreditWaived f552b050:Disputed 977198a9:Distributed 5516b3b9:DocumentReplaced
a0352af1:EndAnnounced 43c31fe7:EndWithdrawn a565cd87:Ended e08e62e9:EndingAnnounced d8d93a85:Enrolled ce7089d0:Funded
17ae9248:GateRaised 7d96d86a:GrantAccelerated 0fab51bd:GrantAccepted ec2493cd:GrantEnded 8f6a202a:Granted
e93e1e7e:HoldbackReleased 7d84f519:KeyRegistered 1df31022:LeaveBegan 8a0b1230:LeaveEnded ea8451c9:LeaverRuleApplied
b9808694:MarginTaken ebda663d:OfferClosed 75e21de3:Offered cce619ab:Opened 71ba7411:OperatorsAppointed 2b4c0513:Paid
3bc94bfb:PaidInterim bc39b3ae:PayeeSet 60319123:PeriodAssessed 23a6310c:PeriodContested 8b38362b:PeriodDefaulted
49658a89:PeriodPending 7a3f290a:PeriodReported ca526b9e:PeriodRuled 1cb487e2:PlacedUnder 9220bf7f:PlanCreated
de0ebbc4:Pledged b567c0ed:PoolOpened 34c35b6a:PoolRaised 9fb547b2:Posted a9920964:PostingWithdrawn 268eb512:ProfileSet
47766277:ReceiptGiven 632e8857:Reclaimed 7b0336a5:RecordProved 21fcbebd:Rejected 54910d21:Released
66f8a4a7:ReporterRemoved 67b81c15:ReporterReplaced 3b34446c:Reserved cbf058cf:RevenueWithdrawn 540cab73:ReviewRevealed
54e77630:ReviewSealed 1e5ca73b:Ruled 831f13dc:Seated 9a98580c:Settled 7bb11f96:Shredded bdc95117:Submitted
94fe50ea:Taken 764d4a5b:TokenCreated e533d9c7:VersionPut edf56fe9:WageClaimed 865829a7:WalletProposed
26f66cb5:WalletSet 4ed9f937:WalletVetoed
"""
TOPICS = {"Opened": 4, "Amended": 3, "DocumentReplaced": 4}  # of events that are read here
NAMES = dict(each.split(":") for each in NAMES.split())


class Refused(Exception):
    """The bundle proves nothing; its text says why."""


def need(holds, why):
    if not holds:
        raise Refused(why)


def keccak(data):
    return _keccak(data).digest()


def raw(text):
    return bytes.fromhex(text[2:])


def shown(address):
    """An address with its check sum (EIP-55)."""
    digits = address.hex() if isinstance(address, bytes) else address[2:].lower()
    marks = keccak(digits.encode()).hex()
    return "0x" + "".join(each.upper() if mark > "7" else each for each, mark in zip(digits, marks, strict=False))


def ranges(numbers):
    """Rising numbers as people write them: "3-5, 9"."""
    starts = [each for each in numbers if each - 1 not in numbers]
    ends = [each for each in numbers if each + 1 not in numbers]
    return ", ".join(f"{a}-{b}" if a < b else str(a) for a, b in zip(starts, ends, strict=True))


# The file


def unpacked(content):
    need(content.startswith(b"\xfd7zXZ\x00"), "the file does not begin as a bundle")
    reader, pieces, given = lzma.LZMADecompressor(lzma.FORMAT_XZ, 256 * 2**20), [], content
    try:
        while not reader.eof:
            pieces.append(reader.decompress(given, 2**20))
            given = b""
            need(pieces[-1] or reader.eof or not reader.needs_input, "the file is truncated")
            need(sum(map(len, pieces)) <= LARGEST, "the file unpacks to too much")
    except lzma.LZMAError as error:
        raise Refused("the file was changed, its check sums do not hold") from error
    need(not reader.unused_data, "something follows the bundle in the file")
    try:
        text = b"".join(pieces).decode("ascii")
        depth = 0
        for each in re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text):
            depth += (each in "[{") - (each in "]}")
            need(depth < 32, "the file unpacks to no canonical JSON")
        value = json.loads(text)
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise Refused("the file unpacks to no canonical JSON") from error
    need(isinstance(value, dict) and value.get("format") == "workpact-bundle", "the file is no bundle")
    need(value.get("version") == 2, "the bundle is in a form of another version")
    need(again == text, "the bundle's text is not in its canonical form")
    return value


def fits(form, value, place):
    """Refuses a value that is not of the form: a type, 0, False, a list, a dictionary; None is looked at later."""
    if isinstance(form, str) and form.endswith("[]"):
        form = [form[:-2]]
    if form in list(TYPES) if isinstance(form, str) else False:
        form = {name: kind for kind, name in TYPES[form]}
    if isinstance(form, list):
        need(isinstance(value, list), f"{place} is no list")
        for index, each in enumerate(value):
            fits(form[0], each, f"{place}.{index}")
    elif isinstance(form, dict):
        need(isinstance(value, dict) and set(value) == set(form), f"{place} has not the fields {', '.join(form)}")
        for name, each in form.items():
            fits(each, value[name], f"{place}.{name}")
    elif isinstance(form, str):
        need(isinstance(value, str) and re.fullmatch(FORMS[form], value), f"{place} is no {form} in its one form")
        if form == "uint256":
            need(int(value) < 2**256, f"{place} is no uint256")
        if form == "int256":
            need(-(2**255) <= int(value) < 2**255, f"{place} is no int256")
    elif form is False:
        need(isinstance(value, bool), f"{place} is not true or false")
    elif form == 0:
        need(type(value) is int and 0 <= value < 2**64, f"{place} is no count")


# Signed messages (EIP-712)


def type_hash(kind):
    found, waiting = set(), [kind]
    while waiting:
        each = waiting.pop()
        if each in TYPES and each not in found:
            found.add(each)
            waiting += [member.removesuffix("[]") for member, _ in TYPES[each]]
    parts = [kind, *sorted(found - {kind})]
    return keccak("".join(f"{each}({','.join(' '.join(pair) for pair in TYPES[each])})" for each in parts).encode())


def word(kind, value):
    if kind.endswith("[]"):
        return keccak(b"".join(word(kind[:-2], each) for each in value))
    if kind in TYPES:
        return keccak(type_hash(kind) + b"".join(word(member, value[name]) for member, name in TYPES[kind]))
    if kind == "string":
        need(not re.search("[\ud800-\udfff]", value), "a text in a document is none")
        return keccak(value.encode())
    return (int(value) % 2**256).to_bytes(32, "big") if "int" in kind else raw(value).rjust(32, b"\0")


def document_id(text, message):
    domain = {"name": "Workpact", "version": "1", "chainId": text["chain"], "verifyingContract": text["agreement"]}
    return keccak(b"\x19\x01" + word("EIP712Domain", domain) + word("Agreement", message))


# RLP, tries, headers, receipts


def rlp(data):
    try:
        value, end = _rlp(data, 0)
    except RecursionError as error:
        raise Refused("an RLP value is too deep") from error
    need(end == len(data), "something follows an RLP value")
    return value


def _rlp(data, at):
    need(at < len(data), "an RLP value is cut")
    first = data[at]
    if first < 0x80:
        return data[at : at + 1], at + 1
    base = 0x80 if first < 0xC0 else 0xC0
    size, start = first - base, at + 1
    if size > 55:
        digits = data[start : start + size - 55]
        start += size - 55
        size = int.from_bytes(digits, "big")
        need(digits and digits[0] and size > 55, "an RLP length is not in its one form")
    end = start + size
    need(end <= len(data), "an RLP value is cut")
    if base == 0x80:
        need(size != 1 or data[start] >= 0x80, "an RLP value is not in its one form")
        return data[start:end], end
    found = []
    while start < end:
        each, start = _rlp(data[:end], start)
        found.append(each)
    return found, end


def encode(value):
    if isinstance(value, int):
        value = value.to_bytes((value.bit_length() + 7) // 8, "big")
    if isinstance(value, bytes) and len(value) == 1 and value[0] < 0x80:
        return value
    content, base = (value, 0x80) if isinstance(value, bytes) else (b"".join(map(encode, value)), 0xC0)
    size = len(content)
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return (bytes([base + size]) if size < 56 else bytes([base + 55 + len(digits)]) + digits) + content


class Nodes:
    """Trie nodes by hash; `used` in order of first use."""

    def __init__(self, nodes):
        self.by_hash, self.used = {keccak(each): each for each in nodes}, {}

    def value(self, root, key):
        """What the trie with this root has under a key; empty if it shows that there is nothing."""
        way, node = [each for byte in key for each in (byte >> 4, byte & 15)], root
        while node != b"":
            if isinstance(node, bytes):
                need(len(node) == 32 and node in self.by_hash, f"a trie node on the way from {root.hex()} is missing")
                self.used[node] = None
                node = rlp(self.by_hash[node])
            need(isinstance(node, list) and len(node) in (2, 17), "a trie node is none")
            if len(node) == 17:
                if not way:
                    return self._bytes(node[16])
                node, way = node[way[0]], way[1:]
                continue
            path = [each for byte in self._bytes(node[0]) for each in (byte >> 4, byte & 15)]
            need(path and path[0] < 4 and (path[0] % 2 or path[1] == 0), "a path in a trie is none")
            is_leaf, path = path[0] > 1, path[1 if path[0] % 2 else 2 :]
            if is_leaf:
                return self._bytes(node[1]) if path == way else b""
            if way[: len(path)] != path:
                return b""
            node, way = node[1], way[len(path) :]
        return b""

    @staticmethod
    def _bytes(value):
        need(isinstance(value, bytes), "a value in a trie is none")
        return value


def number(data):
    need(
        isinstance(data, bytes) and len(data) <= 32 and data[:1] != b"\0", "a number in a header or transaction is none"
    )
    return int.from_bytes(data, "big")


def account(nodes, root, address):
    """Storage root and code hash of a contract; None where the state has none."""
    found = nodes.value(root, keccak(address))
    if not found:
        return None
    fields = rlp(found)
    need(isinstance(fields, list) and len(fields) == 4, "an account is none")
    need(all(isinstance(each, bytes) and len(each) == 32 for each in fields[2:]), "an account is none")
    return fields[2:]


def storage(nodes, root, slot):
    found = b"" if root == EMPTY else nodes.value(root, keccak(slot))
    if not found:
        return ZERO
    value = rlp(found)
    need(isinstance(value, bytes) and 0 < len(value) <= 32 and value[0], "a storage word is none")
    return value.rjust(32, b"\0")


class Header:
    def __init__(self, content):
        fields = rlp(content)
        need(isinstance(fields, list) and len(fields) >= 15, "a header has not the fields of one")
        need(all(isinstance(each, bytes) for each in fields), "a header has not the fields of one")
        self.hash = keccak(content)
        self.parent, self.state, self.transactions, self.receipts = fields[0], fields[3], fields[4], fields[5]
        need(all(len(each) == 32 for each in (fields[0], *fields[3:6])), "a header has not the fields of one")
        self.number, self.time = number(fields[8]), number(fields[11])


def logs_in(receipt):
    fields = rlp(receipt[1:] if receipt[:1] < b"\x80" else receipt)
    need(isinstance(fields, list) and len(fields) == 4 and isinstance(fields[3], list), "a receipt is none")
    for each in fields[3]:
        need(isinstance(each, list) and len(each) == 3 and isinstance(each[1], list), "a log in a receipt is none")
        need(all(isinstance(part, bytes) for part in (each[0], each[2], *each[1])), "a log in a receipt is none")
        need(len(each[0]) == 20 and all(len(topic) == 32 for topic in each[1]), "a log in a receipt is none")
    return fields[3]


def signer(transaction):
    """Who signed a transaction, and for which chain; None for any."""
    kind = transaction[0] if transaction[:1] < b"\x80" else 0
    fields = rlp(transaction[1:] if kind else transaction)
    need(kind in FIELDS and isinstance(fields, list) and len(fields) == FIELDS[kind], "a transaction is none")
    *signed, v, r, s = fields
    parity, chain = number(v), number(signed[0]) if kind else None
    if not kind and parity >= 35:
        parity, chain = (parity - 35) % 2, (parity - 35) // 2
        signed += [chain, b"", b""]
    elif not kind:
        parity -= 27
    need(parity in (0, 1) and 0 < number(r) < ORDER and 0 < number(s) < ORDER, "a transaction's signature is none")
    digest = keccak((bytes([kind]) if kind else b"") + encode(signed))
    return recovered(digest, r.rjust(32, b"\0") + s.rjust(32, b"\0") + bytes([parity])), chain


def recovered(digest, signature):
    try:
        from coincurve import PublicKey
    except ImportError:
        PublicKey = None
    try:
        if PublicKey:
            key = PublicKey.from_signature_and_message(signature, digest, hasher=None).format(compressed=False)[1:]
        else:
            from eth_keys.datatypes import Signature

            key = Signature(signature).recover_public_key_from_msg_hash(digest).to_bytes()
    except ImportError as error:
        raise Refused("who signed needs pip install coincurve, or eth-keys") from error
    except Exception as error:
        raise Refused("a transaction's signature is none") from error
    return keccak(key)[12:]


# The checks, in the order of docs/bundle.md


class Bundle:
    """A bundle that was checked; refused otherwise."""

    def __init__(self, content, given):
        self.text = text = unpacked(content)
        fits(TEXT, text, "the bundle")
        need(text["chain"], "the chain is none")
        self.form()
        self.headers = [Header(raw(each)) for each in text["headers"]]
        self.nodes = Nodes([raw(each) for each in text["nodes"]])
        self.by_number = {each.number: each for each in self.headers}
        self.follow()
        self.head = self.headers[-1]
        self.words()
        self.ties()
        self.carried = {}
        self.books = [(book, [self.event(book, each) for each in book["events"]]) for book in text["books"]]
        need([raw(each) for each in text["nodes"]] == [self.nodes.by_hash[each] for each in self.nodes.used],
             "trie nodes are superfluous, doubled or out of order")  # fmt: skip
        self.needed()
        self.hashes(given)
        for (book, events), expected in zip(self.books, self.expected, strict=True):
            self.linked(book, events, expected)
        self.order()
        self.documents()
        self.whole()
        self.extras()

    def form(self):
        """What `fits` leaves open."""
        text = self.text
        for index, each in enumerate(text["contracts"]):
            if each["create2"] is not None:
                fits({"initCodeHash": "bytes32", "salt": "bytes32"}, each["create2"], f"contracts.{index}.create2")
        for index, each in enumerate(text["books"]):
            need(each["contract"] in SLOTS, f"books.{index} is of an unknown contract")
            fits([PLACE if text["receipts"] else LOG], each["events"], f"books.{index}.events")
        for name in NAMED:
            if text[name] is not None:
                fits("address", text[name], name)
        for name in ("papers", "reports"):
            need(text[name] is None or isinstance(text[name], list), f"{name} is no list")
        need(all(each is None or isinstance(each, str) for each in text["papers"] or ()), "a paper is no text")

    def follow(self):
        need(self.headers, "there is no header")
        for before, after in zip(self.headers, self.headers[1:], strict=False):
            need(before.number < after.number, "the headers are not in order")
            is_next = before.number + 1 == after.number
            need(not is_next or after.parent == before.hash, f"header {before.number} is not the parent of the next")

    def words(self):
        self.codes, self.expected, roots = {}, [], {}
        for book in self.text["books"]:
            address = raw(book["address"])
            if address not in roots:
                roots[address] = account(self.nodes, self.head.state, address)
                self.codes[address] = roots[address] and roots[address][1]
            slot = keccak(raw(book["key"]) + SLOTS[book["contract"]].to_bytes(32, "big"))
            self.expected.append(storage(self.nodes, roots[address][0], slot) if roots[address] else ZERO)

    def ties(self):
        self.recorded, ties = {}, self.text["ties"]
        need(
            [each["at"] for each in ties] == sorted({each["at"] for each in ties}, reverse=True),
            "ties are not in order",
        )
        for tie in ties:
            need(tie["at"] in self.by_number, f"there is no header {tie['at']}, at which others are tied")
            need(tie["of"] and tie["of"] == sorted(set(tie["of"])), "ties are not in order")
            record = account(self.nodes, self.by_number[tie["at"]].state, RECORD)
            need(record, f"block {tie['at']} has no record of block hashes")
            for each in tie["of"]:
                fresh = each in self.by_number and each + 1 not in self.by_number and each not in self.recorded
                need(fresh and each < tie["at"], f"header {each} is not to be tied")
                slot = (each % RING).to_bytes(32, "big")
                found = storage(self.nodes, record[0], slot)
                need(found == self.by_number[each].hash, f"the record has another hash of block {each}")
                self.recorded[each] = tie["at"]

    def event(self, book, each):
        """Time, topics, data, and where there are receipts the place, transaction and sender."""
        if not self.text["receipts"]:
            return {"time": each["time"], "topics": [raw(topic) for topic in each["topics"]], "data": raw(each["data"])}
        block, index = each["block"], each["transaction"]
        need(block in self.by_number, f"there is no header of block {block}, in which there is an event")
        if (block, index) not in self.carried:
            header = self.by_number[block]
            receipt = self.nodes.value(header.receipts, encode(index))
            need(receipt, f"block {block} has no transaction {index}")
            logs = logs_in(receipt)
            transaction = self.nodes.value(header.transactions, encode(index))
            need(transaction, f"block {block} has no transaction {index}")
            who, chain = signer(transaction)
            need(chain in (None, self.text["chain"]), f"transaction {index} of block {block} is of chain {chain}")
            self.carried[block, index] = header, logs, keccak(transaction), who
        header, logs, transaction, who = self.carried[block, index]
        need(each["log"] < len(logs), f"transaction {index} of block {block} has no log {each['log']}")
        address, topics, data = logs[each["log"]]
        need(address == raw(book["address"]), f"log {each['log']} of it is of another contract")
        return {
            "time": header.time, "topics": topics, "data": data, "block": block, "transaction": transaction,
            "position": index * STRIDE + each["log"], "sender": who,
        }  # fmt: skip

    def needed(self):
        """Each header is of use, and those that nothing ties are the ones named."""
        numbers, last = set(self.by_number), self.head.number
        used = {block for block, _ in self.carried} | {last} | set(self.recorded.values())
        for each in numbers - used:
            is_link = each - 1 in numbers and (each + 1 in numbers or each in self.recorded)
            need(is_link, f"header {each} is of no use")
        loose = [each for each in sorted(numbers) if each + 1 not in numbers and each not in self.recorded]
        need([*self.text["untied"], last] == loose, "the headers that nothing ties are not those that are named so")

    def hashes(self, given):
        head = self.head
        of = f"block {head.number} of chain {self.text['chain']}, 0x{head.hash.hex()}"
        why = "the hash given is of another block or chain, or the chain was reorganised since"
        need(head.hash in given, f"the bundle is of {of}: {why}")
        need(set(given) <= {each.hash for each in self.headers}, "the bundle has no block of one of the hashes given")
        self.tied = set()
        for each in reversed(self.headers):
            if each.hash in given or each.number + 1 in self.tied or self.recorded.get(each.number) in self.tied:
                self.tied.add(each.number)

    def linked(self, book, events, expected):
        places = [(each["block"], each["position"]) for each in events] if self.text["receipts"] else []
        need(places == sorted(set(places)), "events of a book are not in order")
        made = ZERO
        for each in events:
            log = keccak(b"".join(each["topics"]) + each["data"])
            made = keccak(made + each["time"].to_bytes(32, "big") + log)
        need(made == expected, f"the events of {book['contract']} {book['address']} make 0x{made.hex()}, the contract "
             f"holds 0x{expected.hex()}: one is missing, added, moved or edited")  # fmt: skip
        for each in events:
            name = NAMES.get(each["topics"][0][:4].hex()) if each["topics"] else None
            need(name, "an event is of no kind that the contracts have")
            need(len(each["topics"]) == TOPICS.get(name, len(each["topics"])), "an event has not the arguments of one")

    def order(self):
        """All events in order: by place, or without receipts by time, then by book."""
        found = [(each, book, index) for index, (book, events) in enumerate(self.books) for each in events]
        if self.text["receipts"]:
            found.sort(key=lambda one: (one[0]["block"], one[0]["position"]))
        else:
            found.sort(key=lambda one: (one[0]["time"], one[2]))
        self.events = [(each, book) for each, book, _ in found]

    def named(self, contract, name):
        """Events of a name, book by book."""
        books = [(book, events) for book, events in self.books if book["contract"] == contract]
        return [(each, book) for book, events in books for each in events if NAMES[each["topics"][0][:4].hex()] == name]

    def documents(self):
        text = self.text
        self.ids = [document_id(text, each) for each in text["documents"]]
        opened = [each["topics"][1] for each, _ in self.named("Agreement", "Opened")]
        amended = [each["topics"][2] for each, _ in self.named("Agreement", "Amended")]
        need(len(opened) == 1 and self.ids == opened + amended and len(set(self.ids)) == len(self.ids),
             "the documents are not those that the events brought into force on this chain")  # fmt: skip

    def whole(self):
        """The books are all that the documents lead to, in order; the contracts are theirs."""
        text, origin, agreement = self.text, self.ids[0], self.text["agreement"]
        deals = [each["deal"] for each in text["documents"]]
        conditions = [each["annex"]["conditions"] for each in text["documents"]]
        parties = dict.fromkeys(deal[side] for deal in deals for side in ("client", "contractor"))
        expected = [("Agreement", agreement, origin)]
        moved = {}
        for each, book in self.named("SLAOracle", "DocumentReplaced"):
            moved[book["address"], each["data"][32:64]] = each["topics"][3]
        for oracle in dict.fromkeys(each["billing"]["oracle"] for each in conditions):
            services = [word("Service", each["service"]) for each in conditions if each["billing"]["oracle"] == oracle]
            keys = [moved.get((oracle, each), self.key(agreement, origin, each)) for each in services]
            expected += [("SLAOracle", oracle, key) for key in dict.fromkeys(keys) if oracle != NOBODY]
        for equity in dict.fromkeys(each["equity"]["equity"] for each in conditions):
            pairs = [(who, about) for who in parties for about in ((agreement, origin), (NOBODY, ZERO))]
            own = [("WorkerEquity", equity, self.key(*about, raw(who))) for who, about in pairs]
            expected += own if equity != NOBODY else []
        if text["payroll"] is not None:
            expected += [("Payroll", text["payroll"], self.key(agreement, origin, raw(who))) for who in parties]
        for name, contract in (("room", "DataRoom"), ("talent", "TalentRegistry")):
            if text[name] is not None:
                expected.append((contract, text[name], self.key(agreement, origin)))
        listed = [(each["contract"], each["address"], raw(each["key"])) for each in text["books"]]
        need(listed == expected, "the books are not all those of the documents, in order")
        addresses = list(dict.fromkeys(address for _, address, _ in listed))
        need([each["address"] for each in text["contracts"]] == addresses, "the contracts are not those of the books")
        for each in text["contracts"]:
            if each["create2"]:
                seed = b"\xff" + PROXY + raw(each["create2"]["salt"]) + raw(each["create2"]["initCodeHash"])
                need(keccak(seed)[12:] == raw(each["address"]), "an address is not that of the init code named for it")

    @staticmethod
    def key(agreement, origin, *who):
        return keccak(raw(agreement).rjust(32, b"\0") + origin + b"".join(each.rjust(32, b"\0") for each in who))

    def extras(self):
        """Reports and revealed files; agreement files are not read here."""
        text = self.text
        at = {"PeriodReported": 1, "PeriodPending": 1, "PeriodContested": 0}  # the word of the data that names a report
        names = [(each, NAMES[each["topics"][0][:4].hex()]) for book, events in self.books for each in events
                 if book["contract"] == "SLAOracle"]  # fmt: skip
        named = dict.fromkeys(each["data"][at[name] * 32 :][:32] for each, name in names if name in at)
        if text["reports"] is not None:
            need(len(text["reports"]) == len(named), "the reports are not as many as events name")
            for digest, report in zip(named, text["reports"], strict=True):
                if report is not None:
                    fits("Report", report, "a report")
                    need(word("Report", report) == digest, "a report is not the one that its event names")
        need(text["papers"] is None or len(text["papers"]) == len(self.ids), "the papers are not as many as documents")
        sealed = {each["data"][:32] for name in ("Submitted", "Rejected", "Disputed") for each, _ in
                  self.named("Agreement", name)}  # fmt: skip
        hashes = [keccak(raw(each["salt"]) + sha256(raw(each["content"])).digest()) for each in text["revealed"]]
        need(hashes == sorted(set(hashes)) and set(hashes) <= sealed, "a file has not the hash that an event has")

    # What it says

    def facts(self):
        """The same JSON as `ape run audit verify --json`, without what only the release's own code can tell."""
        text, head = self.text, self.head
        loose = [each.number for each in self.headers if each.number not in self.tied]
        unproved = sum(each["block"] in loose for each, _ in self.events) if text["receipts"] else 0
        return {
            "agreement": shown(text["agreement"]),
            "block": {"hash": "0x" + head.hash.hex(), "number": head.number, "timestamp": head.time},
            "books": [
                {
                    "address": shown(book["address"]), "contract": book["contract"], "events": len(events),
                    "key": book["key"], "word": "0x" + expected.hex(),
                }
                for (book, events), expected in zip(self.books, self.expected, strict=True)
            ],
            "chain": text["chain"],
            "documents": ["0x" + each.hex() for each in self.ids],
            "events": len(self.events),
            "origin": "0x" + self.ids[0].hex(),
            "proves": list(self.proves(unproved)),
            "receipts": text["receipts"],
            "restsOn": list(self.rests(loose, unproved)),
            "untied": loose,
        }  # fmt: skip

    def proves(self, unproved):
        text, count = self.text, len(self.events)
        what = f"{count} events of {len(self.books)} books; none is left out, added, moved or edited"
        yield f"inclusion, completeness and order: {what}, and each contract emitted its own"
        yield "time: when each of them happened"
        for each in self.ids:
            yield f"authorship: document 0x{each.hex()} came into force, as the contract checked both parties' consent"
        if text["reports"] is not None:
            given = sum(each is not None for each in text["reports"])
            yield f"service levels: {given} of {len(text['reports'])} reports that events name, word for word"
        if text["revealed"]:
            yield f"files: {len(text['revealed'])} that the chain has the salted hash of"
        if text["papers"] is not None:
            yield "agreement files: there are some, which this program does not read"
        if text["receipts"] and count > unproved:
            yield f"block, transaction and sender of {count - unproved} events, and their order"

    def rests(self, loose, unproved):
        text = self.text
        yield f"the block hash 0x{self.head.hash.hex()}: take it from a source that you trust"
        names = {each["address"]: each["contract"] for each in text["books"]}
        for each in text["contracts"]:
            name, code = f"{names[each['address']]} {shown(each['address'])}", self.codes[raw(each["address"])]
            if code is None:
                yield f"{name}: there is no contract"
            elif each["create2"] is None:
                yield f"{name}: nothing shows what its code is; its hash is 0x{code.hex()}"
            else:
                yield f"{name}: its address is that of init code {each['create2']['initCodeHash']} by CREATE2"
        for name, about in NAMED.items():
            if text[name] is None:
                yield f"{name}: no contract is named, so nothing is said of {about}"
            else:
                yield f"{name}: {shown(text[name])}, which whoever exported the bundle named"
        if loose:
            what = f"nothing ties the headers of blocks {ranges(loose)} to that hash"
            yield (
                f"block, transaction and sender of {unproved} events: {what}. Give their hashes too (--block-hash), "
                "and export once a day"
            )

    def lines(self):
        facts = self.facts()
        block, when = facts["block"], datetime.fromtimestamp(self.head.time, UTC).strftime("%Y-%m-%d %H:%M:%S")
        where = f"{facts['agreement']} on chain {facts['chain']} at block {block['number']}, {when} UTC"
        yield f"Agreement {facts['origin']} of {where}."
        yield f"If {block['hash']} is the hash of that block, this is proved:"
        yield from (f"- {each}" for each in facts["proves"])
        yield "It rests on:"
        yield from (f"- {each}" for each in facts["restsOn"])
        for each, book in self.events:
            moment = datetime.fromtimestamp(each["time"], UTC).strftime("%Y-%m-%d %H:%M:%S")
            place = ""
            if "block" in each:
                place = f" block {each['block']} 0x{each['transaction'].hex()} by {shown(each['sender'])}"
            words = " ".join("0x" + topic.hex() for topic in each["topics"][1:])
            name = NAMES[each["topics"][0][:4].hex()]
            yield f"{moment}{place} {book['contract']} {name} {words} 0x{each['data'].hex()}"


def main(arguments):
    if len(arguments) < 2 or any(not re.fullmatch("0x[0-9a-fA-F]{64}", each) for each in arguments[1:]):
        sys.stderr.write(__doc__)
        return 2
    try:
        with open(arguments[0], "rb") as file:
            bundle = Bundle(file.read(), [raw(each) for each in arguments[1:]])
    except (Refused, OSError) as error:
        sys.stderr.write(f"Refused: {error}.\n")
        return 1
    sys.stdout.writelines(line + "\n" for line in bundle.lines())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
