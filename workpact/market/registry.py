"""Which profile of an account counts, as the TalentRegistry says (SPEC.md 15.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workpact.chain import deployments
from workpact.market.errors import MarketError, NotThere
from workpact.market.paper import TYPES, Paper, id_of
from workpact.market.place import Place
from workpact.market.profile import BadProfile, Profile
from workpact.preflight import ForeignSignature, NotReady, SignatureMissing, address_of, ask, chain_id, send
from workpact.signing import digest, is_signed, recovered, sign

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

    def typed_data(self, account: str, version: int, content: bytes) -> dict[str, Any]:
        """What the account signs so that anyone can say for it which profile counts."""
        members = (("account", "address"), ("version", "uint256"), ("content", "bytes32"))
        return {
            "types": {
                "EIP712Domain": TYPES["EIP712Domain"],
                "Profile": [{"name": name, "type": of} for name, of in members],
            },
            "primaryType": "Profile",
            "domain": {
                "name": "Workpact Market",
                "version": "1",
                "chainId": chain_id(),
                "verifyingContract": self.contract.address,
            },
            "message": {"account": account, "version": version, "content": content},
        }

    def sign(self, signer: Any, version: int, content: bytes) -> bytes:
        """An account's signature for whoever carries it. Raises `NotSigned`."""
        return sign(signer, self.typed_data(str(signer.address), version, content))

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
        if address_of(sender) != account:
            self._require(account, version, content, signature)
        return send(self.contract.setProfile, account, version, content, signature, sender=sender)

    def _require(self, account: str, version: int, content: bytes, signature: bytes) -> None:
        if not signature:
            raise SignatureMissing(f"{account} has not signed: ask for its signature, or let it send.")
        signed = digest(self.typed_data(account, version, content))
        if is_signed(account, signed, signature):
            return
        other = recovered(signed, signature)
        whose = f"for this profile it would be that of {other}" if other else "it is no key's signature"
        raise ForeignSignature(
            f"The signature is not that of {account}; {whose}. Another chain, registry, version or profile was signed, "
            "or another account signed: sign again."
        )
