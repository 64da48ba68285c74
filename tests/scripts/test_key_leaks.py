"""No key, passphrase or mnemonic leaves the encrypted keystore, whatever goes wrong (SPEC.md 17.10)."""

from __future__ import annotations

import json

import pytest
from eth_account import Account

from tests.anvil import ask
from tests.chain.fault_proxy import FaultProxy
from tests.scripts.canaries import KEY, PASSPHRASE, files_below, hits, spellings, words

pytestmark = pytest.mark.threat("T81", "T82")
WRONG = "Canary-wrong-one/17"
NEEDLES = [*spellings(KEY), *words(PASSPHRASE), *words(WRONG)]


@pytest.fixture
def deployer(sepolia, user) -> str:
    """A keystore with the canary's key."""
    keystore = user.folder / "ape" / "accounts" / "canary.json"
    keystore.parent.mkdir(parents=True)
    keystore.write_text(json.dumps(Account.encrypt(KEY, PASSPHRASE, kdf="pbkdf2", iterations=1)))
    address = str(Account.from_key(KEY).address)
    ask(sepolia, "anvil_setBalance", address, hex(10**18))
    return address


def test_deploy__wrong_passphrase_lost_answers_key_as_a_name__no_secret_anywhere(sepolia, user, deployer):
    """At the most verbose level; what was said and everything that is left on disk."""
    temporary = user.folder / "temporary"
    temporary.mkdir()
    user.environment["TMPDIR"] = str(temporary)
    said = []

    def type_(network: str, account: str, passphrase: str, *, fails: bool) -> str:
        user.environment["APE_ACCOUNTS_canary_PASSPHRASE"] = passphrase
        command = ["deploy", "--network", f"ethereum:sepolia:{network}", "--account", account, "--yes"]
        done = user.run(*command, "--confirmations", "0", "--verbosity", "DEBUG", fails=fails)
        said.append((f"what {account[:6]} said", (done.stdout + done.stderr).encode()))
        return str(done.stderr)

    assert "Invalid password" in type_(sepolia, "canary", WRONG, fails=True)
    assert "looks like a private key" in type_(sepolia, "0x" + KEY.hex(), PASSPHRASE, fails=True)
    assert "is a key in the open" in type_(sepolia, "TEST::0", PASSPHRASE, fails=True)
    assert int(ask(sepolia, "eth_blockNumber"), 16) == 0
    with FaultProxy(sepolia) as proxy:
        proxy.plan = ["drop after"]
        type_(proxy.url, "canary", PASSPHRASE, fails=False)

    assert int(ask(sepolia, "eth_getTransactionCount", deployer, "latest"), 16) == 6
    left = list(files_below(user.folder))
    assert {"deployments/11155111.json", "ape/accounts/canary.json"} <= {name for name, _ in left}
    assert any(name.startswith("data/sending/") for name, _ in left)
    assert hits(NEEDLES, [*said, *left]) == set()
    # The search finds what is there.
    assert hits([deployer.lower()[2:].encode()], left)
