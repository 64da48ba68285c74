// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "../Vm.sol";
import {AgreementHandler} from "./AgreementHandler.sol";
import {AgreementPeriods} from "./AgreementPeriods.sol";
import {EquityHandler} from "./EquityHandler.sol";
import {OutsideHandler} from "./OutsideHandler.sol";
import {PaperHandler} from "./PaperHandler.sol";
import {PayrollHandler} from "./PayrollHandler.sol";
import {World} from "./World.sol";

/// @notice The one target of the campaign: plays all handlers, each as often as there is to do.
contract Player is Test {
    uint256 private constant TRIES = 4;

    World public immutable world;
    AgreementHandler public immutable agreements;
    EquityHandler public immutable equity;
    PayrollHandler public immutable payroll;
    PaperHandler public immutable papers;
    OutsideHandler public immutable outside;

    constructor(World world_) {
        world = world_;
        agreements = new AgreementHandler(world_);
        equity = new EquityHandler(world_);
        payroll = new PayrollHandler(world_);
        papers = new PaperHandler(world_);
        outside = new OutsideHandler(world_);
    }

    /// An action of somebody; when it was refused, or there was nothing to do, another one. Then what holds is checked.
    function play(uint256 seed) external {
        uint256 before = world.done();
        for (uint256 i = 0; i < TRIES && world.done() == before; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            (address handler, bytes4[] memory actions) = _areaOf(seed % 100);
            bytes4 action = actions[(seed >> 8) % actions.length];
            (bool success, bytes memory reason) =
                handler.call(abi.encodeWithSelector(action, _draw(seed, 1), _draw(seed, 2), _draw(seed, 3)));
            if (success) continue;
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
        world.check();
    }

    /// Brings every agreement to its end, with time alone.
    function end() external {
        for (uint256 i = 0; i < agreements.count(); ++i) {
            agreements.wayOut(i);
        }
    }

    function _draw(uint256 seed, uint256 number) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, number)));
    }

    function _areaOf(uint256 share) private view returns (address, bytes4[] memory) {
        if (share < 46) return (address(agreements), _ofAgreements());
        if (share < 70) return (address(equity), _ofEquity());
        if (share < 86) return (address(payroll), _ofPayroll());
        if (share < 94) return (address(papers), _ofPapers());
        return (address(outside), _ofOutside());
    }

    /// What the others wait for comes twice as often.
    function _ofAgreements() private pure returns (bytes4[] memory) {
        bytes4[44] memory all = [
            AgreementHandler.open.selector,
            AgreementHandler.withdrawBid.selector,
            AgreementHandler.actOnReplaced.selector,
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
            AgreementHandler.takeOut.selector,
            AgreementHandler.refuse.selector,
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
            AgreementHandler.rule.selector,
            AgreementHandler.ruleHoldback.selector,
            AgreementPeriods.report.selector,
            AgreementPeriods.reportBySide.selector,
            AgreementPeriods.counter.selector,
            AgreementPeriods.counter.selector,
            AgreementPeriods.finalise.selector,
            AgreementPeriods.finalise.selector,
            AgreementPeriods.ruleLevels.selector,
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
        return abi.decode(abi.encodePacked(uint256(32), uint256(44), abi.encode(all)), (bytes4[]));
    }

    function _ofEquity() private pure returns (bytes4[] memory) {
        bytes4[30] memory all = [
            EquityHandler.createPlan.selector,
            EquityHandler.raisePool.selector,
            EquityHandler.grant.selector,
            EquityHandler.offer.selector,
            EquityHandler.closeOffer.selector,
            EquityHandler.end.selector,
            EquityHandler.keep.selector,
            EquityHandler.keep.selector,
            EquityHandler.grantLeave.selector,
            EquityHandler.accelerate.selector,
            EquityHandler.accept.selector,
            EquityHandler.accept.selector,
            EquityHandler.comeBack.selector,
            EquityHandler.comeBack.selector,
            EquityHandler.end.selector,
            EquityHandler.grantLeave.selector,
            EquityHandler.rotate.selector,
            EquityHandler.proposeWallet.selector,
            EquityHandler.veto.selector,
            EquityHandler.setWallet.selector,
            EquityHandler.setWallet.selector,
            EquityHandler.sync.selector,
            EquityHandler.finish.selector,
            EquityHandler.finish.selector,
            EquityHandler.distribute.selector,
            EquityHandler.distribute.selector,
            EquityHandler.claim.selector,
            EquityHandler.claim.selector,
            EquityHandler.withdraw.selector,
            EquityHandler.refuse.selector
        ];
        return abi.decode(abi.encodePacked(uint256(32), uint256(30), abi.encode(all)), (bytes4[]));
    }

    function _ofPayroll() private pure returns (bytes4[] memory) {
        bytes4[12] memory all = [
            PayrollHandler.collect.selector,
            PayrollHandler.collect.selector,
            PayrollHandler.raisePledge.selector,
            PayrollHandler.pay.selector,
            PayrollHandler.post.selector,
            PayrollHandler.withdrawPosting.selector,
            PayrollHandler.claim.selector,
            PayrollHandler.claim.selector,
            PayrollHandler.takeMargin.selector,
            PayrollHandler.withdraw.selector,
            PayrollHandler.withdraw.selector,
            PayrollHandler.refuse.selector
        ];
        return abi.decode(abi.encodePacked(uint256(32), uint256(12), abi.encode(all)), (bytes4[]));
    }

    function _ofPapers() private pure returns (bytes4[] memory) {
        bytes4[9] memory all = [
            PaperHandler.registerKey.selector,
            PaperHandler.seat.selector,
            PaperHandler.put.selector,
            PaperHandler.giveAccess.selector,
            PaperHandler.giveReceipt.selector,
            PaperHandler.shred.selector,
            PaperHandler.setProfile.selector,
            PaperHandler.sealReview.selector,
            PaperHandler.revealReview.selector
        ];
        return abi.decode(abi.encodePacked(uint256(32), uint256(9), abi.encode(all)), (bytes4[]));
    }

    function _ofOutside() private pure returns (bytes4[] memory) {
        bytes4[4] memory all = [
            OutsideHandler.pass.selector,
            OutsideHandler.pass.selector,
            OutsideHandler.donate.selector,
            OutsideHandler.force.selector
        ];
        return abi.decode(abi.encodePacked(uint256(32), uint256(4), abi.encode(all)), (bytes4[]));
    }
}
