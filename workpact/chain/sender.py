"""Sending that survives crashes, dropped answers and impatience without doing anything twice.

An intent is written to a journal with its signed bytes before they are broadcast. Running the same thing again sends
the same bytes, and only after another transaction has taken the nonce is a new one signed: of all transactions of an
intent at most one can ever be mined, because they share a nonce until it is gone.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from eth_utils.conversions import to_hex
from eth_utils.crypto import keccak
from eth_utils.currency import from_wei

from workpact import WorkpactError
from workpact.chain import errors, keys
from workpact.chain.journal import Attempt, Intent, Journal, data_folder

if TYPE_CHECKING:
    from ape.api import AccountAPI, ReceiptAPI, TransactionAPI

GAS_LIMIT = 16_777_216
"""Most gas that a transaction may have (EIP-7825)."""
TOO_LITTLE = ("exceeds account balance", "exceeds allowance", "insufficient funds")
"""Of these one stands in what Ape or a node says where an account cannot pay for its gas."""
MOST_BID = 10
"""How many times what the node asks for is bid at most."""
GWEI = 10**9


class NotSent(WorkpactError):
    """Nothing was sent, or the node took nothing. Running the same again is safe."""


class StillPending(WorkpactError):
    """The transaction is out but not mined yet. Running the same again waits on; `outbid` signs it with higher fees."""


class Sender:
    """Sends for one account on the connected chain. Raises `RawKey` for a key in the open on a live one.

    Accounts that do not sign transactions themselves (a Safe proposes, a node holds the key) are asked to send in
    their own way, and what they return is returned.
    """

    def __init__(self, account: AccountAPI, confirmations: int | None = None, outbid: bool = False) -> None:
        from ape import networks

        self.account = account
        self.confirmations = confirmations
        self.outbid = outbid
        self._node: Any = networks.provider
        self._chain_id = self._node.network.chain_id
        keys.refuse_raw(account, self._chain_id)
        genesis = self._node.web3.eth.get_block(0)["hash"].hex()
        name = f"{self._chain_id}-{genesis[:16]}-{account.address.lower()}.jsonl"
        self.journal = Journal(data_folder() / "sending" / name)

    def call(self, method: Any, *arguments: Any, intent: str | None = None) -> ReceiptAPI:
        """Sends a call of a contract's method (`agreement.fund`); otherwise like `send`."""
        return self.send(method.contract.address, method.encode_input(*arguments), intent)

    def send(self, receiver: str, data: bytes = b"", intent: str | None = None, value: int = 0) -> ReceiptAPI:
        """Sends a transaction and waits until it is mined; `value` in wei.

        `intent` names what is to happen once for all: when it has happened, its receipt is returned and nothing is
        sent. Without a name the same call counts as the same intent until its end was seen. Raises `ContractError`
        if the contract refuses, `NotSent`, `StillPending`.
        """
        from ape.api import AccountAPI

        with errors.explained():
            if type(self.account).call is not AccountAPI.call:
                return self.account.call(self._transaction(receiver, data, value))
            key = intent or "call:" + to_hex(keccak(bytes.fromhex(receiver[2:]) + value.to_bytes(32) + data))
            with self.journal.locked():
                known = self.journal.intent(key)
                # Of a replaced block the end was not seen: the same bytes may come back at any time.
                if known.done and intent is None and self._mined(known):
                    known = Intent()
                return self._resume(key, known) or self._sign(key, known, receiver, data, value)

    def past(self, intent: str) -> ReceiptAPI | None:
        """The receipt of the named intent if it was mined before; nothing is sent."""
        with errors.explained():
            mined = self._mined(self.journal.intent(intent))
            return self._finish(intent, mined) if mined else None

    def _resume(self, key: str, known: Intent) -> ReceiptAPI | None:
        """The end of what was signed before; None if a new transaction has to be signed."""
        if not known.attempts:
            return None
        if mined := self._mined(known):
            # A node that is behind may not have it any more.
            receipt = self._ask("eth_getTransactionReceipt", mined)
            failed = receipt is not None and int(receipt["status"], 16) == 0
            if not (failed and known.done):
                return self._finish(key, mined)
        elif not self._nonce_is_gone(known):
            refusal = self._broadcast(known.attempts[-1].raw)
            in_flight = refusal is None or self._is_known(known)
            bids = self.outbid and self._is_low(known.attempts[-1])
            return self._wait(key, known) if in_flight and not bids else None
        # Mined and reverted, or overtaken: nothing of it can happen any more.
        self.journal.lost(key)
        known.attempts.clear()
        return None

    def _sign(self, key: str, known: Intent, receiver: str, data: bytes, value: int) -> ReceiptAPI:
        self._check(receiver, data)
        transaction = self._transaction(receiver, data, value)
        if known.attempts:
            last = known.attempts[-1]
            transaction.nonce = last.nonce
            # Nodes ask for a tenth more before they replace.
            transaction.max_priority_fee = max(self._node.priority_fee, last.priority_fee * 9 // 8 + 1)
            transaction.max_fee = max(2 * self._node.base_fee + transaction.max_priority_fee, last.max_fee * 9 // 8 + 1)
        else:
            transaction.nonce = self._node.web3.eth.get_transaction_count(self.account.address, "pending")
        transaction = self._prepared(transaction)
        if transaction.gas_limit > GAS_LIMIT:
            raise NotSent(f"This needs {transaction.gas_limit:,} gas, a transaction may have {GAS_LIMIT:,}.")
        signed = self.account.sign_transaction(transaction)  # point: checked, not signed
        if signed is None:
            raise NotSent(f"{self.account.address} did not sign. Nothing was sent.")
        raw = signed.serialize_transaction()  # point: signed, nowhere written
        fees = (transaction.max_fee or 0, transaction.max_priority_fee or 0)
        attempt = Attempt(transaction.nonce, to_hex(keccak(raw)), to_hex(raw), *fees)
        self.journal.signed(key, attempt)
        known.attempts.append(attempt)  # point: in the journal, not sent
        refusal = self._broadcast(attempt.raw)
        if refusal is not None and not self._is_known(known):
            raise NotSent(f"The node did not take the transaction: {refusal}. Mend that and run the same again.")
        return self._wait(key, known)

    def _prepared(self, transaction: TransactionAPI) -> TransactionAPI:
        """With gas and fees, which the account has to have."""
        from ape.exceptions import ApeException

        try:
            return self.account.prepare_transaction(transaction)
        except ApeException as error:
            if "Invalid nonce" in str(error):
                raise NotSent("The node is behind what it said before. Run the same again.") from error
            if not any(words in str(error) for words in TOO_LITTLE):
                raise
            has = from_wei(self._node.get_balance(self.account.address), "ether")
            raise NotSent(
                f"{self.account.address} has {has:f} ETH, too little for this transaction: send it more, and run the "
                "same again."
            ) from error

    def _check(self, receiver: str, data: bytes) -> None:
        """Before each signature: the chain is the one meant, and a call meets a contract."""
        chain_id = self._node.web3.eth.chain_id
        if chain_id != self._chain_id:
            raise NotSent(f"The node answers for chain {chain_id}, not {self._chain_id}. Check --network.")
        if data and not self._node.get_code(receiver):
            raise NotSent(f"There is no contract at {receiver} on chain {chain_id}. Check --network, or deploy first.")

    def _transaction(self, receiver: str, data: bytes, value: int) -> TransactionAPI:
        created: TransactionAPI = self._node.network.ecosystem.create_transaction(
            sender=self.account.address, receiver=receiver, data=data, value=value, chain_id=self._chain_id
        )
        return created

    def _broadcast(self, raw: str) -> str | None:
        """What the node has against it; None if it took it. Neither is the last word: an answer may get lost."""
        from ape.exceptions import ProviderError

        refusal = None
        for _ in range(3):
            try:
                self._node.make_request("eth_sendRawTransaction", [raw])
                return None  # point: sent, not waited for
            except ProviderError as error:
                return str(error)
            except Exception as error:  # no answer, for whatever reason: the same bytes again do no harm
                refusal = str(error)
        return refusal

    def _is_low(self, bid: Attempt) -> bool:
        """Whether more would help: a chain that stands still takes no bid, and would take all of them later."""
        base, priority = int(self._node.base_fee), max(int(self._node.priority_fee), GWEI)
        return bid.max_fee < 2 * base + priority or bid.priority_fee < MOST_BID * priority

    def _is_known(self, known: Intent) -> bool:
        return any(self._ask("eth_getTransactionByHash", attempt.hash) for attempt in known.attempts)

    def _mined(self, known: Intent) -> str | None:
        hashes = (attempt.hash for attempt in known.attempts)
        return next((each for each in hashes if self._ask("eth_getTransactionReceipt", each)), None)

    def _ask(self, method: str, transaction: str) -> Any:
        return self._node.web3.provider.make_request(method, [transaction]).get("result")

    def _nonce_is_gone(self, known: Intent) -> bool:
        """Another transaction has the nonce, deep enough that a node that lags behind would know ours."""
        block = max(self._node.web3.eth.block_number - self._node.network.required_confirmations, 0)
        if self._node.web3.eth.get_transaction_count(self.account.address, block) <= known.attempts[-1].nonce:
            return False
        # A node may count a transaction shortly before it shows its receipt.
        for _ in range(20):
            if self._mined(known) is not None:
                return False
            time.sleep(0.05)
        return True

    def _wait(self, key: str, known: Intent) -> ReceiptAPI:
        deadline = time.monotonic() + self._node.network.transaction_acceptance_timeout
        while (mined := self._mined(known)) is None:
            if self._nonce_is_gone(known):
                self.journal.lost(key)
                raise NotSent("Another transaction of this account took the nonce. Run the same again.")
            if time.monotonic() > deadline:
                hashes = ", ".join(attempt.hash for attempt in known.attempts)
                raise StillPending(f"Not mined yet: {hashes}. Run the same again to wait on, or with --outbid.")
            time.sleep(min(0.05 * self._node.network.block_time, 1) or 0.05)
        return self._finish(key, mined)

    def _finish(self, key: str, mined: str) -> ReceiptAPI:
        from ape.exceptions import TransactionNotFoundError
        from web3.exceptions import TransactionNotFound

        replaced = StillPending(f"The block of {mined} was replaced by another. Run the same again to wait on.")
        wanted = self._node.network.required_confirmations if self.confirmations is None else self.confirmations
        try:
            receipt: ReceiptAPI = self._node.get_receipt(mined, required_confirmations=wanted, timeout=1)
        except (TransactionNotFoundError, TransactionNotFound):
            raise replaced from None
        if receipt.failed:  # point: mined, not confirmed
            self.journal.done(key, mined)
            raise self._refusal(receipt)
        receipt.await_confirmations()
        now = self._ask("eth_getTransactionReceipt", mined)
        if now is None or int(now["blockNumber"], 16) != receipt.block_number:
            raise replaced
        self.journal.done(key, mined)  # point: confirmed, not in the journal
        return receipt  # point: done in the journal, not returned

    def _refusal(self, receipt: ReceiptAPI) -> WorkpactError:
        """Why a mined transaction reverted: the same call again.

        On the state of its own block: at its time, after those before it there, and it changed nothing itself. If that
        of a later one in the block lets it pass, on the state before the block.
        """
        call = {"from": receipt.sender, "to": receipt.receiver, "gas": to_hex(receipt.gas_limit)}
        call |= {"data": to_hex(receipt.data), "value": to_hex(receipt.value)}
        for block in (receipt.block_number, receipt.block_number - 1):
            answer = self._node.web3.provider.make_request("eth_call", [call, to_hex(block)])
            data = answer.get("error", {}).get("data")
            if isinstance(data, str):
                return errors.decode(bytes.fromhex(data[2:]), receipt.receiver)
        return NotSent(
            f"{receipt.txn_hash} was mined and reverted without a reason ({receipt.gas_used:,} gas). "
            "Run the same again."
        )
