"""What scripts ask of an agreement: what a call would do (POST …/simulate), and the typed data in force."""

from __future__ import annotations

from typing import Annotated, Any

from eth_utils.address import is_address, to_checksum_address
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.concurrency import run_in_threadpool

from workpact.terms import eip712
from workpact.web.pages.agreement import word
from workpact.web.simulation import Call, ForeignTarget, NotTried, Simulation
from workpact.web.site import Site

MOST = 64 * 1024
"""Bytes of a request."""


def _address(written: str) -> str:
    if not is_address(written) or not written.startswith("0x"):
        raise ValueError("Write an address: 0x and 40 hex digits.")
    return to_checksum_address(written)


Address = Annotated[str, AfterValidator(_address)]
Data = Annotated[str, StringConstraints(pattern=r"^0x([0-9a-fA-F]{2})*$")]


class Asked(BaseModel):
    """A call; addresses and bytes as hex."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contract: Address
    data: Data

    @property
    def call(self) -> Call:
        """To be played."""
        return Call(self.contract, bytes.fromhex(self.data[2:]))


class Question(Asked):
    """What a sender's call would do, after others of the same sender."""

    sender: Address = Field(alias="from")
    before: tuple[Asked, ...] = Field(default=(), max_length=4)


def router(site: Site) -> APIRouter:
    """Both addresses."""
    made = APIRouter()

    @made.post("/agreement/{origin}/simulate")
    async def simulate(origin: str, request: Request) -> JSONResponse:
        try:
            question = Question.model_validate_json(await _body(request))
        except ValidationError as error:
            first = error.errors()[0]
            return _refusal(400, f"{'.'.join(map(str, first['loc'])) or 'The request'}: {first['msg']}.")
        try:
            return JSONResponse(await run_in_threadpool(_simulated, site, word(origin), question))
        except (ForeignTarget, NotTried) as error:
            return _refusal(422, str(error))

    @made.get("/agreement/{origin}/document.json")
    def document(origin: str) -> JSONResponse:
        subject = (snapshot := site.follower.snapshot(word(origin))).history.subject
        domain = eip712.domain(eip712.AGREEMENT_DOMAIN, subject.chain_id, subject.agreement)
        return JSONResponse(eip712.typed_data("Agreement", snapshot.message, domain))

    return made


def _simulated(site: Site, origin: bytes, question: Question) -> dict[str, Any]:
    snapshot, follower = site.follower.snapshot(origin), site.follower
    played = Simulation(follower.node, snapshot, follower.index.deployed.contracts)
    return played.of(question.sender, [*(each.call for each in question.before), question.call])


async def _body(request: Request) -> bytes:
    """What was posted. Answers 413 to more than is taken."""
    found = b""
    async for part in request.stream():
        found += part
        if len(found) > MOST:
            raise HTTPException(413, f"A call to try has at most {MOST:,} bytes here.")
    return found


def _refusal(status: int, words: str) -> JSONResponse:
    return JSONResponse({"error": words}, status)
