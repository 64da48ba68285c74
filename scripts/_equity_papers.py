"""What workers hand to whoever carries it: proofs, and what they signed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._equity_people import worker_number

if TYPE_CHECKING:
    from workpact.batches.leaves import LeafProof
    from workpact.batches.roster import Roster

carried_option = click.option(
    "--signature", metavar="FILE", help="The signature by another tool: a file of hex digits, or the digits."
)


def load_json(path: Path) -> dict[str, Any]:
    """A file of one JSON object."""
    from pydantic_core import from_json

    from workpact.batches.errors import BadProofFile
    from workpact.private_file import read_private

    try:
        found = from_json(read_private(path))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise BadProofFile(f"{path} is no paper of a worker: give a file that a command here has written.")
    return found


def proof_in(path: Path, worker: str | None, roster: Roster | None) -> LeafProof:
    """The one proof that is meant: a file with a worker's own, or a worker's out of the file of all."""
    from workpact.batches.errors import BadProofFile, ProofError, ProofOfAnother
    from workpact.batches.leaves import LeafProof
    from workpact.batches.proofs import Leaves

    found = load_json(path)
    number = None if worker is None else worker_number(worker, roster)
    if "leaves" in found:
        if number is None:
            raise BadProofFile(f"{path} has the proofs of many: say whose, like worker-17.")
        return Leaves.read(path).of(number)
    try:
        proof = LeafProof.from_json(found.get("proof") if "signature" in found else found)
        proof.check()
    except ProofError as error:
        error.args = (f"{path}: {error}",)
        raise
    if number not in (None, proof["worker"]):
        raise ProofOfAnother(proof.kind.name, "worker", proof["worker"], number)
    return proof


def accepted_papers(
    papers: Iterable[Path], worker: str | None, signature: str | None, roster: Roster | None
) -> dict[LeafProof, bytes]:
    """Leaves with the signatures that came with them; empty where there is none."""
    from workpact.batches.errors import BadProofFile
    from workpact.signing import normalised, read_signature

    signed: dict[LeafProof, bytes] = {}
    for path in papers:
        proof, carried = proof_in(path, worker, roster), load_json(path).get("signature", "")
        if proof.kind.name != "grant":
            raise BadProofFile(f"{path} is of a {proof.kind.name}, not of a grant.")
        try:
            signed[proof] = normalised(bytes.fromhex(str(carried).removeprefix("0x"))) if carried else b""
        except ValueError:
            raise BadProofFile(f"{path}: its signature is not 0x and hex digits. Get the file again.") from None
    if signature is not None:
        if len(signed) != 1:
            raise BadProofFile("--signature is of one proof: give that one alone.")
        signed = dict.fromkeys(signed, read_signature(signature))
    return signed


def write_paper(path: Path | None, paper: dict[str, Any]) -> str | None:
    """Writes a paper to be handed on, mode 0600 and never sealed, if a file is named; its name."""
    from workpact.private_file import write_plain

    if path is None:
        return None
    write_plain(path, [(json.dumps(paper, indent=2) + "\n").encode()])
    return str(path)
