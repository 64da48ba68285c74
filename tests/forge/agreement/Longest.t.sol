// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {OracleMock} from "../../../contracts/mocks/OracleMock.sol";
import {Closing, Status} from "../../../contracts/types/State.sol";
import {Milestone} from "../../../contracts/types/Terms.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice 64 milestones and 256 periods, all at once: each call is below a third of what a transaction can have
/// (EIP-7825), its data included.
contract LongestTest is AgreementTest {
    using PaperHash for Paper;

    uint256 private constant THIRD = uint256(16_777_216) / 3;

    /// @custom:threat T16
    function test_opening_and_accepting_the_longest_document() public {
        Paper memory paper = _longest();
        bytes memory client = _signature(CLIENT_KEY, paper);
        bytes memory contractor = _signature(CONTRACTOR_KEY, paper);
        _cheap(STRANGER, abi.encodeCall(IAgreement.open, (paper.proposal(), _noMaster(), client, contractor, "")));
        _cheap(CLIENT, abi.encodeCall(IMilestoneEscrow.accept, (paper.terms(), type(uint64).max)));
        assertEq(token.balanceOf(CONTRACTOR), 64 * 1_000 + 32 * 63, "contractor");
    }

    /// @custom:threat T16
    function test_amending_the_longest_document() public {
        Paper memory paper = _longest();
        Paper memory next = _changeOf(paper, _open(paper));
        for (uint256 i = 0; i < 64; ++i) {
            next.milestones[i].due += 1;
        }
        next.legalText = REASON;
        bytes[] memory signatures = _signatures(next);
        _cheap(
            STRANGER,
            abi.encodeCall(
                IAgreement.amend,
                (paper.terms(), next.proposal(), paper.offerHash(), _conditions(paper, next), signatures)
            )
        );
        assertEq(_state(next).id, _id(next), "in force");
    }

    /// @custom:threat T16
    function test_ending_the_longest_document_by_notice_or_by_both() public {
        Paper memory paper = _longest();
        bytes32 id = _open(paper);
        _cheap(CLIENT, abi.encodeCall(IAgreement.giveNotice, (paper.terms(), paper.conditions())));
        Closing memory closing = Closing(id, paper.offer.deposit, 1, START);
        bytes32 digest = PaperHash.digest(PaperHash.closing(closing), address(agreement));
        (bytes memory client, bytes memory contractor) = (sign(CLIENT_KEY, digest), sign(CONTRACTOR_KEY, digest));
        _cheap(STRANGER, abi.encodeCall(IAgreement.endByBoth, (paper.terms(), closing, client, contractor)));
        assertEq(agreement.stateOf(id).status, Status.ENDED_BY_BOTH, "ended");
    }

    /// @custom:threat T16
    function test_settling_reclaiming_and_closing_the_longest_document() public {
        Paper memory paper = _longest();
        bytes32 id = _open(paper);
        oracle.answer(id, paper.service(), 255, OracleMock.Result(1, START + 256 days, 0, 1e11, 1e11));
        vm.warp(START + 300 days);
        _cheap(STRANGER, abi.encodeCall(IMilestoneEscrow.settle, (paper.terms(), paper.conditions(), 255)));
        _cheap(
            STRANGER, abi.encodeCall(IMilestoneEscrow.reclaim, (paper.terms(), paper.conditions(), type(uint64).max))
        );
        for (uint256 i = 0; i < 255; ++i) {
            _settle(paper, i);
        }
        _cheap(STRANGER, abi.encodeCall(IAgreement.close, (paper.terms(), paper.conditions())));
        assertEq(agreement.stateOf(id).status, Status.DONE, "done");
        // Without a credit but the last one's: a tenth of 10,000.
        assertEq(token.balanceOf(CONTRACTOR), 256 * 10_000 - 1_000, "contractor");
    }

    function _settle(Paper memory paper, uint256 period) private {
        agreement.settle(paper.terms(), paper.conditions(), period);
    }

    function _longest() private view returns (Paper memory paper) {
        paper = _servicePaper();
        paper.milestones = new Milestone[](64);
        for (uint256 i = 0; i < 64; ++i) {
            paper.milestones[i] = Milestone(1_000 + i, START + 100 days + i);
        }
        paper.schedule.ends = new uint256[](256);
        for (uint256 i = 0; i < 256; ++i) {
            paper.schedule.ends[i] = START + (i + 1) * 1 days;
        }
        (paper.billing.cover, paper.offer.deposit) = (256, 64 * 1_000 + 32 * 63 + 256 * 12_000);
    }

    /// With what the transaction and its data cost, at the floor of EIP-7623 too.
    function _cheap(address by, bytes memory data) private {
        uint256 zeros;
        for (uint256 i = 0; i < data.length; ++i) {
            if (data[i] == 0) ++zeros;
        }
        uint256 tokens = zeros + 4 * (data.length - zeros);
        vm.prank(by);
        uint256 before = gasleft();
        (bool isDone,) = address(agreement).call(data);
        uint256 used = before - gasleft();
        assertTrue(isDone, "done");
        assertLe(21_000 + 4 * tokens + used, THIRD, "gas");
        assertLe(21_000 + 10 * tokens, THIRD, "gas of the data");
    }
}
