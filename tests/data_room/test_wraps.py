"""SPEC.md 14.8: a version's key for one reader, who alone opens it, and nowhere else."""

from __future__ import annotations

import dataclasses
from collections import Counter
from contextlib import suppress
from itertools import product
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from eth_abi.abi import encode
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKey

from tests.data_room.sample import KEY, READER, ROOM, VERSION
from workpact.data_room.errors import BadKey, NotForYou
from workpact.data_room.keys import EncryptionKey, check_public
from workpact.data_room.wraps import SUITE, VersionId, unwrap, wrap

OTHER = "0x00000000000000000000000000000000000000C3"
THEIRS = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.CHACHA20_POLY1305)

# RFC 9180, appendix A.2.1 and A.2.1.1 (sequence number 0), the suite's vector of base mode.
RFC_INFO = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
RFC_SENDER = bytes.fromhex("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600")
RFC_READER = bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
RFC_PUBLIC = bytes.fromhex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a")
RFC_ENC = bytes.fromhex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a")
RFC_AAD = b"Count-0"
RFC_PLAIN = b"Beauty is truth, truth beauty"
RFC_SEALED = bytes.fromhex("1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28")

LOW_ORDER = [
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    2**255 - 20,
]
"""Points u of order 1, 2, 4 and 8, on the curve and on its twist."""


def info(version=VERSION, reader=READER, key_version=1):
    return encode(
        ["uint256", "address", "bytes32", "bytes32", "uint256", "address", "uint256"],
        [version.chain_id, version.contract, version.book, version.file, version.version, reader, key_version],
    )


def test_suite__rfc_9180_vector__opens_and_is_made_again():
    ours = X25519PrivateKey.from_private_bytes(RFC_READER)
    assert ours.public_key().public_bytes_raw() == RFC_PUBLIC

    # Of its public interface, `Suite` has no additional data, which every vector has.
    from cryptography.hazmat.bindings._rust import openssl

    opened = openssl.hpke._decrypt_with_aad(SUITE, RFC_ENC + RFC_SEALED, ours, RFC_INFO, RFC_AAD)
    assert opened == RFC_PLAIN

    pair = THEIRS.kem.deserialize_private_key(RFC_SENDER)
    key_pair = type("Pair", (), {"private_key": pair, "public_key": THEIRS.kem.deserialize_public_key(RFC_ENC)})()
    enc, sender = THEIRS.create_sender_context(
        THEIRS.kem.deserialize_public_key(RFC_PUBLIC), info=RFC_INFO, eks=key_pair
    )
    assert (enc, sender.seal(RFC_PLAIN, aad=RFC_AAD)) == (RFC_ENC, RFC_SEALED)


def test_wrap__opened_by_pyhpke__with_the_info_of_the_specification():
    own = EncryptionKey.generate()
    wrapped = wrap(KEY, own.public, VERSION, READER, 1)

    private = KEMKey.from_pyca_cryptography_key(own.private)
    recipient = THEIRS.create_recipient_context(wrapped[:32], private, info=info())

    assert len(wrapped) == 80
    assert recipient.open(wrapped[32:]) == KEY


def test_unwrap__made_by_pyhpke__opens():
    own = EncryptionKey.generate()
    enc, sender = THEIRS.create_sender_context(THEIRS.kem.deserialize_public_key(own.public), info=info(key_version=7))

    assert unwrap(enc + sender.seal(KEY), own, VERSION, READER, 7) == KEY


def test_wrap__again__other_bytes_of_the_same_key():
    own = EncryptionKey.generate()
    one, two = (wrap(KEY, own.public, VERSION, READER, 1) for _ in range(2))

    assert one != two
    assert unwrap(one, own, VERSION, READER, 1) == unwrap(two, own, VERSION, READER.lower(), 1) == KEY


