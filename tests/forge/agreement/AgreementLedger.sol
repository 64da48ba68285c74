// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {State, Status} from "../../../contracts/types/State.sol";
import {Vm} from "../Vm.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice A ledger beside the agreements, kept from their events alone. What an event may not do fails at once; the sums
/// are compared by the campaign.
abstract contract AgreementLedger is AgreementTest {
    using PaperHash for Paper;

    struct Account {
        uint256 funded;
        uint256 paid;
        uint256 refunded;
        uint256 fees;
        uint256 status;
        uint256 settled;
        uint256 periods;
    }

    bytes32[] public origins;
    mapping(bytes32 origin => Account) private _accounts;
    /// The document in force, ABI-encoded.
    mapping(bytes32 origin => bytes) private _papers;
    /// What has left an agreement, or was held back in it, on account of a milestone.
    mapping(bytes32 origin => mapping(uint256 milestone => uint256)) public spent;
    /// The same on account of a service period, in the interim and when it settled.
    mapping(bytes32 origin => mapping(uint256 period => uint256)) public spentOnPeriod;
    /// Both sides signed the final report of the period: it may take back what was due whatever else followed.
    mapping(bytes32 origin => mapping(uint256 period => bool)) public agreed;
    mapping(bytes32 owner => bytes32) public history;
    mapping(string kind => uint256) public succeeded;

    /// What was open of each milestone before the call that is recorded.
    uint256[64] private _rests;

    /* THE BOOKS */

    function count() external view returns (uint256) {
        return origins.length;
    }

    function accountOf(bytes32 origin) external view returns (Account memory) {
        return _accounts[origin];
    }

    function paperOf(bytes32 origin) public view returns (Paper memory) {
        return abi.decode(_papers[origin], (Paper));
    }

    function _keep(bytes32 origin, Paper memory paper) internal {
        if (_papers[origin].length == 0) origins.push(origin);
        _papers[origin] = abi.encode(paper);
    }

    /* A CALL */

    /// Calls the agreement and records what it did. A refusal is right, a failure of arithmetic never.
    function _try(string memory kind, address by, bytes32 origin, bytes memory data) internal returns (bool success) {
        _remember(origin);
        bytes memory answer;
        vm.prank(by);
        (success, answer) = address(agreement).call(data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (success) {
            ++succeeded[kind];
            for (uint256 i = 0; i < logs.length; ++i) {
                if (logs[i].emitter == address(agreement)) _record(logs[i]);
            }
            _advanceTo(origin);
        } else {
            assertFalse(bytes4(answer) == bytes4(keccak256("Panic(uint256)")), kind);
        }
    }

    function _remember(bytes32 origin) private {
        if (_papers[origin].length == 0) return;
        Paper memory paper = paperOf(origin);
        for (uint256 i = 0; i < paper.milestones.length; ++i) {
            _rests[i] = paper.milestones[i].amount - agreement.progressOfItem(origin, i).accepted;
        }
    }

    /// I2, I3: status moves forward once, and what is settled stays it.
    function _advanceTo(bytes32 origin) private {
        State memory state = agreement.stateOf(origin);
        Account storage account = _accounts[origin];
        if (account.status != state.status) {
            bool opened = account.status == Status.NONE && (state.status == Status.LIVE || state.status == 8);
            bool ended = account.status == Status.LIVE && state.status >= Status.DONE && state.status < 8;
            assertTrue(opened || ended, "status");
            account.status = state.status;
        }
        assertEq(account.settled & ~state.settled, 0, "settled for ever");
        (,, uint256 periods) = agreement.progressOf(origin);
        assertEq(account.periods & ~periods, 0, "periods settled for ever");
        (account.settled, account.periods) = (state.settled, periods);
    }

    /* AN EVENT */

    function _record(Vm.Log memory log) private {
        bytes32 selector = log.topics[0];
        if (_isOutside(selector)) return;
        bytes32 owner = log.topics[1];
        bytes32 hashed = keccak256(abi.encodePacked(log.topics, log.data));
        history[owner] = keccak256(abi.encode(history[owner], vm.getBlockTimestamp(), hashed));
        uint256[5] memory words;
        for (uint256 i = 0; i < log.data.length / 32; ++i) {
            words[i] = _wordAt(log.data, i);
        }
        uint256 item = log.topics.length > 2 ? uint256(log.topics[2]) : 0;
        _bookIn(selector, owner, words);
        _bookOut(selector, owner, item, words);
    }

    function _bookIn(bytes32 selector, bytes32 owner, uint256[5] memory words) private {
        if (selector == IAgreement.Opened.selector) _accounts[owner].funded += words[1];
        if (selector == IMilestoneEscrow.Funded.selector) _accounts[owner].funded += words[0];
    }

    function _bookOut(bytes32 selector, bytes32 owner, uint256 item, uint256[5] memory words) private {
        Account storage account = _accounts[owner];
        if (selector == IMilestoneEscrow.Accepted.selector) {
            account.paid += words[1];
            assertEq(_spendAll(owner, words[0]), words[1] + words[2], "every rest, paid or held back");
        } else if (selector == IMilestoneEscrow.AcceptedUpTo.selector) {
            account.paid += words[1];
            _spend(owner, item, words[1] + words[2]);
        } else if (selector == IMilestoneEscrow.Released.selector) {
            account.paid += words[0];
            _spend(owner, item, words[0] + words[1]);
        } else if (selector == IMilestoneEscrow.Reclaimed.selector) {
            account.refunded += words[1];
            assertEq(account.settled & words[0], 0, "reclaimed what was settled");
        } else if (selector == IMilestoneEscrow.Settled.selector) {
            account.paid += words[2];
            if (!agreed[owner][item]) assertLe(spentOnPeriod[owner][item], words[0] - words[1], "paid in the interim");
            _spendOnPeriod(owner, item, words);
        } else if (selector == IMilestoneEscrow.PaidInterim.selector) {
            ++succeeded["interim"];
            account.paid += words[2];
            assertGe(words[2] + words[3], 1, "nothing paid");
            _spendOnPeriod(owner, item, words);
        } else if (selector == IMilestoneEscrow.HoldbackReleased.selector) {
            account.paid += words[0];
        } else if (selector == IAgreement.Ruled.selector) {
            (account.paid, account.refunded) = (account.paid + words[1], account.refunded + words[2]);
            account.fees += words[3];
            if (item != HOLDBACK) _spend(owner, item, words[1] + words[2] + words[3]);
        } else if (selector == IAgreement.Ended.selector) {
            (account.paid, account.refunded) = (account.paid + words[1], account.refunded + words[2]);
        }
    }

    /// I3, I6.
    function _spend(bytes32 owner, uint256 milestone, uint256 amount) private {
        spent[owner][milestone] += amount;
        assertEq(_accounts[owner].settled >> milestone & 1, 0, "moved what was settled");
        assertLe(spent[owner][milestone], paperOf(owner).milestones[milestone].amount, "more than its amount");
    }

    function _spendAll(bytes32 owner, uint256 milestones) private returns (uint256 sum) {
        for (uint256 i = 0; i < 64; ++i) {
            if (milestones >> i & 1 == 0) continue;
            _spend(owner, i, _rests[i]);
            sum += _rests[i];
        }
    }

    /// I3, I6, I8.
    function _spendOnPeriod(bytes32 owner, uint256 period, uint256[5] memory words) private {
        spentOnPeriod[owner][period] += words[2] + words[3];
        assertEq(_accounts[owner].periods >> period & 1, 0, "moved what was settled");
        assertLe(words[0], paperOf(owner).billing.cap, "charge");
        assertLe(words[1], words[0] * 300_000 / 1e6, "credit above the cap of the period");
        assertLe(spentOnPeriod[owner][period], paperOf(owner).billing.cap, "paid above the cap");
        if (words[2] + words[3] == 0) return;
        assertLe(spentOnPeriod[owner][period], words[0] - words[1], "paid for a period");
    }

    function _wordAt(bytes memory data, uint256 index) private pure returns (uint256 result) {
        assembly ("memory-safe") {
            result := mload(add(add(data, 32), mul(index, 32)))
        }
    }
}
