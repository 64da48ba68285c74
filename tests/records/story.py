"""Worker equity acted out without a chain: emits the events that SPEC.md §9 asks for, with figures of its own.

It keeps state as the contract does (SPEC.md 9.2 to 9.12), by nothing but whole numbers; what is rebuilt from its events
is compared with this state.
"""

from __future__ import annotations

from typing import Any

from workpact.records.events import Record

NOBODY = "0x" + 40 * "0"
EQUITY = "0x" + 40 * "e"
ISSUER, MANAGER, TOKEN, CURRENCY = (f"0x{number:040x}" for number in (0x11, 0x22, 0x33, 0x44))
AGREEMENT, ORIGIN = f"0x{0x55:040x}", bytes(range(32))
BOOK, ROSTER = b"\x01" * 32, b"\x02" * 32
NEVER = 2**32 - 1
PPM = 1_000_000


def wallet_of(worker: int) -> str:
    """The first wallet of a worker."""
    return f"0x{0xA0000 + worker:040x}"


class Story:
    """One manager, any number of pools and plans. `now` is the clock; `pass_` makes the next block."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.block = 1
        self.position = 0
        self.records: list[Record] = []
        self.pools: dict[int, dict[str, Any]] = {}
        self.plans: dict[int, dict[str, Any]] = {}
        self.grants: dict[int, dict[str, Any]] = {}
        self.offers: dict[tuple[int, int], dict[str, Any]] = {}
        self.wallets: dict[int, str] = {}
        self.paid: dict[tuple[int, int], int] = {}
        self.owed: dict[tuple[int, int], int] = {}
        self.numbers = 0
        self.workers = 0
        self._emit("TokenCreated", book=ROSTER, issuer=ISSUER, token=TOKEN)

    def pass_(self, seconds: int) -> None:
        """Time passes; the next act is in another block."""
        self.now += seconds
        self.block += 1
        self.position = 0

    def _emit(self, name: str, **arguments: Any) -> None:
        transaction = f"0x{self.block:064x}"
        self.records.append(Record(name, arguments, EQUITY, self.block, self.now, transaction, self.position))
        self.position += 1

    # Issuer

    def open_pool(self, units: int, currency: str = CURRENCY) -> int:
        pool = len(self.pools) + 1
        self.pools[pool] = {
            "units": units, "granted": 0, "forfeited": 0, "shares": 0, "earned": [0], "rest": 0, "in": 0,
        }  # fmt: skip
        self._emit(
            "PoolOpened", book=BOOK, pool=pool, issuer=ISSUER, token=TOKEN, manager=MANAGER, units=units,
            agreement=AGREEMENT, origin=ORIGIN, currency=currency,
        )  # fmt: skip
        return pool

    def raise_pool(self, pool: int, units: int) -> None:
        self.pools[pool]["units"] = units
        self._emit("PoolRaised", book=BOOK, pool=pool, units=units)

    def create_plan(self, pool: int, **given: Any) -> int:
        plan = len(self.plans) + 1
        terms = {
            "start": self.now, "cliff": 0, "duration": 0, "step": 1, "gate": 0, "milestones": 0, "periods": 0,
            "oracle": NOBODY, "document": bytes(32), "notice": 0, "mostLeave": 0, "leaver": 0,
        } | given  # fmt: skip
        if terms["periods"]:
            terms |= {"oracle": f"0x{0x66:040x}", "document": ORIGIN}
        self.plans[plan] = terms | {"pool": pool, "accepted": 0, "met": 0, "accelerated": 0, "offers": 0}
        self._emit("PlanCreated", book=BOOK, pool=pool, plan=plan, terms=terms)
        return plan

    # Manager

    def enrol(self, count: int) -> int:
        first = self.workers + 1
        self.workers += count
        wallets = [wallet_of(worker) for worker in range(first, first + count)]
        self.wallets |= dict(enumerate(wallets, first))
        self._emit("Enrolled", book=ROSTER, manager=MANAGER, first=first, wallets=wallets)
        return first

    def reserve(self, count: int) -> int:
        first = self.workers + 1
        self.workers += count
        self._emit("Reserved", book=ROSTER, manager=MANAGER, first=first, count=count)
        return first

    def rotate(self, worker: int, wallet: str) -> None:
        previous = self.wallets.get(worker, NOBODY)
        self.wallets[worker] = wallet
        self._emit("WalletSet", book=ROSTER, manager=MANAGER, worker=worker, previous=previous, wallet=wallet)

    def grant(self, plan: int, *lines: tuple[int, int]) -> int:
        pool = self.pools[self.plans[plan]["pool"]]
        first = self.numbers + 1
        self.numbers += len(lines)
        for number, (worker, units) in enumerate(lines, first):
            self.grants[number] = _grant(plan, worker, units, len(pool["earned"]) - 1)
            self._set_aside(pool, units)
        self._emit(
            "Granted", book=BOOK, pool=self.plans[plan]["pool"], plan=plan, first=first,
            lines=[{"worker": worker, "units": units} for worker, units in lines],
        )  # fmt: skip
        return first

    def offer(self, plan: int, units: int, count: int, opens: int, until: int) -> int:
        self.plans[plan]["offers"] += 1
        number, pool_id = self.plans[plan]["offers"], self.plans[plan]["pool"]
        pool = self.pools[pool_id]
        made = {
            "plan": plan, "number": number, "book": BOOK, "manager": MANAGER, "roster": 1, "root": b"\x07" * 32,
            "units": units, "first": self.numbers + 1, "count": count, "from": opens, "until": until,
            "round": len(pool["earned"]) - 1,
        }  # fmt: skip
        self.numbers += count
        self.offers[(plan, number)] = made | {"pool": pool_id, "left": units}
        self._set_aside(pool, units)
        self._emit("Offered", book=BOOK, pool=pool_id, plan=plan, offer=made)
        return number

    def accept(self, plan: int, number: int, index: int, worker: int, units: int) -> int:
        offer = self.offers[(plan, number)]
        grant = offer["first"] + index
        if worker not in self.wallets:
            self.rotate(worker, wallet_of(worker))
        offer["left"] -= units
        self.grants[grant] = _grant(plan, worker, units, offer["round"])
        self._emit("GrantAccepted", book=BOOK, plan=plan, grant=grant, number=number, worker=worker, units=units)
        return grant

    def close(self, plan: int, number: int) -> None:
        offer = self.offers[(plan, number)]
        pool, left = self.pools[offer["pool"]], offer["left"]
        pool["forfeited"] += left
        pool["shares"] -= left
        pool["rest"] += left * (pool["earned"][-1] - pool["earned"][offer["round"]])
        offer["left"] = 0
        self._emit("OfferClosed", book=BOOK, pool=offer["pool"], plan=plan, number=number, returned=left)

    def accelerate(self, grant: int, ppm: int) -> None:
        self.grants[grant]["accelerated"] = ppm
        self._emit("GrantAccelerated", book=BOOK, pool=self._pool(grant), grant=grant, acceleration=ppm)

    def leave(self, grant: int) -> None:
        self.grants[grant]["since"] = self.now
        self._emit("LeaveBegan", book=BOOK, pool=self._pool(grant), grant=grant)

    def come_back(self, grant: int) -> None:
        held = self.grants[grant]
        held["away"], held["since"] = self._away(held, self._clock(held)), 0
        self._emit("LeaveEnded", book=BOOK, pool=self._pool(grant), grant=grant, away=held["away"])

    def end(self, grant: int, reason: int) -> None:
        held = self.grants[grant]
        notice = self.plans[held["plan"]]["notice"]
        held["ends"], held["reason"] = self.now + notice, reason
        pool = self._pool(grant)
        self._emit("EndAnnounced", book=BOOK, pool=pool, grant=grant, reason=reason, endsAt=held["ends"])
        if notice == 0:
            self.finish(grant)

    def keep(self, grant: int) -> None:
        self.grants[grant]["ends"] = 0
        self._emit("EndWithdrawn", book=BOOK, pool=self._pool(grant), grant=grant)

    def finish(self, grant: int) -> None:
        held, number = self.grants[grant], self._pool(grant)
        pool = self.pools[number]
        vested, revenue = self.vested(grant), self.pending(grant)
        forfeited = held["units"] - vested
        held |= {"ended": True, "round": len(pool["earned"]) - 1, "given": held["units"], "units": vested}
        pool["forfeited"] += forfeited
        pool["shares"] -= forfeited
        key = number, held["worker"]
        self.owed[key] = self.owed.get(key, 0) + revenue
        self._emit(
            "GrantEnded", book=BOOK, pool=number, grant=grant, reason=held["reason"], endsAt=held["ends"],
            vested=vested, forfeited=forfeited, revenue=revenue,
        )  # fmt: skip

    # Anyone

    def raise_gate(self, plan: int, accepted: int, met: int = 0) -> None:
        self.plans[plan] |= {"accepted": accepted, "met": met}
        self._emit("GateRaised", book=BOOK, pool=self.plans[plan]["pool"], plan=plan, accepted=accepted, met=met)

    def apply_leaver(self, plan: int) -> None:
        held = self.plans[plan]
        held["accelerated"] = held["leaver"]
        self._emit("LeaverRuleApplied", book=BOOK, pool=held["pool"], plan=plan, acceleration=held["leaver"])

    def claim(self, grant: int, refused: bool = False) -> tuple[int, int]:
        held, number = self.grants[grant], self._pool(grant)
        units, revenue = self.vested(grant) - held["claimed"], self.pending(grant)
        wallet = self.wallets.get(held["worker"])
        if units + revenue == 0 or wallet is None:
            return 0, 0
        held["claimed"] += units
        if revenue:
            held["round"] = len(self.pools[number]["earned"]) - 1
        worker, key = held["worker"], (number, held["worker"])
        self._emit(
            "Claimed", book=BOOK, pool=number, grant=grant, worker=worker, wallet=wallet, units=units, revenue=revenue
        )
        if revenue and refused:
            self.owed[key] = self.owed.get(key, 0) + revenue
            self._emit("Booked", book=BOOK, pool=number, worker=worker, amount=revenue)
        else:
            self.paid[key] = self.paid.get(key, 0) + revenue
        return units, revenue

    def withdraw(self, pool: int, worker: int) -> int:
        amount = self.owed.pop((pool, worker), 0)
        if amount:
            self.paid[(pool, worker)] = self.paid.get((pool, worker), 0) + amount
            wallet = self.wallets[worker]
            self._emit("RevenueWithdrawn", book=BOOK, pool=pool, worker=worker, wallet=wallet, amount=amount)
        return amount

    def distribute(self, pool: int, amount: int) -> None:
        held = self.pools[pool]
        scaled = amount * 2**64 + held["rest"]
        held["earned"].append(held["earned"][-1] + scaled // held["shares"])
        held["rest"] = scaled % held["shares"]
        held["in"] += amount
        self._emit(
            "Distributed", book=BOOK, pool=pool, by=ISSUER, round=len(held["earned"]) - 1, amount=amount,
            shares=held["shares"],
        )  # fmt: skip

    # Figures

    def vested(self, grant: int) -> int:
        """By the words of 9.2, 9.3 and 9.8, as the contract keeps state."""
        held = self.grants[grant]
        if held["ended"]:
            return int(held["units"])
        plan, now = self.plans[held["plan"]], self._clock(held)
        now -= self._away(held, now)
        seconds = 0
        if now >= plan["start"] + plan["cliff"]:
            seconds = min(plan["duration"], (now - plan["start"]) // plan["step"] * plan["step"])
        part, whole = seconds, plan["duration"]
        size = plan["milestones"].bit_count() + plan["periods"].bit_count()
        reached = plan["accepted"] + plan["met"]
        if plan["gate"] == 3:
            part, whole = part * reached, whole * size
        elif plan["gate"]:
            pick = min if plan["gate"] == 1 else max
            part, whole = pick(part * size, reached * whole), whole * size
        extra = max(held["accelerated"], plan["accelerated"])
        return int(held["units"] * (part * PPM + (whole - part) * extra) // (whole * PPM))

    def pending(self, grant: int) -> int:
        held, earned = self.grants[grant], self.pools[self._pool(grant)]["earned"]
        return int(held["units"] * (earned[-1] - earned[held["round"]]) // 2**64)

    def _clock(self, held: dict[str, Any]) -> int:
        return min(self.now, held["ends"]) if held["ends"] else self.now

    def _away(self, held: dict[str, Any], now: int) -> int:
        plan = self.plans[held["plan"]]
        since = max(held["since"], plan["start"])
        if not held["since"] or now <= since:
            return int(held["away"])
        return int(min(held["away"] + now - since, plan["mostLeave"]))

    def _pool(self, grant: int) -> int:
        return int(self.plans[self.grants[grant]["plan"]]["pool"])

    @staticmethod
    def _set_aside(pool: dict[str, Any], units: int) -> None:
        pool["granted"] += units
        pool["shares"] += units


def _grant(plan: int, worker: int, units: int, round_: int) -> dict[str, Any]:
    return {
        "plan": plan, "worker": worker, "units": units, "round": round_, "claimed": 0, "since": 0, "away": 0,
        "ends": 0, "reason": 0, "accelerated": 0, "ended": False,
    }  # fmt: skip
