"""The roster: a private file, salts drawn once, rows removed for good."""

from __future__ import annotations

import hashlib
import hmac
import stat

import pytest

from tests.batches.desk import NAMES, roster, wallet, write
from workpact.batches.errors import (
    BadColumns,
    BadValue,
    FileError,
    RepeatedWallet,
    RepeatedWorker,
    RosterError,
    SeveralErrors,
    UnreadableFile,
    WalletsDiffer,
)
from workpact.batches.roster import Roster, read_newcomers

HEADER = "worker,name,wallet,salt"
SALT = "0x" + 64 * "a"
OTHER = "0x" + 64 * "b"


def private(path, *lines):
    write(path, *lines).chmod(0o600)
    return path


def test_it_is_written_private_and_read_back_whole(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("an older one, open to all")
    roster().write(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["roster.csv"]
    read = Roster.read(path)
    assert dict(read) == dict(roster())
    assert list(read) == sorted(NAMES)
    assert read[3].name == NAMES[3]


def test_a_file_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "roster.csv"
    roster().write(path)
    path.chmod(0o640)
    with pytest.raises(UnreadableFile) as found:
        Roster.read(path)
    assert found.value.advice == f"run: chmod 600 {path}"
    with pytest.raises(UnreadableFile, match="No such file"):
        Roster.read(tmp_path / "none.csv")
    with pytest.raises(UnreadableFile, match="cannot be written"):
        roster().write(tmp_path / "none" / "roster.csv")


def test_adding_draws_another_salt_each_time():
    added = [Roster().add(1, " Ada ", wallet(1).lower()) for _ in range(50)]
    assert len({one[1].salt for one in added}) == 50
    assert {(one[1].worker, one[1].name, one[1].wallet, len(one[1].salt)) for one in added} == {
        (1, "Ada", wallet(1), 32)
    }


def test_newcomers_from_a_file_are_enrolled_from_the_first_free_number_on(tmp_path):
    path = write(tmp_path / "new.csv", "name,wallet", f'"Liskov, Barbara",{wallet(7).lower()}', f"Alan Kay,{wallet(8)}")
    newcomers = read_newcomers(path, roster())
    assert newcomers == [("Liskov, Barbara", wallet(7)), ("Alan Kay", wallet(8))]
    grown = roster().enrol(41, newcomers)
    assert {worker: grown[worker] for worker in NAMES} == dict(roster())
    assert [(grown[worker].name, grown[worker].wallet) for worker in (41, 42)] == newcomers
    assert len({person.salt for person in grown.values()}) == 6
    with pytest.raises(RosterError, match="Worker 40 is on the roster already"):
        roster().enrol(39, newcomers)
    with pytest.raises(RosterError, match="is given twice"):
        roster().enrol(41, [newcomers[0], newcomers[0]])


@pytest.mark.parametrize(
    ("row", "error", "problem"),
    [
        (f"Ada,{wallet(7)}", RepeatedWallet, f"wallet {wallet(7)} is the one of line 2 already"),
        (f"Ada,{wallet(3)}", BadValue, f"wallet '{wallet(3)}' is worker 3's already"),
        (f",{wallet(8)}", BadValue, "name '' is empty"),
        ("Ada,0x12", BadValue, "wallet '0x12' is not an address"),
        ("Ada,0x" + "a5" * 32, BadValue, "wallet (not repeated: it looks like a private key) is not an address"),
    ],
)
def test_a_newcomer_who_cannot_be_enrolled_is_refused_with_the_line(tmp_path, row, error, problem):
    path = write(tmp_path / "new.csv", "name,wallet", f"Barbara,{wallet(7)}", row)
    with pytest.raises(error) as found:
        read_newcomers(path, roster())
    assert (found.value.line, found.value.problem) == (3, problem)


def test_what_is_printed_has_neither_name_nor_salt():
    person = roster()[17]
    shown = f"{roster()!r} {person!r}"
    assert "Ada" not in shown
    assert person.salt.hex() not in shown
    assert repr(person.salt) not in shown


def test_a_moved_worker_keeps_number_name_and_salt():
    before, after = roster(), roster().move(17, wallet(99))
    assert after[17].wallet == wallet(99)
    assert (after[17].name, after[17].salt) == (before[17].name, before[17].salt)
    assert {worker: after[worker] for worker in (3, 4, 40)} == {worker: before[worker] for worker in (3, 4, 40)}
    assert dict(after.move(17, wallet(17))) == dict(before)


def test_a_removed_row_leaves_nothing_in_the_file(tmp_path):
    path = tmp_path / "roster.csv"
    left = roster().remove(17)
    left.write(path)
    text = path.read_text()
    assert list(left) == [3, 4, 40]
    for trace in ("Ada", "17,", wallet(17), roster()[17].salt.hex()):
        assert trace not in text
    assert "Hopper" in text


@pytest.mark.threat("T27")
def test_the_salt_of_a_leaf_is_an_hmac_of_the_workers_own():
    person = roster()[17]
    expected = hmac.new(bytes([17] * 32), b"grant\0" + b"context", hashlib.sha256).digest()
    assert person.leaf_salt("grant", b"context") == expected
    assert person.leaf_salt("wage", b"context") != expected
    assert roster()[3].leaf_salt("grant", b"context") != expected


@pytest.mark.parametrize(
    "change",
    [
        lambda: roster().add(17, "Ada", wallet(99)),
        lambda: roster().add(99, "Ada", wallet(17)),
        lambda: roster().add(0, "Ada", wallet(99)),
        lambda: roster().add(2**24, "Ada", wallet(99)),
        lambda: roster().add(99, " ", wallet(99)),
        lambda: roster().add(99, "A\nda", wallet(99)),
        lambda: roster().add(99, "Ada", wallet(99)[:-1]),
        lambda: roster().add(99, "Ada", "0x" + 40 * "0"),
        lambda: roster().move(99, wallet(99)),
        lambda: roster().move(17, wallet(3)),
        lambda: roster().remove(99),
        lambda: Roster([*roster().values(), roster()[17]]),
    ],
)
def test_a_change_that_would_break_it_is_refused(change):
    with pytest.raises(RosterError):
        change()


@pytest.mark.parametrize(
    ("row", "error", "problem"),
    [
        (f"0,Ada,{wallet(1)},{SALT}", BadValue, "worker '0' is not a worker's number"),
        (f"worker-1,Ada,{wallet(1)},{SALT}", BadValue, "worker 'worker-1' is not a worker's number"),
        (f"16777216,Ada,{wallet(1)},{SALT}", BadValue, "worker '16777216' is not a worker's number"),
        (f"1,,{wallet(1)},{SALT}", BadValue, "name '' is empty"),
        (f"1,Ada,{wallet(1)[:-1]},{SALT}", BadValue, f"wallet '{wallet(1)[:-1]}' is not an address"),
        (f"1,Ada,0x{40 * '0'},{SALT}", BadValue, f"wallet '0x{40 * '0'}' is the zero address"),
        (f"1,Ada,{wallet(1)},", BadValue, "salt '' is not 0x and 64 hex digits"),
        (f"3,Ada,{wallet(1)},{SALT}", RepeatedWorker, "worker 3 is on line 2 already"),
        (f"1,Ada,{wallet(3).lower()},{SALT}", RepeatedWallet, f"wallet {wallet(3)} is the one of line 2 already"),
        (f"1,Ada,{wallet(1)},{OTHER}", FileError, "the salt is the one of line 2 already"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(tmp_path, row, error, problem):
    path = private(tmp_path / "roster.csv", HEADER, f"3,Grace,{wallet(3)},{OTHER}", "", row)
    with pytest.raises(error) as found:
        Roster.read(path)
    assert type(found.value) is error
    assert (found.value.path, found.value.line, found.value.problem) == (path, 4, problem)
    assert str(found.value) == f"{path}:4: {problem} → {found.value.advice}"


@pytest.mark.threat("T26")
def test_a_mistyped_digit_of_an_address_is_seen(tmp_path):
    address = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
    for text in (address.replace("d93", "d94"), address.replace("DB", "Db")):
        path = private(tmp_path / "roster.csv", HEADER, f"1,Ada,{text},{SALT}")
        with pytest.raises(BadValue, match="is not an address"):
            Roster.read(path)
    for text in (address, address.lower(), "0x" + address[2:].upper()):
        path = private(tmp_path / "roster.csv", HEADER, f"1,Ada,{text},{SALT}")
        assert Roster.read(path)[1].wallet == address


def test_all_mistakes_are_said_at_once(tmp_path):
    rows = [f"{worker},Ada,{wallet(1)},{SALT}" for worker in ("x", "y")]
    path = private(tmp_path / "roster.csv", HEADER, f"1,Ada,{wallet(1)},{OTHER}", *rows)
    with pytest.raises(SeveralErrors) as found:
        Roster.read(path)
    assert [(type(error), error.line) for error in found.value.errors] == [(BadValue, 3), (BadValue, 4)]
    assert str(found.value).splitlines() == [str(error) for error in found.value.errors]


def test_columns_missing_or_unknown_are_named(tmp_path):
    path = private(tmp_path / "roster.csv", "worker,name,address,salt", f"1,Ada,{wallet(1)},{SALT}")
    with pytest.raises(BadColumns) as found:
        Roster.read(path)
    assert (found.value.line, found.value.missing, found.value.unknown) == (1, ("wallet",), ("address",))
    assert found.value.advice == "write the header worker,name,wallet,salt"


def test_wallets_are_compared_with_those_on_chain():
    enrolled = {worker: wallet(worker).lower() for worker in NAMES}
    roster().require_wallets(enrolled)
    roster().require_wallets({**enrolled, 99: wallet(99)})
    nobody = "0x" + 40 * "0"
    roster().require_wallets({**enrolled, 4: nobody}, may_name=True)
    with pytest.raises(WalletsDiffer) as found:
        roster().require_wallets({17: wallet(99), 3: wallet(3), 4: nobody})
    assert found.value.differences == {17: (wallet(17), wallet(99)), 4: (wallet(4), None), 40: (wallet(40), None)}
    with pytest.raises(WalletsDiffer) as found:
        roster().require_wallets({17: wallet(99), 3: wallet(3), 4: nobody}, may_name=True)
    assert set(found.value.differences) == {17, 40}
