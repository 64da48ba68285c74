"""One bit of what lies in a place changed, shown to a reader whom nothing else protects."""

from __future__ import annotations

import dataclasses
import io
from collections import Counter
from random import Random

from eth_account import Account

from tests.data_room.sample import ROOM, Put, put
from workpact.data_room.errors import RoomError
from workpact.data_room.manifest import SignedManifest
from workpact.data_room.stream import CHUNK, open_sealed
from workpact.data_room.wraps import unwrap
from workpact.signing import digest, recovered, sign

SIZES = (0, 1, 100, CHUNK, CHUNK + 100)
AUTHOR = Account.from_key("0x" + "a1" * 32)


def flip(seed: int, count: int) -> Counter[str]:
    """How many changes of each kind were refused, and how many changed nothing; raises for any other outcome."""
    random = Random(seed)
    samples = [_signed(put(random, size)) for size in SIZES]
    outcomes: Counter[str] = Counter()
    for _ in range(count):
        made, read = random.choice(samples), random.choice([_sealed, _wrap, _manifest])
        try:
            same = read(made, random)
        except RoomError as error:
            outcomes[f"{read.__name__[1:]}: {type(error).__name__}"] += 1
            continue
        assert same, f"seed {seed}: a changed {read.__name__[1:]} was read as something else"
        outcomes[f"{read.__name__[1:]}: the same"] += 1
    return outcomes


def _signed(made: Put) -> Put:
    manifest = dataclasses.replace(made.signed.manifest, author=AUTHOR.address)
    signature = sign(AUTHOR, manifest.typed_data(made.version.chain_id, ROOM))
    return dataclasses.replace(made, signed=SignedManifest(manifest, signature))


def _flipped(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _sealed(made: Put, random: Random) -> bool:
    key = unwrap(made.wrapped, made.own, made.version, made.access.reader, 1)
    sealed = io.BytesIO(_flipped(made.sealed, random))
    open_sealed(sealed, io.BytesIO(), key, made.version, made.said.commitment)
    return False


def _wrap(made: Put, random: Random) -> bool:
    unwrap(_flipped(made.wrapped, random), made.own, made.version, made.access.reader, 1)
    return False


def _manifest(made: Put, random: Random) -> bool:
    """The struct hash stands on chain, the signature is the author's or nobody's; hex digits have two cases."""
    read = SignedManifest.from_bytes(_flipped(made.signed.to_bytes(), random), "a manifest")
    if read.manifest != made.signed.manifest:
        return read.manifest.struct_hash != made.signed.manifest.struct_hash
    if read.signature == made.signed.signature:
        return read == made.signed
    signed = digest(read.manifest.typed_data(made.version.chain_id, ROOM))
    return recovered(signed, read.signature) != AUTHOR.address
