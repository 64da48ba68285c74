"""A life of the whole product with keys that are searched for: no secret shows anywhere (SPEC 17.10)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from eth_abi import encode
from eth_utils import keccak

from tests.agent.pair import DAY, HEADER, UNIT
from tests.anvil import anvil, ask
from tests.chain.fault_proxy import Fault
from tests.scripts import crew
from tests.scripts.canaries import KEY, hits
from tests.scripts.overheard import Listening, Overheard
from tests.scripts.rehearsal import SEPOLIA
from tests.scripts.stage import Stage
from tests.sdk import paper
from tests.support import free_port
from tests.web.relaying import settled, started
from workpact.data_room.errors import NotForYou
from workpact.data_room.keys import EncryptionKey, Keystore
from workpact.data_room.wraps import VersionId, unwrap
from workpact.private_file import MAGIC
from workpact.web.relayer_calls import method

ROOM_PHRASE = "Canary of the room: nine grey herons/58"
WRONG = "Canary-wrong-one/17"
MNEMONIC = "canary " * 11 + "herons"
DIGITS = KEY.hex()
WORKERS = (1, 2)
PLACES = (
    *("stdout", "stderr", "what the node was asked", "ape/", "data/", "deployments/"),
    *("desk.bundle", "exchange/", "place/", "relayer.said"),
)
"""Where something is found: what was said and asked, and folders and files."""


class Life:
    """One user with everybody's keystores, whose node is heard; `folder` is what this user is given or must keep."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.user = Overheard(folder / "user")
        self.user.phrases += [WRONG, ROOM_PHRASE, MNEMONIC]
        self.user.keys.append(KEY)
        self.url = url

    @contextmanager
    def begun(self) -> Iterator[None]:
        with Listening(self.url, self.user) as self.proxy:
            self.stage = Stage(self.user, self.proxy.url)
            self.workers = [self.user.account(f"worker_{n}", worker_key(n), self.url) for n in WORKERS]
            self.place = self.user.folder / "place"
            self.place.mkdir()
            self.roster = self.path("roster.csv")
            yield

    def path(self, name: str) -> str:
        """Of a file that commands write or read."""
        return str(self.user.folder / name)

    def given(self, name: str, *lines: str) -> str:
        """A file that the user was handed."""
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n")
        return str(path)

    def act(self, command: str, *rest: str, account: str | None = None) -> Any:
        """What a command on the agreement's file says, which succeeds."""
        group, name = command.split()
        return self.stage.act(group, name, self.file, *rest, account=account)

    def fails(self, command: str, *rest: str, account: str = "client", **variables: str) -> str:
        """What one says that must fail."""
        before, (group, name) = self.user.environment, command.split()
        self.user.environment = before | variables
        signing = ["--account", account, "--yes", "--confirmations", "0", *self.stage.network]
        done = self.user.run(group, name, self.file, *rest, *signing, fails=True)
        self.user.environment = before
        return done.stderr

    def now(self) -> int:
        return int(ask(self.url, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def at(self, time: int) -> None:
        """Moves the chain's clock."""
        ask(self.url, "evm_setNextBlockTimestamp", time)
        ask(self.url, "evm_mine")


def worker_key(number: int) -> int:
    return int.from_bytes(keccak(text=f"key of worker {number}"))


def agreement(life: Life) -> None:
    """Signed by both, carried with a permit, funded through a node that loses answers and refuses."""
    draft = life.given("draft.yaml", paper.text(life.now(), (crew.LEGAL, crew.SECTION + crew.LEGAL)))
    life.file = life.stage.file("desk.yaml", Path(draft))
    life.stage.mint("client", 10_000 * UNIT)
    client, contractor, permit = (life.path(name) for name in ("client.sig", "contractor.sig", "client.permit"))
    life.act("agreement sign", "--output", contractor, account="contractor")
    life.act("agreement sign", "--output", client, "--permit", permit, account="client")
    carried = ("--signature", contractor, "--signature", client, "--permit", permit)
    assert life.act("agreement open", *carried, account="carrier")["sent"]

    assert "Invalid password" in life.fails("agreement approve", "200 TUSD", APE_ACCOUNTS_client_PASSPHRASE=WRONG)
    life.proxy.plan = ["refuse"]
    assert "fee too low" in life.fails("agreement approve", "200 TUSD")
    life.proxy.plan = ["drop after"]
    assert life.act("agreement approve", "200 TUSD", account="client")["sent"]
    life.proxy.trouble([Fault("500", (), skip=8, times=None)])
    life.fails("agreement fund", "3,200 TUSD")
    life.proxy.trouble()
    assert life.act("agreement fund", "3,200 TUSD", account="client")["sent"]


def room_and_work(life: Life) -> None:
    """Keys of the room, a milestone's file handed over through it, access given, read, renewed."""
    life.user.environment |= {"WORKPACT_ROOM": str(life.place), "WORKPACT_ROOM_PASSPHRASE": ROOM_PHRASE}
    for account in ("client", "contractor", "worker_1"):
        life.stage.act("room", "key", account=account)
    life.act("room seat", account="carrier")
    life.act("payroll setup", account="contractor")
    work = Path(life.path("work.txt"))
    work.write_text("The work itself.\n" * 99)
    handed = life.act("agreement submit", "plan", str(work), account="contractor")
    assert life.act("agreement accept", "plan", account="client")["sent"]
    file = handed["room"]["file"]
    life.act("room get", file, "--out", life.path("got.txt"), "--receipt", account="client")
    assert Path(life.path("got.txt")).read_bytes() == work.read_bytes()
    brief = life.act("room put", str(work), "--name", "brief", account="client")["file"]
    life.act("room grant", brief, "--for", "contractor", account="client")
    life.stage.act("room", "rotate", account="contractor")
    assert life.act("room renew", "--for", "contractor", account="client")["sent"]
    wrong = life.fails("room get", file, "--out", life.path("none"), WORKPACT_ROOM_PASSPHRASE=WRONG)
    assert "the passphrase is wrong" in wrong


def equity_and_payroll(life: Life) -> None:
    """Workers without ETH: an offer accepted, wages paid, one of them by a proof."""
    life.act("equity plan", account="client")
    people = [f"Worker No. {n},{wallet}" for n, wallet in zip(WORKERS, life.workers, strict=True)]
    known = ("--roster", life.roster)
    life.act("equity enrol", "--from", life.given("people.csv", "name,wallet", *people), *known, account="contractor")
    proofs, signed = life.path("grants.proofs.json"), life.path("1.signed.json")
    until = datetime.fromtimestamp(life.now() + 30 * DAY, UTC).date().isoformat()
    grants = life.given("grants.csv", "worker,units", "1,2 tokens", "2,1000000")
    offer = (grants, "--plan", "time", "--offer", "--proofs", proofs, *known, "--until", until)
    life.act("equity grant-batch", *offer, account="contractor")
    life.act("equity sign", proofs, "worker-1", "--output", signed, *known, account="worker_1")
    assert life.act("equity accept", signed, account="carrier")["grants"] == {"1": 1}

    life.act("payroll collect", account="carrier")
    header = "worker,gross,deductions,net"
    march = life.given("march.csv", header, "1,100 TUSD,20 TUSD,80 TUSD", "2,7 TUSD,0,7 TUSD")
    plan, wages = life.path("march.plan.json"), life.path("wages.proofs.json")
    life.act("payroll plan", march, *known, "--out", plan, account="contractor")
    life.proxy.plan = ["drop before"]
    life.act("payroll run", plan, account="contractor")
    assert list(life.act("payroll share", plan, account="contractor")["files"]) == ["1"]
    april = life.given("april.csv", header, "1,100 TUSD,0,100 TUSD", "2,50 TUSD,0,50 TUSD")
    life.act("payroll post", april, *known, "--proofs", wages, account="contractor")
    paid = life.act("payroll claim", wages, "worker-1", *known, account="contractor")["paid"]
    assert paid == {"1": 100 * UNIT}


def service(life: Life) -> None:
    """Both agents, one round each: measured with a shared secret, signed, exchanged, reported, settled."""
    (first, _) = life.act("agreement status")["periods"]
    life.at(first["end"] + DAY + 1)
    day = f"{datetime.fromtimestamp(first['end'] - 9 * DAY, UTC):%Y-%m-%d} 09:00"
    log = life.given("log.csv", HEADER, *(f"C{case},1,{day},{day},{day},yes" for case in range(40)))
    secret = life.folder / "evidence.key"
    measured = ("--data", log, "--secret", str(secret))
    life.user.json("sla", "measure", life.file, *measured, "--period", "first")
    life.user.keys.append(bytes.fromhex(secret.read_text().strip()))
    exchange = Path(life.path("exchange"))
    exchange.mkdir()
    # The agents' data folder has room keys of several: theirs are the contractor's.
    life.user.environment["WORKPACT_ROOM_ACCOUNT"] = life.stage.addresses["contractor"]
    for side, done in (("client", ["sign"]), ("contractor", ["sign", "report", "settle"])):
        watch = ("--side", side, *measured, "--exchange", str(exchange), "--once")
        assert [each["act"] for each in life.act("sla watch", *watch, account=f"{side}-reporter")["sent"]] == done


def relayed(life: Life) -> None:
    """A worker's units claimed through a relayer that pays the gas, and what it refuses."""
    port, said = free_port(), Path(life.path("relayer.said"))
    command = life.user.command("relayer", "--account", "carrier", "--yes", "--port", str(port), *life.stage.network)
    claim = method("WorkerEquity", "claim")
    data = "0x" + (claim.selector + encode(claim.inputs, [[1]])).hex()
    with (
        said.open("wb") as out,
        started(command, port, env=life.user.environment, stdout=out, stderr=out) as process,
        httpx.Client(base_url=process.url) as client,
    ):
        for contract, posted in ((life.stage.contract("WorkerEquity"), "0x" + DIGITS), (DIGITS, data)):
            refused = client.post("/relay", json={"contract": contract, "data": posted})
            assert refused.status_code in (400, 422)
            life.user.hear("an answer of the relayer", refused.content)
        taken = client.post("/relay", json={"contract": life.stage.contract("WorkerEquity"), "data": data}).json()
        (found,) = settled(client, [taken])
        assert found["state"] == "mined", found
        life.user.hear("an answer of the relayer", json.dumps(found).encode() + client.get("/relay").content)
        process.process.terminate()
        process.process.wait()
    life.user.commands += 1
    life.user.look("relayer")


def bundle(life: Life) -> None:
    """The whole record, with all that it can carry, and opened again."""
    packed = life.path("desk.bundle")
    carried = ("--receipts", "--reports", "--papers", "--reveal", life.path("work.txt"))
    made = life.act("audit export", "--output", packed, *carried)
    opened = life.user.json("audit", "verify", packed, "--block-hash", made["block"]["hash"])
    assert opened == {name: value for name, value in made.items() if name not in ("file", "bytes")}


def mistaken(life: Life) -> None:
    """A key, or the words of one, where a name belongs."""
    typed = {
        "agreement fund": ("--account", f"0x{DIGITS}"),
        "agreement accept": ("--account", MNEMONIC),
        "agreement status": ("--wallet", f"client={DIGITS}"),
        "room put": (life.path("work.txt"), "--for", DIGITS),
        "equity claim": (f"0x{DIGITS}",),
        "agreement submit": (f"0x{DIGITS}", life.path("work.txt")),
    }
    for command, arguments in typed.items():
        group, name = command.split()
        life.user.run(group, name, life.file, *arguments, *life.stage.network, fails=True)
    life.user.run("agreement", "status", life.file, "--network", f"ethereum:sepolia:0x{DIGITS}", fails=True)
    life.user.run("room", "key", "--of", f"0x{DIGITS}", *life.stage.network, fails=True)
    people = life.given("mistaken.csv", "name,wallet", f"Worker No. 3,0x{DIGITS}")
    life.fails("equity enrol", "--from", people, "--roster", life.roster, account="contractor")


def keys_of_the_room(life: Life) -> list[bytes]:
    """The readers' own, and those that the contents of the place and of private files are sealed with."""
    store = Keystore(life.user.folder / "data" / "room")
    holders = [life.stage.addresses["client"], life.stage.addresses["contractor"], life.workers[0]]
    own = {
        (each, version): store.open(each, version, ROOM_PHRASE) for each in holders for version in store.versions(each)
    }
    assert len(own) == 4
    found, room = list[bytes](), life.stage.contract("DataRoom")
    for path in life.place.rglob("*.wrap"):
        book, file, version = path.relative_to(life.place).parts[:3]
        place = VersionId(SEPOLIA, room, bytes.fromhex(book), bytes.fromhex(file), int(version))
        found.append(unwrapped(path.read_bytes(), place, own))
    # As docs/private-files.md has them.
    nowhere = VersionId(0, "0x" + 40 * "0", bytes(32), sha256(b"workpact private file").digest(), 1)
    private = [each[len(MAGIC) :] for each in life.user.seen if each.startswith(MAGIC)]
    found += [unwrapped(head[24:104], nowhere, own) for head in private]
    assert len(private) >= 3
    return [*found, *(key.private.private_bytes_raw() for key in own.values())]


def unwrapped(wrap: bytes, place: VersionId, own: dict[tuple[str, int], EncryptionKey]) -> bytes:
    for (reader, version), key in own.items():
        with suppress(NotForYou):
            return unwrap(wrap, key, place, reader, version)
    raise AssertionError(f"nobody opens {place}")


@pytest.mark.threat("T81", "T82")
def test_whole_life__no_secret_in_what_is_said_written_or_sent(tmp_path):
    with anvil("--chain-id", str(SEPOLIA), "--accounts", "0") as url:
        life = Life(tmp_path, url)
        with life.begun():
            for part in (agreement, room_and_work, equity_and_payroll, service, relayed, bundle, mistaken):
                part(life)
    user = life.user
    user.keys += keys_of_the_room(life)

    assert user.leaks() == set()
    # What is no secret is found in each place.
    public = [bytes.fromhex(each[2:]) for each in life.stage.addresses.values()]
    shown = [form for each in public for form in (each, each.hex().encode())]
    found = {where for where, _ in hits(shown, ((where, content) for content, where in user.seen.items()))}
    assert [place for place in PLACES if not any(where.startswith(place) for where in found)] == []
    counted = f"{user.commands} commands, {len(user.seen):,} outputs, requests and contents of files"
    looked = f"{len(user.needles)} spellings of {len(user.keys)} keys and {len(user.phrases)} passphrases"
    row = {
        "property": "no key, passphrase or secret shows in a log, error, journal or bundle, SPEC 17.10",
        "effort": f"{counted}; {looked}",
        "result": "none found",
    }
    with open(os.environ.get("PROVE_ROWS", os.devnull), "a") as rows:
        rows.write(json.dumps(row) + "\n")
