"""No key in the open signs for a live network; what looks like one is refused and not repeated (SPEC.md 17.10)."""

from __future__ import annotations

import json

import pytest
from eth_account import Account

from tests.scripts.rehearsal import SEPOLIA
from tests.scripts.typed import Terminal
from workpact.chain import keys
from workpact.chain.keys import RawKey
from workpact.chain.sender import Sender
from workpact.signing import sign

pytestmark = pytest.mark.threat("T81", "T82")
KEY = "a5" * 31 + "17"
MNEMONIC = "test test test test test test test test test test test junk"
LOCAL = Account.from_key(bytes.fromhex(KEY))


def message(chain_id):
    types = {"EIP712Domain": [{"name": "chainId", "type": "uint256"}], "Note": [{"name": "text", "type": "string"}]}
    domain = {} if chain_id is None else {"chainId": chain_id}
    types["EIP712Domain"] = types["EIP712Domain"] if domain else []
    return {"types": types, "primaryType": "Note", "domain": domain, "message": {"text": "a"}}


@pytest.mark.parametrize("chain_id", [1, 10, SEPOLIA, 31338, 1338, None])
def test_sign__key_in_the_open_for_a_live_network__refused(chain_id, client):
    for account in (LOCAL, client):
        with pytest.raises(RawKey) as info:
            sign(account, message(chain_id))
        assert account.address in str(info.value)
        assert "Use a keystore with a passphrase (ape accounts import ALIAS), a Ledger, a Trezor, a Safe" in str(
            info.value
        )
        assert KEY not in str(info.value)


@pytest.mark.parametrize("chain_id", sorted(keys.LOCAL))
def test_sign__local_chain__any_key(chain_id, client):
    assert len(sign(LOCAL, message(chain_id))) == len(sign(client, message(chain_id))) == 65


def test_sign__keystore_for_a_live_network__signs(tmp_path):
    from ape_accounts import KeyfileAccount

    file = tmp_path / "one.json"
    file.write_text(json.dumps(Account.encrypt(LOCAL.key, "correct horse", kdf="pbkdf2", iterations=1)))
    account = KeyfileAccount(keyfile_path=file)
    account.set_autosign(True, passphrase="correct horse")
    assert len(sign(account, message(1))) == 65


def test_sender__test_account_on_a_live_network__refused_before_anything_is_written(
    chain, client, tmp_path, monkeypatch
):
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path))
    monkeypatch.setattr(type(chain.provider.network), "chain_id", 1)
    with pytest.raises(RawKey, match=r"chain 1\)"):
        Sender(client)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("given", [KEY, "0x" + KEY, "0X" + KEY.upper(), MNEMONIC, f" 0x{KEY} "])
@pytest.mark.parametrize("form", ["two", "one"])
def test_account_option__a_key__refused_and_not_repeated(given, form, monkeypatch):
    arguments = ["--account", given] if form == "two" else [f"--account={given}"]
    done = Terminal({}, monkeypatch).run("relayer", *arguments)
    assert done.exit_code == 1
    assert "--account takes the name of an account" in done.stderr
    said = done.stdout + done.stderr + repr(done.exception)
    assert KEY not in said.lower()
    assert "junk" not in said


@pytest.mark.parametrize("content", [KEY, json.dumps("0x" + KEY), json.dumps({"address": LOCAL.address, "key": KEY})])
def test_account_option__keystore_in_plain__refused_and_not_repeated(content, tmp_path):
    (tmp_path / "gas.json").write_text(content)
    with pytest.raises(RawKey, match=r"gas.json is no encrypted keystore") as info:
        keys.refuse_given("gas", tmp_path)
    assert KEY not in repr(info.value)
    assert info.value.__cause__ is info.value.__context__ is None


@pytest.mark.parametrize("name", ["gas", "TEST::0", "my desk", "../gas", "deadbeef"])
def test_account_option__a_name__left_to_ape(name, tmp_path):
    keys.refuse_given(name, tmp_path)


@pytest.mark.parametrize("given", [KEY, f"0x{KEY}"])
def test_command__a_key_where_a_file_belongs__refused_and_not_repeated(given, monkeypatch):
    done = Terminal({}, monkeypatch).run("agreement", "status", given)
    assert done.exit_code == 2
    assert "File 'what was typed' does not exist." in done.stderr
    assert KEY not in done.stdout + done.stderr


@pytest.mark.parametrize("given", [KEY, "0x" + KEY.upper(), f" {KEY}", MNEMONIC])
def test_unrepeated__what_looks_like_a_key__whole_or_behind_a_name(given):
    network = [f"ethereum:sepolia:{given}"] if KEY in given else []
    for typed in (given, f"client={given}", *network):
        said = keys.unrepeated(f"{typed!r} is nobody; {given.lower()}.", ["--wallet", typed, "--json"])
        assert KEY not in said.lower()
        assert "junk" not in said
        assert said.endswith("what was typed.")


def test_unrepeated__everything_else__as_it_is():
    said = f"Transaction 0x{KEY} is not mined; client is 0x{KEY[:40]}."
    assert keys.unrepeated(said, ["client", "0x" + KEY[:40], "", "client="]) == said
