// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {Closing, Status} from "../../../contracts/types/State.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice SPEC 4.6: ending at once with the split that both signed.
contract ClosingTest is AgreementTest {
    using PaperHash for Paper;

    function test_endByBoth_pays_what_both_signed() public {
        Paper memory paper = _heldBackPaper();
        bytes32 id = _open(paper);
        _accept(paper, 1);
        Closing memory closing = Closing(id, 260_004, 100_001, START + 1 days);
        bytes memory client = _signed(CLIENT_KEY, closing);
        bytes memory contractor = _signed(CONTRACTOR_KEY, closing);
        vm.warp(START + 1 days);
        _expect();
        emit IAgreement.Ended(id, Status.ENDED_BY_BOTH, 100_001, 160_003);
        vm.prank(STRANGER);
        agreement.endByBoth(paper.terms(), closing, client, contractor);
        _check(1);
        _assertMoney(paper, 190_001, 190_001, 0, 0, 0);
        _assertStatus(paper, Status.ENDED_BY_BOTH, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotLive.selector, id, Status.ENDED_BY_BOTH));
        agreement.endByBoth(paper.terms(), closing, client, contractor);
    }

    function test_endByBoth_gives_later_money_to_the_client_and_refuses_less() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        Closing memory closing = Closing(id, ALL, ALL, START + 1 days);
        bytes memory contractor = _signed(CONTRACTOR_KEY, closing);
        bytes memory client = _signed(CLIENT_KEY, closing);
        uint256 before = vm.snapshotState();
        _accept(paper, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IAgreement.Agreement_StaleClosing.selector, id, ALL - 100_000, closing.deadline)
        );
        agreement.endByBoth(paper.terms(), closing, client, contractor);
        vm.revertToState(before);
        word[id] = agreement.history(id);
        _fund(paper, ALL + 5);
        _expect();
        emit IAgreement.Ended(id, Status.ENDED_BY_BOTH, ALL, 5);
        vm.prank(CLIENT);
        agreement.endByBoth(paper.terms(), closing, "", contractor);
        _check(1);
        _assertMoney(paper, ALL, ALL, 0, 0, 0);
    }

    function test_endByBoth_refuses_what_is_stale_foreign_or_unsigned() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _closingFails(paper, Closing(id, ALL, ALL + 1, START), ALL);
        _closingFails(paper, Closing(id, ALL + 1, 0, START), ALL);
        _closingFails(paper, Closing(REASON, ALL, 0, START), ALL);
        _closingFails(paper, Closing(id, ALL, 0, START - 1), ALL);
        Closing memory closing = Closing(id, ALL, ALL, START);
        bytes memory contractor = _signed(CONTRACTOR_KEY, closing);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, id, CLIENT));
        vm.prank(CONTRACTOR);
        agreement.endByBoth(paper.terms(), closing, contractor, "");
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, id, CONTRACTOR));
        vm.prank(CLIENT);
        agreement.endByBoth(paper.terms(), closing, "", "");
        closing.toContractor = ALL - 1;
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, id, CONTRACTOR));
        vm.prank(CLIENT);
        agreement.endByBoth(paper.terms(), closing, "", contractor);
    }

    /* HELPERS */

    function _signed(uint256 key, Closing memory closing) private view returns (bytes memory) {
        return sign(key, PaperHash.digest(PaperHash.closing(closing), address(agreement)));
    }

    function _closingFails(Paper memory paper, Closing memory closing, uint256 all) private {
        bytes memory client = _signed(CLIENT_KEY, closing);
        bytes memory contractor = _signed(CONTRACTOR_KEY, closing);
        bytes32 id = _id(paper);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_StaleClosing.selector, id, all, closing.deadline));
        agreement.endByBoth(paper.terms(), closing, client, contractor);
    }
}
