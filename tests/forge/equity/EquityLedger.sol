// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test, Vm} from "../Vm.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {WorkerToken} from "../../../contracts/WorkerToken.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {ProgressMock} from "../../../contracts/mocks/ProgressMock.sol";
import {Acceptance, Line, Offer} from "../../../contracts/types/Equity.sol";

/// @notice What the events of the worker equity say of units, money and words, added up beside it: two pools of one
/// token and one currency, each with a manager and its roster.
abstract contract EquityLedger is Test {
    uint256 internal constant WALLETS = 10;
    uint256 internal constant FUNDS = 1e24;
    address internal constant ISSUER = address(0x1551);
    address internal constant STRANGER = address(0x57a6);
    bytes32 internal constant ORIGIN = keccak256("an agreement");

    IWorkerEquity public immutable equity = IWorkerEquity(vm.deployCode("out/WorkerEquity.sol/WorkerEquity.json"));
    ProgressMock public immutable progress = new ProgressMock();
    HostileTokenMock public immutable currency = new HostileTokenMock();
    WorkerToken public immutable token;

    uint256 internal time = 1_700_000_000;

    /// By pool.
    mapping(uint256 pool => uint256) public granted;
    mapping(uint256 pool => uint256) public forfeited;
    mapping(uint256 pool => uint256) public distributed;
    mapping(uint256 pool => uint256) public paid;
    /// How often revenue was paid or booked: each time rounds down.
    mapping(uint256 pool => uint256) public payments;

    /// By grant; the pool is zero while there is none.
    mapping(uint256 grant => uint256) public poolOfGrant;
    mapping(uint256 grant => uint256) public claimed;
    mapping(uint256 grant => uint256) internal vested;
    /// A grant whose vested units fell.
    uint256 public fallen;

    mapping(address wallet => uint256) public unitsOf;
    mapping(address wallet => uint256) public revenueOf;
    mapping(bytes32 book => bytes32) public history;
    bytes32[] public books;
    mapping(string kind => uint256) public succeeded;

    /// Each with its leaves, without proofs.
    bytes[] internal _offers;
    mapping(uint256 which => uint256) public acceptedOfOffer;

    address[] private _wallets;
    mapping(address wallet => uint256) internal _keyOf;

    constructor() {
        for (uint256 key = 0xa11ce00; key < 0xa11ce00 + WALLETS; ++key) {
            _wallets.push(vm.addr(key));
            _keyOf[vm.addr(key)] = key;
        }
        vm.warp(time);
        vm.recordLogs();
        vm.prank(ISSUER);
        token = WorkerToken(equity.createToken("Desk Units", "DESK"));
        currency.mint(ISSUER, FUNDS);
        vm.prank(ISSUER);
        currency.approve(address(equity), FUNDS);
        for (uint256 pool = 1; pool <= 2; ++pool) {
            vm.prank(ISSUER);
            equity.openPool(address(token), managerOf(pool), 1e9, address(progress), ORIGIN, address(currency));
            address[] memory two = new address[](2);
            (two[0], two[1]) = (walletAt(2 * pool), walletAt(2 * pool + 1));
            vm.prank(managerOf(pool));
            equity.enrol(two);
        }
        _record(vm.getRecordedLogs());
    }

    function managerOf(uint256 pool) public pure returns (address) {
        return address(uint160(0x3a49 + pool));
    }

    function walletAt(uint256 index) public view returns (address) {
        return _wallets[index % WALLETS];
    }

    function wallets() external view returns (address[] memory) {
        return _wallets;
    }

    function bookCount() external view returns (uint256) {
        return books.length;
    }

    function offerAt(uint256 which) public view returns (Offer memory offered, Acceptance[] memory leaves) {
        return abi.decode(_offers[which], (Offer, Acceptance[]));
    }

    /// For the invariants, which ask after every call.
    function grantsOf(uint256 count) external view returns (uint256[] memory pools, uint256[] memory units) {
        (pools, units) = (new uint256[](count + 1), new uint256[](count + 1));
        for (uint256 i = 1; i <= count; ++i) {
            (pools[i], units[i]) = (poolOfGrant[i], claimed[i]);
        }
    }

    function offersNow() external view returns (Offer[] memory offers, uint256[] memory accepted) {
        (offers, accepted) = (new Offer[](_offers.length), new uint256[](_offers.length));
        for (uint256 i = 0; i < _offers.length; ++i) {
            (offers[i],) = offerAt(i);
            accepted[i] = acceptedOfOffer[i];
        }
    }

    /* CALLS */

    /// What the contract refuses is no failure; a panic is.
    function _try(string memory kind, address by, bytes memory data) internal returns (bool success) {
        bytes memory answer;
        vm.prank(by);
        (success, answer) = address(equity).call(data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (success) {
            ++succeeded[kind];
            _record(logs);
        } else {
            assertFalse(bytes4(answer) == bytes4(keccak256("Panic(uint256)")), kind);
        }
        _watch();
    }

    function _wait(uint256 most) internal {
        time += most;
        vm.warp(time);
        _watch();
    }

    /* EVENTS */

    function _record(Vm.Log[] memory logs) private {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(equity)) continue;
            bytes32 book = logs[i].topics[1];
            if (history[book] == 0) books.push(book);
            history[book] = keccak256(abi.encode(history[book], time, eventHash(logs[i])));
            _count(logs[i].topics[0], logs[i].topics, logs[i].data);
        }
    }

    function _count(bytes32 kind, bytes32[] memory topics, bytes memory data) private {
        uint256 pool = uint256(topics[2]);
        if (kind == IWorkerEquity.Granted.selector) {
            (uint256 first, Line[] memory lines) = abi.decode(data, (uint256, Line[]));
            for (uint256 i = 0; i < lines.length; ++i) {
                poolOfGrant[first + i] = pool;
                granted[pool] += lines[i].units;
            }
        } else if (kind == IWorkerEquity.Offered.selector) {
            granted[pool] += abi.decode(data, (Offer)).units;
        } else if (kind == IWorkerEquity.OfferClosed.selector) {
            (, uint256 returned) = abi.decode(data, (uint256, uint256));
            forfeited[pool] += returned;
        } else if (kind == IWorkerEquity.GrantEnded.selector) {
            uint256[5] memory words = abi.decode(data, (uint256[5]));
            forfeited[pool] += words[3];
            if (words[4] != 0) ++payments[pool];
        } else if (kind == IWorkerEquity.Distributed.selector) {
            (, uint256 amount) = abi.decode(data, (uint256, uint256));
            distributed[pool] += amount;
        } else {
            _countPaid(kind, pool, topics, data);
        }
    }

    function _countPaid(bytes32 kind, uint256 pool, bytes32[] memory topics, bytes memory data) private {
        if (kind == IWorkerEquity.Claimed.selector) {
            (, address wallet, uint256 units, uint256 revenue) = abi.decode(data, (uint256, address, uint256, uint256));
            claimed[uint256(topics[3])] += units;
            unitsOf[wallet] += units;
            revenueOf[wallet] += revenue;
            paid[pool] += revenue;
            if (revenue != 0) ++payments[pool];
        } else if (kind == IWorkerEquity.Booked.selector) {
            uint256 amount = abi.decode(data, (uint256));
            revenueOf[equity.walletOf(managerOf(pool), uint256(topics[3]))] -= amount;
            paid[pool] -= amount;
            ++succeeded["book"];
        } else if (kind == IWorkerEquity.RevenueWithdrawn.selector) {
            (address wallet, uint256 amount) = abi.decode(data, (address, uint256));
            revenueOf[wallet] += amount;
            paid[pool] += amount;
        }
    }

    function _watch() private {
        (,, uint256 grants) = equity.counts();
        for (uint256 i = 1; i <= grants; ++i) {
            if (poolOfGrant[i] == 0) continue;
            uint256 vestedNow = equity.vestedOf(i);
            if (vestedNow < vested[i]) fallen = i;
            if (vestedNow != vested[i]) vested[i] = vestedNow;
        }
    }
}