@pytest.mark.threat("T49")
@pytest.mark.parametrize(
    ("version", "reader", "key_version"),
    [
        (dataclasses.replace(VERSION, chain_id=1), READER, 1),
        (dataclasses.replace(VERSION, contract=OTHER), READER, 1),
        (dataclasses.replace(VERSION, book=b"\x0c" * 32), READER, 1),
        (dataclasses.replace(VERSION, file=b"\x0e" * 32), READER, 1),
        (dataclasses.replace(VERSION, version=4), READER, 1),
        (VERSION, OTHER, 1),
        (VERSION, READER, 2),
    ],
    ids=["chain", "contract", "room", "file", "version", "reader", "key version"],
)
def test_unwrap__elsewhere__not_for_you(version, reader, key_version):
    own = EncryptionKey.generate()
    wrapped = wrap(KEY, own.public, VERSION, READER, 1)

    with pytest.raises(NotForYou, match=r"file 0x[0-9a-f]{64}, version \d: the wrap for 0x"):
        unwrap(wrapped, own, version, reader, key_version)


@pytest.mark.threat("T49")
def test_unwrap__every_wrap_with_every_key_and_name__its_own_alone():
    random = Random(1)
    names = [
        (
            VersionId(random.choice([1, 31337]), ROOM, bytes([random.randrange(2)]) * 32, bytes([file]) * 32, number),
            random.choice([READER, OTHER]),
            random.randrange(1, 3),
        )
        for file in range(5)
        for number in range(1, 5)
    ]
    keys = [EncryptionKey.generate() for _ in names]
    wraps = [wrap(bytes([at]) * 32, key.public, *name) for at, (key, name) in enumerate(zip(keys, names, strict=True))]

    opened = Counter()
    for (at, wrapped), key, name in product(enumerate(wraps), keys, names):
        with suppress(NotForYou):
            opened[unwrap(wrapped, key, *name)] += 1
            assert (key, name) == (keys[at], names[at])
    assert opened == {bytes([at]) * 32: 1 for at in range(len(names))}


def test_unwrap__another_key__not_for_you():
    wrapped = wrap(KEY, EncryptionKey.generate().public, VERSION, READER, 1)

    with pytest.raises(NotForYou) as raised:
        unwrap(wrapped, EncryptionKey.generate(), VERSION, READER, 1)
    assert raised.value.__context__ is None


@pytest.mark.parametrize("size", [0, 1, 31, 32, 48, 79, 81, 160])
def test_unwrap__wrong_length__not_for_you(size):
    own = EncryptionKey.generate()
    wrapped = wrap(KEY, own.public, VERSION, READER, 1)

    with pytest.raises(NotForYou):
        unwrap((wrapped + wrapped)[:size], own, VERSION, READER, 1)


def test_unwrap__encapsulated_key_of_low_order__not_for_you():
    own = EncryptionKey.generate()
    for point in LOW_ORDER:
        with pytest.raises(NotForYou):
            unwrap(point.to_bytes(32, "little") + bytes(48), own, VERSION, READER, 1)


@pytest.mark.parametrize("point", LOW_ORDER)
def test_check_public__low_order__refused_before_anything_is_wrapped(point):
    key = point.to_bytes(32, "little")

    with pytest.raises(BadKey, match=f"0x{key.hex()}"):
        check_public(key)
    with pytest.raises(BadKey):
        wrap(KEY, key, VERSION, READER, 1)


def test_check_public__second_spelling_or_no_key__refused():
    good = EncryptionKey.generate().public
    check_public(good)

    spellings = [good[:31], good + b"\0", b"", good[:31] + bytes([good[31] | 0x80])]
    for bad in [*spellings, *((2**255 - 19 + more).to_bytes(32, "little") for more in range(19))]:
        with pytest.raises(BadKey):
            check_public(bad)


def test_key__shown_or_written__public_alone():
    own = EncryptionKey.generate()
    secret = own.private.private_bytes_raw()

    assert str(own) == f"EncryptionKey(public=0x{own.public.hex()}, version=1)"
    assert secret.hex() not in f"{own!r} {own} {vars(type(own))}"
    import pickle

    with pytest.raises(TypeError, match="not written"):
        pickle.dumps(own)


def test_wrap__random_bytes__none_opens():
    random, own = Random(0), EncryptionKey.generate()
    for _ in range(200):
        with pytest.raises(NotForYou):
            unwrap(random.randbytes(80), own, VERSION, READER, 1)


def test_suite__the_one_that_the_format_names():
    own = EncryptionKey.generate()
    named = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

    assert named.decrypt(wrap(KEY, own.public, VERSION, READER, 1), own.private, info=info()) == KEY
