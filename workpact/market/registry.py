"""Which profile of an account counts, as the TalentRegistry says (SPEC.md 15.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workpact.chain import deployments
from workpact.consents import Consent
from workpact.market.errors import MarketError, NotThere
from workpact.market.paper import Paper, id_of
from workpact.market.place import Place
from workpact.market.profile import BadProfile, Profile
from workpact.preflight import NotReady, ask, chain_id, send

NONE = bytes(32)


class NoProfile(MarketError):
    """The account has no profile that counts."""


class ProfileMissing(NotThere):
    """A place does not have the profile that counts."""


class OlderProfile(ProfileMissing):
    """A place has profiles of the account, and not the one that counts: older ones, or ones that never counted."""


class WrongProfileVersion(NotReady):
    """A profile is not the next one of its account. Nothing was sent."""


@dataclass(frozen=True)
class Counted:
    """The profile of an account that counts: SHA-256 of its paper, zero for none; `version` counts from 1."""

    account: str
    version: int
    content: bytes

    def __bool__(self) -> bool:
        return self.content != NONE

    @property
    def id(self) -> str:
        """The paper's id."""
        return id_of(self.content)


class Profiles:
    """The profiles of a TalentRegistry on the connected chain."""

    def __init__(self, contract: Any) -> None:
        self.contract = contract

    @classmethod
    def deployed(cls) -> Profiles:
        """Of the one that is recorded for the chain."""
        return cls(deployments.contract("TalentRegistry"))

    def __repr__(self) -> str:
        return f"<Profiles {self.contract.address}>"

    def counted(self, account: str) -> Counted:
        """What counts; falsy if the account has none."""
        found = ask(self.contract.profileOf, account)
        return Counted(account, int(found.version), bytes(found.content))

    def of(self, account: str, place: Place) -> Profile:
        """The profile that counts, from a place.

        Raises `NoProfile`, `ProfileMissing` or `OlderProfile`, `BadProfile`, and what `Place.paper` raises.
        """
        counted = self.counted(account)
        if not counted:
            raise NoProfile(f"{account} has no profile{' any more' if counted.version else ''}.")
        try:
            profile = Profile.of(place.paper("profile", account.lower(), counted.id))
        except NotThere:
            others = place.papers("profile", account.lower())
            if others:
                raise OlderProfile(
                    f"{place.address} has {len(others)} profiles of {account}, and not version {counted.version}, "
                    f"{counted.id}, the one that counts: ask {account} to lay that down, or take another place."
                ) from None
            raise ProfileMissing(
                f"{place.address} does not have the profile of {account}, {counted.id}: ask it to lay that down there, "
                "or take another place."
            ) from None
        self.require_own(profile.paper)
        return profile

    def require_own(self, paper: Paper) -> None:
        """The paper is for this chain and registry; raises `BadProfile`."""
        if (paper.chain_id, paper.registry) != (chain_id(), self.contract.address):
            raise BadProfile(
                f"The profile {paper.id} was signed for chain {paper.chain_id} and the registry {paper.registry}, not "
                f"for {self.contract.address} on chain {chain_id()}: sign it anew."
            )

    def consent(self, account: str, version: int, content: bytes) -> Consent:
        """What the account signs so that anyone can say for it which profile counts."""
        return Consent("Profile", self.contract, account, account=account, version=version, content=content)

    def set(self, account: str, version: int, content: bytes, *, signature: bytes = b"", sender: Any) -> Any:
        """Says which profile counts; the account itself, or anyone with its signature.

        Raises `WrongProfileVersion`, `SignatureMissing`, `ForeignSignature` before anything is sent.
        """
        counted = self.counted(account)
        if version != counted.version + 1:
            raise WrongProfileVersion(
                f"{account} has version {counted.version} of its profile: the next is {counted.version + 1}, not "
                f"{version}. Look at what counts, and sign anew."
            )
        self.consent(account, version, content).require(signature, sender)
        return send(self.contract.setProfile, account, version, content, signature, sender=sender)
