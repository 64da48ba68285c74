// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {OracleMock} from "../../../contracts/mocks/OracleMock.sol";
import {Closing, Status} from "../../../contracts/types/State.sol";
import {Terms} from "../../../contracts/types/Terms.sol";
import {Vm} from "../Vm.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice SPEC 10: one life with every event; the history is rebuilt from the recorded logs alone, by their signatures.
contract LifeTest is AgreementTest {
    using PaperHash for Paper;

    struct Entry {
        uint256 time;
        bytes32 owner;
        bytes32 hashed;
    }

    HostileTokenMock internal hostile;
    Entry[] private book;
    mapping(bytes32 selector => uint256) private count;
    mapping(bytes32 selector => uint256) private topics;

    function test_every_event_of_a_life_is_in_its_history() public {
        hostile = new HostileTokenMock();
        hostile.mint(CLIENT, FUNDS);
        vm.prank(CLIENT);
        hostile.approve(address(agreement), type(uint256).max);
        Paper memory paper = _servicePaper();
        paper.deal.token = address(hostile);
        (paper.deal.holdback, paper.deal.holdbackUntil) = (100_000, START + 50 days);
        bytes32 origin = _id(paper);

        _comesIntoForce(paper);
        Paper memory next = _changeOf(paper, origin);
        next.legalText = REASON;
        _isReviewed(paper, next);
        _isPaid(next, origin);
        _ends(next, origin);

        _assertAllSeen();
        _assertHistory(origin);
        _assertHistory(_id(next));
    }

    /// A book kept of the logs, entry by entry, leads to the stored word; without its last entry, or with two of them
    /// exchanged, it does not.
    function _assertHistory(bytes32 owner) private view {
        bytes32 rebuilt;
        bytes32 before;
        uint256 entries;
        for (uint256 i = 0; i < book.length; ++i) {
            if (book[i].owner != owner) continue;
            before = rebuilt;
            rebuilt = keccak256(abi.encode(rebuilt, book[i].time, book[i].hashed));
            ++entries;
        }
        assertEq(agreement.history(owner), rebuilt, "history");
        assertTrue(entries > 0 && before != rebuilt, "entries");
    }

    /* THE LIFE */

    function _comesIntoForce(Paper memory paper) private {
        vm.prank(ARBITER);
        agreement.serve(paper.terms(), paper.arbitration);
        bytes memory signature = _signature(CONTRACTOR_KEY, paper);
        vm.prank(CLIENT);
        agreement.open(paper.proposal(), _noMaster(), "", signature, "");
        agreement.publish(_id(paper), abi.encode(paper));
        agreement.appoint(paper.terms(), paper.conditions(), paper.operators);
        Paper memory placed = _paper();
        (placed.offer.under, placed.offer.salt) = (_id(paper), 3);
        placed.offer.deposit = 0;
        signature = _signature(CONTRACTOR_KEY, placed);
        Terms[] memory master = new Terms[](1);
        master[0] = paper.terms();
        vm.prank(CLIENT);
        agreement.open(placed.proposal(), master, "", signature, "");
        Paper memory bid = _changeOf(paper, _id(paper));
        vm.prank(CLIENT);
        agreement.withdrawBid(bid.terms());
        _write();
    }

    function _isReviewed(Paper memory paper, Paper memory next) private {
        vm.warp(START + 1 days);
        vm.prank(CONTRACTOR);
        agreement.submit(paper.terms(), 1, WORK);
        vm.prank(CLIENT);
        agreement.reject(paper.terms(), 1, REASON);
        vm.prank(CLIENT);
        agreement.acceptUpTo(paper.terms(), 1, 100_003);
        _write();
        vm.warp(START + 2 days);
        vm.prank(CLIENT);
        agreement.dispute(paper.terms(), 1, REASON);
        next.offer.openBefore = START + 3 days;
        // the bid withdrawn before was another document
        next.offer.salt = 4;
        bytes[] memory signatures = _signatures(next);
        agreement.amend(paper.terms(), next.proposal(), paper.offerHash(), _conditions(paper, next), signatures);
        vm.prank(ARBITER);
        agreement.rule(next.terms(), next.arbitration, 1, 500_000);
        vm.prank(BACKUP);
        agreement.serve(next.terms(), next.arbitration);
        _write();
    }

    function _isPaid(Paper memory next, bytes32 origin) private {
        vm.warp(START + 31 days);
        vm.prank(CONTRACTOR);
        agreement.submit(next.terms(), 0, WORK);
        oracle.answer(origin, next.service(), 0, OracleMock.Result(1, 0, 400, 2e11, 1e11));
        agreement.settle(next.terms(), next.conditions(), 0);
        oracle.answer(origin, next.service(), 0, OracleMock.Result(1, START + 31 days, 400, 1e11, 1e11));
        agreement.settle(next.terms(), next.conditions(), 0);
        vm.prank(CLIENT);
        agreement.fund(next.terms(), 300_000);
        vm.prank(CONTRACTOR);
        agreement.setPayee(next.terms(), NEWCOMER, true);
        _write();
        vm.warp(START + 40 days);
        agreement.release(next.terms(), 0);
        vm.prank(NEWCOMER);
        agreement.take(origin, address(hostile));
        vm.prank(CONTRACTOR);
        agreement.setPayee(next.terms(), CONTRACTOR, false);
        hostile.refuse(CONTRACTOR, HostileTokenMock.Refusal.Reverts);
        vm.prank(CLIENT);
        agreement.accept(next.terms(), 4);
        vm.prank(CONTRACTOR);
        agreement.withdraw(address(hostile), NEWCOMER);
        _write();
        vm.warp(START + 51 days);
        agreement.releaseHoldback(next.terms());
        _write();
    }

    function _ends(Paper memory next, bytes32 origin) private {
        vm.prank(CLIENT);
        agreement.reclaim(next.terms(), next.conditions(), 0);
        vm.prank(CLIENT);
        agreement.giveNotice(next.terms(), next.conditions());
        uint256 held = agreement.stateOf(origin).held;
        Closing memory closing = Closing(_id(next), held, 7, START + 60 days);
        bytes32 digest = PaperHash.digest(PaperHash.closing(closing), address(agreement));
        bytes memory client = sign(CLIENT_KEY, digest);
        bytes memory contractor = sign(CONTRACTOR_KEY, digest);
        _write();
        vm.warp(START + 52 days);
        agreement.endByBoth(next.terms(), closing, client, contractor);
        _write();
        assertEq(agreement.stateOf(origin).status, Status.ENDED_BY_BOTH, "ended");
        uint256 owed = agreement.owed(address(hostile), CONTRACTOR) + agreement.owed(address(hostile), ARBITER);
        assertEq(hostile.balanceOf(address(agreement)), owed, "what is left is booked");
    }

    /* THE BOOK */

    /// Copies the logs since the last call, at the present time, into the book.
    function _write() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(agreement)) continue;
            ++count[logs[i].topics[0]];
            topics[logs[i].topics[0]] = logs[i].topics.length * 1_000 + logs[i].data.length;
            if (_isOutside(logs[i].topics[0])) continue;
            book.push(
                Entry(
                    vm.getBlockTimestamp(), logs[i].topics[1], keccak256(abi.encodePacked(logs[i].topics, logs[i].data))
                )
            );
        }
    }

    /// Every event the interface declares, by its signature, its number of topics and its size.
    function _assertAllSeen() private view {
        _seen("Opened(bytes32,address,address,address,uint256)", 4, 2);
        _seen("BidWithdrawn(bytes32,address)", 3, 0);
        _seen("PlacedUnder(bytes32,bytes32)", 3, 0);
        _seen("Amended(bytes32,bytes32,bytes32)", 3, 1);
        _seen("OperatorsAppointed(bytes32,bytes32)", 3, 0);
        _seen("ArbiterConsented(bytes32,address,bytes32)", 3, 1);
        _seen("Submitted(bytes32,uint256,bytes32)", 3, 1);
        _seen("Rejected(bytes32,uint256,bytes32)", 3, 1);
        _seen("Disputed(bytes32,uint256,address,bytes32)", 4, 1);
        _seen("Ruled(bytes32,uint256,address,uint256,uint256,uint256,uint256)", 4, 4);
        _seen("EndingAnnounced(bytes32,address,uint256,uint256)", 3, 2);
        _seen("Ended(bytes32,uint256,uint256,uint256)", 2, 3);
        _seen("Funded(bytes32,address,uint256)", 3, 1);
        _seen("Accepted(bytes32,uint256,uint256,uint256)", 2, 3);
        _seen("AcceptedUpTo(bytes32,uint256,uint256,uint256,uint256)", 3, 3);
        _seen("Released(bytes32,uint256,uint256,uint256)", 3, 2);
        _seen("Reclaimed(bytes32,address,uint256,uint256)", 3, 2);
        _seen("Settled(bytes32,uint256,uint256,uint256,uint256,uint256)", 3, 4);
        _seen("PaidInterim(bytes32,uint256,uint256,uint256,uint256,uint256)", 3, 4);
        _seen("HoldbackReleased(bytes32,uint256)", 2, 1);
        _seen("Booked(bytes32,address,uint256,bool)", 3, 2);
        _seen("Taken(bytes32,address,uint256)", 3, 1);
        _seen("PayeeSet(bytes32,address,address,bool)", 3, 2);
        _seen("Withdrawn(address,address,address,uint256)", 3, 2);
        assertEq(count[IAgreement.Published.selector], 1, "Published");
    }

    function _seen(string memory signature, uint256 topicCount, uint256 words) private view {
        bytes32 selector = keccak256(bytes(signature));
        assertGe(count[selector], 1, signature);
        assertEq(topics[selector], topicCount * 1_000 + words * 32, signature);
    }
}
