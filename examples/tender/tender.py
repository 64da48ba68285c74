"""A request, five bidders and an acceptance, as commands of people who trust nothing but what they can check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from careless import sealed
from people import BIDDERS, Done, Failed, People

from workpact.chain import clock
from workpact.market.paper import Paper
from workpact.market.place import Place, market_place
from workpact.market.request import Request
from workpact.terms import AgreementDocument, Names, loads
from workpact.terms.contents import write_yaml

FILES = Path(__file__).parent
POSTED, AFTER_DEADLINE, AFTER_REVEAL = (int(datetime(2026, 4, day, 9, tzinfo=UTC).timestamp()) for day in (8, 21, 25))
OFFERS: Mapping[str, Mapping[str, str]] = {
    "lumen": {"takeover": "5,500", "archive": "8,500", "rate": "1.40", "target": "0.97"},
    "cutrate": {"takeover": "3,000", "archive": "5,000", "rate": "1.00", "target": "0.95"},
    "mirror": {"takeover": "4,500", "archive": "7,000", "rate": "1.20", "target": "0.98"},
    "tardy": {"takeover": "4,000", "archive": "6,000", "rate": "1.10", "target": "0.97"},
}
"""What each offers: USDC for the milestones and a letter, and the share of letters by the next day."""

PROFILED = ("lumen", "cutrate", "mirror")


@dataclass(frozen=True)
class Step:
    """What happened, in plain words; the transaction that made it happen, None where nothing was sent."""

    moment: int
    text: str
    transaction: str | None

    @property
    def day(self) -> str:
        """The date on chain, UTC."""
        return datetime.fromtimestamp(self.moment, UTC).date().isoformat()


class TenderStory:
    """The tender; all of it happens in commands but what careless software does."""

    def __init__(self, people: People, tell: Callable[[Step], None]) -> None:
        self.people = people
        self.tell = tell
        self.place: Place = market_place(people.market)
        self.agreement_file = people.home("asker") / "agreement.yaml"
        self.refused: dict[str, str] = {}

    def play(self) -> None:
        """From the request to the opened, funded agreement."""
        clock.move_to(POSTED)
        self._prepare()
        self.request = self._post()
        late = self._seal()
        clock.move_to(AFTER_DEADLINE)
        self._open(late)
        clock.move_to(AFTER_REVEAL)
        self._accept()

    def _prepare(self) -> None:
        """What nobody needs a second time: a key for what bidders send, profiles of those who have one."""
        self._ran("asker", "room", "key")
        for role in PROFILED:
            self._file(role, "profile.yaml").write_text((FILES / "profile.yaml").read_text().replace("NAME", role))
        profiles = {
            role: self._as(role, "market", "profile", str(self._file(role, "profile.yaml"))) for role in PROFILED
        }
        for done in self.people.run_all(profiles).values():
            done.value()
        self._say("The asker has a room key, three providers have profiles.")

    def _post(self) -> Request:
        names = [f"{role}={self.people[role].address}" for role in ("known", "arbiter")]
        names.append(f"client={self.people['asker'].address}")
        wallets = [part for name in names for part in ("--wallet", name)]
        posted = self._ran(
            "asker", "market", "post", str(FILES / "request.yaml"), *wallets, "--token", self.people.token.address
        )
        request = Request.of(self.place.paper("request", self.people["asker"].address.lower(), posted["request"]))
        self._say(f"The asker posts the request {request.id[:14]}…; nothing is sent to the chain.")
        return request

    def _seal(self) -> Paper:
        """Each fills in the request's file and seals its bid, all at once; one has other milestones than asked."""
        id_ = self.request.id
        everyone = tuple(BIDDERS)
        new = {role: self._as(role, "market", "bid", id_, "--new", str(self._file(role))) for role in everyone}
        for done in self.people.run_all(new).values():
            done.value()
        for role, offer in OFFERS.items():
            self._fill(role, offer)
        self._fill("offbeat", OFFERS["lumen"], milestones=1)
        in_time = [role for role in everyone if role != "tardy"]
        done = self.people.run_all(
            {role: self._as(role, "market", "bid", id_, str(self._file(role))) for role in in_time}
        )
        self._refuse("offbeat", done.pop("offbeat"))
        for each in done.values():
            each.value()
        self._say(f"{', '.join(done)} seal their bids: one hash each is all that anybody sees.")
        return sealed(self.place, self.request, self._document("offbeat"), self.people["offbeat"])

    def _open(self, other: Paper) -> None:
        """The asker's roll, then the bids, as far as it has them; one comes too late."""
        id_ = self.request.id
        self._refuse(
            "tardy", self.people.run("tardy", *self._as("tardy", "market", "bid", id_, str(self._file("tardy"))))
        )
        roll = self.people.run("asker", "market", "bids", id_, "--account", "asker", "--yes").value()
        self._say(f"The asker lays down its roll: {len(roll['bids'])} sealed bids count. There can be no other.")
        late = sealed(self.place, self.request, self._document("tardy"), self.people["tardy"])
        honest = [role for role in OFFERS if role != "tardy"]
        opened = {role: self._as(role, "market", "bid", id_, "--open") for role in honest}
        self.seen_before = len(self.place.papers("bid", id_))
        for done in self.people.run_all(opened).values():
            done.value()
        for paper in (other, late):
            self.place.lay(paper)
        self._say("All bids are opened: the agreements their bidders have signed.")

    def _accept(self) -> None:
        """The ranking, by anyone; then one transaction."""
        id_, asker = self.request.id, self.people["asker"]
        self.bids = self.people.run("known", "market", "bids", id_).value()
        evidence = self.people.home("known") / "evidence"
        self.ranking = self.people.run("known", "market", "rank", id_, "--export", str(evidence)).value()
        hashed = ("--block-hash", self.ranking["block"]["hash"])
        self.again = self.people.run("arbiter", "market", "rank", id_, "--from-bundle", str(evidence), *hashed).value()
        best = self.ranking["ranked"][0]
        self._say(f"Anyone ranks them: {self.name_of(best['bidder'])} is first.")
        before, self.balance_before = asker.nonce, self.people.token.balanceOf(asker)
        self.accepted = self._ran("asker", "market", "accept", id_, best["bid"], "--output", str(self.agreement_file))
        self.sent = asker.nonce - before
        self._say("The asker accepts: the agreement is open and funded.", self.accepted["transaction"])

    def name_of(self, address: str) -> str:
        """A person's name, by its address."""
        return next(role for role in BIDDERS if self.people[role].address == address)

    def _as(self, role: str, *arguments: str) -> tuple[str, ...]:
        return (*arguments, "--account", role, "--yes", "--confirmations", "0")

    def _ran(self, role: str, *arguments: str) -> Any:
        return self.people.run(role, *self._as(role, *arguments)).value()

    def _refuse(self, role: str, done: Done) -> None:
        if done.code == 0:
            raise Failed(f"{role} was to be refused: ape run {' '.join(done.arguments)}")
        said = " ".join(line.removeprefix("ERROR:").strip() for line in done.err.strip().splitlines()[-1:])
        self.refused[role] = said
        self._say(f"{role} is refused: {said}")

    def _file(self, role: str, name: str = "bid.yaml") -> Path:
        return self.people.home(role) / name

    def _fill(self, role: str, offer: Mapping[str, str], milestones: int | None = None) -> None:
        """What a person would type into the file."""
        plain = self._document(role).plain()
        spec = plain[0]["spec"]
        who = {"legalName": role.title(), "registerNumber": "7", "country": "Portugal", "noticeAddress": "Rua 1, Porto"}
        spec["parties"]["contractor"] |= who | {"signatory": {"name": "A Director", "title": "Director"}}
        for milestone in spec["milestones"]:
            milestone["amount"] = f"{offer[milestone['name']]} USDC"
        spec["milestones"] = spec["milestones"][:milestones]
        spec["billing"]["prices"][0]["rate"] = f"{offer['rate']} USDC"
        self._set_target(plain, offer["target"])
        amounts = [int(each["amount"].split()[0].replace(",", "")) for each in spec["milestones"]]
        spec["total"] = f"{sum(amounts) + 18_000:,} USDC"
        self._file(role).write_text(write_yaml(plain))

    def _set_target(self, plain: list[dict[str, Any]], target: str) -> None:
        (objectives,) = (each for each in plain if each["kind"] == "SLO")
        objectives["spec"]["objectives"][0]["target"] = target
        (credits,) = (each for each in plain if each["kind"] == "ServiceCredit")
        credits["spec"]["levels"][0]["bands"][0]["below"] = f"{target.removeprefix('0.')} %"

    def _document(self, role: str) -> AgreementDocument:
        return loads(self._file(role).read_text(), Names(token=self.people.token.address), file=f"{role}'s file")

    def _say(self, text: str, transaction: str | None = None) -> None:
        self.tell(Step(clock.now(), text, transaction))
