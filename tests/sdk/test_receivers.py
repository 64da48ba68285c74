"""What is pushed to a contract of the set belongs to nobody there: it is refused before anything is sent."""

import pytest
from eth_utils.conversions import to_hex
from eth_utils.crypto import keccak

from workpact.chain import deployments
from workpact.chain.deployments import Deployment
from workpact.payroll import Payroll
from workpact.preflight import NoReceiver


@pytest.fixture
def recorded(live, deploy, chain):
    """The agreement's contract and a payroll, as a deployment records them."""
    payroll = deploy("Payroll", deploy("WorkerEquity"))
    rest = {"arguments": {}, "salt": "", "init_code_hash": "", "compiler": {}}
    unknown = {"transaction": None, "block": None, "deployer": None}
    found = {"Agreement": live.contract, "Payroll": payroll}
    code = {name: to_hex(keccak(chain.provider.get_code(each.address))) for name, each in found.items()}
    record = {
        name: Deployment(name=name, address=each.address, runtime_code_hash=code[name], **rest, **unknown)
        for name, each in found.items()
    }
    deployments.write(chain.chain_id, to_hex(chain.provider.get_block(0).hash), record)
    return found


@pytest.mark.threat("T23")
@pytest.mark.parametrize(("name", "pulled"), [("Payroll", False), ("Agreement", False), ("Agreement", True)])
def test_payee__a_contract_of_ours__is_refused(live, recorded, contractor, name, pulled):
    address = recorded[name].address

    with pytest.raises(NoReceiver, match=f"(?i){address} is the {name} contract: what is sent there belongs to nobody"):
        live.set_payee(address.lower() if pulled else address, pulled=pulled, sender=contractor)
    assert live.payout == (contractor.address, False)


def test_payee__the_payroll_that_pulls__is_taken(live, recorded, contractor):
    live.set_payee(recorded["Payroll"], pulled=True, sender=contractor)

    assert live.payout == (recorded["Payroll"].address, True)


@pytest.mark.threat("T23")
def test_withdrawals__to_a_contract_of_ours__are_refused(live, recorded, contractor, dollar):
    book, address = Payroll(recorded["Payroll"]), recorded["Agreement"].address

    with pytest.raises(NoReceiver):
        live.withdraw(address, sender=contractor)
    with pytest.raises(NoReceiver):
        book.withdraw(dollar.address, contractor.address, address, sender=contractor)
    with pytest.raises(NoReceiver):
        book.withdrawal(dollar.address, contractor.address, address, 1)
    with pytest.raises(NoReceiver):
        book.of(live).take_margin(1, address, sender=contractor)
