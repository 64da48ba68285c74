// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {State, Status} from "../../../contracts/types/State.sol";
import {Test} from "../Vm.sol";
import {AgreementHandler} from "./AgreementHandler.sol";
import {AgreementLedger} from "./AgreementLedger.sol";
import {AgreementPeriods} from "./AgreementPeriods.sol";

/// @notice SPEC 11, I1 to I8, over agreements and the oracle together.
contract AgreementInvariants is Test {
    uint256 private constant FUNDS = 10_000_000;
    uint256 private constant ACTIONS = 37;

    AgreementHandler internal handler;
    IAgreement internal agreement;
    uint256[37] private _successes;

    function setUp() public {
        _begin();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](ACTIONS + 2);
        for (uint256 i = 0; i < ACTIONS + 2; ++i) {
            targets[0].selectors[i] = i < ACTIONS ? _action(i) : AgreementHandler.pass.selector;
        }
    }

    /// forge-config: test.invariant.fail-on-revert = true
    function invariant_agreement() public view {
        _fundedIsPaidRefundedHeldAndHeldBack();
        _balancesAreHeldHeldBackOwedAndToTake();
        _historyAdvancesExactlyOnceAnEvent();
        _bystandersKeepWhatTheyHave();
    }

    /// I5, at the end of every run, for every agreement.
    function afterInvariant() public {
        _wayOut();
    }

    /// The campaign would say nothing if its calls were all refused: from fixed seeds each kind succeeds, and often.
    function test_handlers_reach_every_call() public {
        vm.pauseGasMetering();
        for (uint256 run = 0; run < 48; ++run) {
            this.runFrom(run);
        }
        string[37] memory kinds = _kinds();
        for (uint256 i = 0; i < kinds.length; ++i) {
            assertGe(_successes[i], 3, kinds[i]);
        }
    }

    /// One run of the campaign, by a seed.
    function runFrom(uint256 seed) external {
        _begin();
        for (uint256 call = 0; call < 120; ++call) {
            seed = uint256(keccak256(abi.encode(seed)));
            bytes4 selector = seed % 39 < ACTIONS ? _action(seed % 39) : AgreementHandler.pass.selector;
            (bool success,) =
                address(handler).call(abi.encodeWithSelector(selector, seed >> 8, seed << 64 | seed >> 192, seed >> 99));
            assertTrue(success, "handler");
        }
        invariant_agreement();
        _wayOut();
        string[37] memory kinds = _kinds();
        for (uint256 i = 0; i < kinds.length; ++i) {
            _successes[i] += handler.succeeded(kinds[i]);
        }
    }

    /* INVARIANTS */

    /// I1, per agreement.
    function _fundedIsPaidRefundedHeldAndHeldBack() private view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            bytes32 origin = handler.origins(i);
            AgreementLedger.Account memory account = handler.accountOf(origin);
            State memory state = agreement.stateOf(origin);
            uint256 out = account.paid + account.refunded + account.fees;
            assertEq(account.funded, out + state.held + state.retained, "funded");
            if (state.status != Status.LIVE) assertEq(state.held, 0, "held after the end");
        }
    }

    /// I1, per token.
    function _balancesAreHeldHeldBackOwedAndToTake() private view {
        (address plain, address hostile) = handler.tokens();
        for (uint256 k = 0; k < 2; ++k) {
            address token = k == 0 ? plain : hostile;
            address[7] memory payees = handler.payees();
            uint256 expected;
            for (uint256 p = 0; p < 7; ++p) {
                expected += agreement.owed(token, payees[p]);
            }
            for (uint256 i = 0; i < handler.count(); ++i) {
                bytes32 origin = handler.origins(i);
                for (uint256 p = 0; p < 7; ++p) {
                    expected += agreement.toTake(origin, payees[p], token);
                }
                if (handler.paperOf(origin).deal.token != token) continue;
                State memory state = agreement.stateOf(origin);
                expected += state.held + state.retained;
            }
            assertEq(IERC20(token).balanceOf(address(agreement)), expected, "balance");
        }
    }

    /// I4.
    function _historyAdvancesExactlyOnceAnEvent() private view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            bytes32 origin = handler.origins(i);
            assertEq(agreement.history(origin), handler.history(origin), "history");
        }
    }

    /// I7.
    function _bystandersKeepWhatTheyHave() private view {
        (address plain, address hostile) = handler.tokens();
        assertEq(IERC20(plain).balanceOf(handler.BYSTANDER()), FUNDS, "bystander");
        assertEq(IERC20(hostile).balanceOf(handler.BYSTANDER()), FUNDS, "bystander, hostile token");
    }

    function _wayOut() private {
        for (uint256 i = 0; i < handler.count(); ++i) {
            handler.wayOut(i);
        }
        invariant_agreement();
    }

    /* CALLS */

    function _begin() private {
        handler = new AgreementHandler();
        agreement = handler.escrow();
    }

    function _action(uint256 index) private pure returns (bytes4) {
        bytes4[ACTIONS] memory actions = [
            AgreementHandler.open.selector,
            AgreementHandler.withdrawBid.selector,
            AgreementHandler.amend.selector,
            AgreementHandler.appoint.selector,
            AgreementHandler.fund.selector,
            AgreementHandler.accept.selector,
            AgreementHandler.acceptUpTo.selector,
            AgreementHandler.release.selector,
            AgreementHandler.reclaim.selector,
            AgreementHandler.releaseHoldback.selector,
            AgreementHandler.setPayee.selector,
            AgreementHandler.takeOut.selector,
            AgreementHandler.refuse.selector,
            AgreementHandler.submit.selector,
            AgreementHandler.submit.selector,
            AgreementHandler.reject.selector,
            AgreementHandler.reject.selector,
            AgreementHandler.dispute.selector,
            AgreementHandler.dispute.selector,
            AgreementHandler.disputeHoldback.selector,
            AgreementHandler.serve.selector,
            AgreementHandler.rule.selector,
            AgreementHandler.ruleHoldback.selector,
            AgreementPeriods.report.selector,
            AgreementPeriods.reportBySide.selector,
            AgreementPeriods.counter.selector,
            AgreementPeriods.finalise.selector,
            AgreementPeriods.ruleLevels.selector,
            AgreementPeriods.waive.selector,
            AgreementPeriods.applyDefault.selector,
            AgreementPeriods.settle.selector,
            AgreementHandler.giveNotice.selector,
            AgreementHandler.endForCause.selector,
            AgreementHandler.endForNonPayment.selector,
            AgreementHandler.endForNonPayment.selector,
            AgreementHandler.endByBoth.selector,
            AgreementHandler.close.selector
        ];
        return actions[index];
    }

    function _kinds() private pure returns (string[37] memory) {
        return [
            "open",
            "withdrawBid",
            "amend",
            "appoint",
            "fund",
            "accept",
            "acceptUpTo",
            "release",
            "reclaim",
            "give up",
            "releaseHoldback",
            "setPayee",
            "take",
            "withdraw",
            "submit",
            "reject",
            "dispute",
            "dispute holdback",
            "serve",
            "rule",
            "split",
            "rule holdback",
            "report",
            "report by side",
            "counter",
            "silence",
            "concede",
            "rule levels",
            "waive",
            "default",
            "settle",
            "interim",
            "giveNotice",
            "endForCause",
            "endForNonPayment",
            "endByBoth",
            "close"
        ];
    }
}
