// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {Band, Credits, Level, Levels, Price, Report, Reporters} from "../../../contracts/types/ServiceLevels.sol";
import {Signed} from "../../../contracts/types/ServicePeriods.sol";
import {State, Status} from "../../../contracts/types/State.sol";
import {Contest, Offer, Terms} from "../../../contracts/types/Terms.sol";
import {AgreementTest} from "../agreement/AgreementTest.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {DocumentHash} from "../oracle/DocumentHash.sol";
import {World} from "./World.sol";

/// @notice The stage of the agreements: accounts, the documents that are opened, and how an action finds what it can act
/// on.
abstract contract AgreementDesk is AgreementTest {
    using PaperHash for Paper;

    World public immutable world;
    ISLAOracle public immutable sla;
    HostileTokenMock public immutable hostile;
    bytes32[] public origins;
    /// The documents that were in force until an amendment, ABI-encoded.
    bytes[] internal _stale;
    mapping(bytes32 origin => bytes) private _papers;
    bytes32[2] internal _levelsHashes;
    uint256 internal _salt = 100;

    constructor(World world_) {
        (world, agreement, token) = (world_, world_.agreement(), world_.plain());
        (sla, hostile) = (world_.sla(), world_.hostile());
        address[3] memory wealthy = [CLIENT, CONTRACTOR, STRANGER];
        for (uint256 i = 0; i < 3; ++i) {
            world.endow(wealthy[i]);
        }
        for (uint256 i = 0; i < 2; ++i) {
            _levelsHashes[i] = DocumentHash.ofLevels(_levels(i));
        }
        for (uint256 i = 0; i < 3; ++i) {
            _begin(_document(i), new Terms[](0));
        }
    }

    /// The set is the world's.
    function setUp() public pure override {}

    function _try(string memory kind, address by, bytes32 origin, bytes memory data) internal returns (bool) {
        return world.act(kind, by, address(agreement), origin, data);
    }

    function _tell(string memory kind, address by, bytes32 origin, bytes memory data) internal returns (bool) {
        return world.act(kind, by, address(sla), origin, data);
    }

    function _keep(bytes32 origin, Paper memory paper) internal {
        if (paper.deal.origin == 0) origins.push(origin);
        else _stale.push(_papers[origin]);
        _papers[origin] = abi.encode(paper);
        world.keep(origin, paper);
    }

    function paperOf(bytes32 origin) public view returns (Paper memory) {
        return abi.decode(_papers[origin], (Paper));
    }

    function count() external view returns (uint256) {
        return origins.length;
    }

    /* DOCUMENTS */

    function _document(uint256 kind) internal returns (Paper memory paper) {
        paper = _servicePaper();
        for (uint256 i = 0; i < 3; ++i) {
            paper.milestones[i].due = vm.getBlockTimestamp() + (15 + 12 * i) * 1 days;
        }
        (paper.deal.holdback, paper.deal.holdbackUntil) = (100_000, vm.getBlockTimestamp() + 35 days);
        (paper.ending.clientNotice, paper.ending.contractorNotice, paper.ending.cure) = (10 days, 5 days, 4 days);
        paper.arbitration.window = 6 days;
        paper.billing.oracle = address(sla);
        paper.levels = _levelsHashes[0];
        uint256[] memory ends = new uint256[](kind == 2 ? 0 : 4);
        for (uint256 i = 0; i < ends.length; ++i) {
            ends[i] = vm.getBlockTimestamp() + (i + 1) * 12 days;
        }
        (paper.schedule.start, paper.schedule.ends) = (vm.getBlockTimestamp(), ends);
        (paper.schedule.reportWithin, paper.schedule.finalWithin) = (3 days, 8 days);
        paper.schedule.contest = DocumentHash.ofContest(_contest());
        if (kind == 2) paper.deal.token = address(hostile);
        paper.offer = Offer(++_salt, vm.getBlockTimestamp(), kind == 1 ? 60_000 : ALL + 24_000, 0, 0);
    }

    /// Shorter than the escrow waits, taken together, or longer: a contest may be cut off.
    function _contest() internal pure returns (Contest memory) {
        return Contest(2 days, ARBITER, BACKUP, 2 days, 1);
    }

    /// The first variant holds its credits for one period.
    function _levels(uint256 variant) internal view returns (Levels memory levels) {
        levels.levels = new Level[](1);
        Band[] memory bands = new Band[](2);
        (bands[0], bands[1]) = (Band(950_000, 300_000), Band(900_000, 900_000));
        levels.levels[0] = Level(keccak256("level"), 0, 0, 0, 2, 1, 1 - variant, bands);
        levels.credits = Credits(500_000, 300_000, 250_000, 4, 2, 3, 30 days, 1, 3);
        levels.reporters = Reporters(CLIENT, CONTRACTOR, new address[](0), 0, new address[](0), 0);
        levels.prices = new Price[](1);
        levels.prices[0] = Price(keccak256("tickets"), 10 + variant);
    }

    function _levelsOf(Paper memory paper) internal view returns (Levels memory) {
        return _levels(_variantOf(paper));
    }

    function _variantOf(Paper memory paper) internal view returns (uint256) {
        return paper.levels == _levelsHashes[0] ? 0 : 1;
    }

    function _begin(Paper memory paper, Terms[] memory master) internal {
        bytes32 id = _id(paper);
        bytes memory client = _signature(CLIENT_KEY, paper);
        bytes memory contractor = _signature(CONTRACTOR_KEY, paper);
        bytes memory data = abi.encodeCall(IAgreement.open, (paper.proposal(), master, client, contractor, bytes("")));
        if (_try("open", STRANGER, id, data)) _keep(id, paper);
    }

    function _sign(Report memory given, bool byClient, bool byContractor) internal view returns (Signed[] memory list) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Workpact SLA"),
                keccak256("1"),
                block.chainid,
                address(sla)
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, DocumentHash.ofReport(given)));
        list = new Signed[](byClient && byContractor ? 2 : 1);
        uint256 last = list.length - 1;
        if (byClient) list[CLIENT < CONTRACTOR ? 0 : last] = Signed(CLIENT, sign(CLIENT_KEY, digest));
        if (byContractor) list[CLIENT < CONTRACTOR ? last : 0] = Signed(CONTRACTOR, sign(CONTRACTOR_KEY, digest));
    }

    /// Seven times of eight one that has not ended, if there is one.
    function _pick(uint256 seed) internal view returns (bytes32 origin, Paper memory paper) {
        origin = origins[seed % origins.length];
        for (uint256 k = seed >> 132 & 7 == 0 ? origins.length : 0; k < origins.length; ++k) {
            if (agreement.stateOf(origins[(seed % 97 + k) % origins.length]).status != Status.LIVE) continue;
            origin = origins[(seed % 97 + k) % origins.length];
            break;
        }
        paper = paperOf(origin);
    }

    /// Seven times of eight a milestone that is in a phase, wherever there is one, so that the call has a meaning.
    function _seek(uint256 seed, uint256 phase)
        internal
        view
        returns (bytes32 origin, Paper memory paper, uint256 item)
    {
        for (uint256 k = seed >> 128 & 7 == 0 ? origins.length : 0; k < origins.length; ++k) {
            origin = origins[(seed % 97 + k) % origins.length];
            State memory state = agreement.stateOf(origin);
            if (state.status != Status.LIVE) continue;
            paper = paperOf(origin);
            for (uint256 i = 0; i < paper.milestones.length; ++i) {
                item = ((seed >> 16) + i) % paper.milestones.length;
                if (state.settled >> item & 1 == 1) continue;
                if (agreement.progressOfItem(origin, item).phase == phase) return (origin, paper, item);
            }
        }
        (origin, paper) = _pick(seed);
        item = (seed >> 16) % paper.milestones.length;
    }

    /// One time of four, waits until `time` has passed.
    function _wait(uint256 seed, uint256 time) internal {
        if (seed >> 200 & 3 == 0 && time > vm.getBlockTimestamp()) vm.warp(time);
    }
}
