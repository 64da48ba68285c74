// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {
    Acceptance,
    Gate,
    Grant,
    Line,
    Mark,
    NEVER,
    Offer,
    Plan,
    Pool,
    Proposal,
    Reason,
    Standing
} from "../../../contracts/types/Equity.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {Leaves} from "../equity/Leaves.sol";
import {Test} from "../Vm.sol";
import {World} from "./World.sol";

/// @notice What the client as issuer, two contractors as managers, workers and strangers do to a pool for the first
/// agreement and one for the third, in their tokens and gated by what becomes of them, in any order.
/// @dev Every action takes three seeds. What the contract refuses is no failure; {World} says what is.
contract EquityHandler is Test {
    using PaperHash for Paper;

    uint256 private constant WALLETS = 10;
    uint256 private constant MOST_PLANS = 6;
    uint256 private constant MOST_GRANTS = 16;
    uint256 private constant MOST_OFFERS = 4;
    uint256 private constant MOST_WORKERS = 5;
    address private constant STRANGER = address(0x57a6);
    address private immutable ISSUER = vm.addr(0xC1);

    World public immutable world;
    IWorkerEquity public immutable equity;
    HostileTokenMock public immutable currency;
    bytes32[3] private _origins;
    address[] private _wallets;
    mapping(address wallet => uint256) private _keyOf;
    /// Each with its leaves, without proofs.
    bytes[] private _offers;

    enum Wanted {
        OnLeave,
        Ending,
        Ripe
    }

    constructor(World world_) {
        (world, equity, currency) = (world_, world_.equity(), world_.hostile());
        for (uint256 key = 0xa11ce00; key < 0xa11ce00 + WALLETS; ++key) {
            _wallets.push(vm.addr(key));
            _keyOf[vm.addr(key)] = key;
        }
        _try("createToken", ISSUER, abi.encodeCall(equity.createToken, ("Desk Units", "DESK")));
        for (uint256 pool = 1; pool <= 2; ++pool) {
            _origins[pool] = world.origins(2 * pool - 2);
            address money = world.paperOf(_origins[pool]).deal.token;
            bytes memory data = abi.encodeCall(
                equity.openPool, (world.unit(), managerOf(pool), 1e9, address(world.agreement()), _origins[pool], money)
            );
            _try("openPool", ISSUER, data);
            address[] memory two = new address[](2);
            (two[0], two[1]) = (walletAt(2 * pool), walletAt(2 * pool + 1));
            _try("enrol", managerOf(pool), abi.encodeCall(equity.enrol, (two)));
        }
        // Ten steps of five days, with notice, leave and 40 % for leavers; twenty of two days, at most as the gate.
        createPlan(0, 5 days, 9 | 2 << 16 | 10 days << 32 | 1 << 64 | 400_000 << 72);
        createPlan(1 | 15 << 32, 2 days, 19 | 1 << 8 | 3 << 16 | 5 days << 32);
    }

    /// The contractor of the agreements, and the one that may take one over.
    function managerOf(uint256 pool) public pure returns (address) {
        return vm.addr(pool == 1 ? 0xC2 : 0xC3);
    }

    function walletAt(uint256 index) public view returns (address) {
        return _wallets[index % WALLETS];
    }

    function _try(string memory kind, address by, bytes memory data) private returns (bool) {
        return world.act(kind, by, address(equity), 0, data);
    }

    /// About one grant.
    function _tryOn(string memory kind, address by, uint256[] memory grants, bytes memory data) private {
        world.act(kind, by, address(equity), bytes32(grants[0]), data);
    }

    function _offerAt(uint256 which) private view returns (Offer memory offered, Acceptance[] memory leaves) {
        return abi.decode(_offers[which], (Offer, Acceptance[]));
    }

    /* ISSUER */

    function createPlan(uint256 which, uint256 steps, uint256 kind) public {
        (, uint256 plans,) = equity.counts();
        if (plans >= MOST_PLANS) return;
        Plan memory plan;
        plan.start = uint40(vm.getBlockTimestamp() + (which >> 8) % 10 days - 5 days);
        plan.step = uint32(steps % 5 days + 1);
        plan.duration = plan.step * uint32(kind % 20 + 1);
        plan.cliff = uint32((steps >> 32) % (plan.duration + 1));
        plan.gate = Gate((kind >> 8) % 4);
        if (plan.gate != Gate.None) {
            plan.milestones = uint64(which >> 32) % 16;
            plan.periods = plan.milestones == 0 ? 5 : (which >> 64) % 8;
            if (plan.periods != 0) plan.oracle = address(world.sla());
            if (plan.periods != 0) plan.document = world.paperOf(_origins[which % 2 + 1]).service();
        }
        uint32[5] memory notices = [uint32(0), 0, 3 days, 10 days, NEVER];
        plan.notice = notices[(kind >> 16) % 5];
        plan.mostLeave = uint32((kind >> 32) % 20 days);
        plan.leaver = (kind >> 64) % 2 == 0 ? 0 : uint24((kind >> 72) % 1_000_001);
        _try("createPlan", ISSUER, abi.encodeCall(equity.createPlan, (which % 2 + 1, plan)));
    }

    function raisePool(uint256 which, uint256 more, uint256 rarely) external {
        if (rarely % 4 != 0) return;
        which = which % 2 + 1;
        uint80 units = equity.poolOf(which).units + 1 + uint80(more % 1e9);
        _try("raisePool", ISSUER, abi.encodeCall(equity.raisePool, (which, units)));
    }

    /* MANAGER */

    function grant(uint256 which, uint256 first, uint256 second) external {
        (uint256 plan, uint256 pool, uint256 left) = _room(which, 2);
        if (left < 4) return;
        uint256 workers = equity.workersOf(managerOf(pool));
        Line[] memory lines = new Line[](2);
        lines[0] = Line(uint24((first >> 96) % workers + 1), uint80(bound(first, 1, left / 3)));
        lines[1] = Line(uint24((second >> 96) % workers + 1), uint80(bound(second, 1, left / 3)));
        _try("grant", managerOf(pool), abi.encodeCall(equity.grant, (plan, lines)));
    }

    /// To workers with wallets or, one time in two, to one more whose wallet comes with the leaf. One root in four has
    /// more in its leaves than is set aside.
    function offer(uint256 which, uint256 seed, uint256 times) external {
        uint256 count = seed % 3 + 1;
        (uint256 plan, uint256 pool, uint256 left) = _room(which, count);
        if (left < 24 || _offers.length >= MOST_OFFERS) return;
        Offer memory offered = _nextOffer(plan, pool, times);
        offered.count = count;
        uint256 newWorkers = equity.workersOf(offered.manager) < MOST_WORKERS ? (seed >> 8) % 2 : 0;
        uint256 workers = equity.workersOf(offered.manager) + newWorkers;
        Acceptance[] memory leaves = new Acceptance[](count);
        for (uint256 i = 0; i < count; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            (leaves[i].index, leaves[i].worker) = (i, (seed >> 128) % workers + 1);
            (leaves[i].wallet, leaves[i].salt) = (walletAt(seed >> 64), bytes32(seed));
            leaves[i].units = bound(seed, 2, left / 6);
            offered.units += leaves[i].units;
        }
        if (seed % 4 == 0) --offered.units;
        offered.root = Leaves.prove(address(equity), plan, offered.number, leaves);
        if (_try("offer", offered.manager, _offerCall(offered, newWorkers))) _offers.push(abi.encode(offered, leaves));
    }

    function closeOffer(uint256 which, uint256 by, uint256) external {
        if (_offers.length == 0) return;
        (Offer memory offered,) = _offerAt(which % _offers.length);
        bool isEarly = vm.getBlockTimestamp() < offered.from;
        address caller = by % 4 == 0 ? offered.manager : STRANGER;
        _try(isEarly ? "correct" : "closeOffer", caller, abi.encodeCall(equity.closeOffer, (offered)));
    }

    function end(uint256 which, uint256 reason, uint256) external {
        uint256[] memory grants = _chosen(which);
        _syncFor(grants);
        _tryOn("end", _managerOf(grants), grants, abi.encodeCall(equity.end, (grants, Reason(reason % 7))));
    }

    function keep(uint256 which, uint256, uint256) external {
        uint256[] memory grants = _chosenWith(which, Wanted.Ending);
        _tryOn("keep", _managerOf(grants), grants, abi.encodeCall(equity.keep, (grants)));
    }

    function grantLeave(uint256 which, uint256, uint256) external {
        uint256[] memory grants = _chosen(which);
        _tryOn("grantLeave", _managerOf(grants), grants, abi.encodeCall(equity.grantLeave, (grants)));
    }

    function accelerate(uint256 which, uint256 part, uint256 rarely) external {
        if (rarely % 2 == 0) return;
        uint256[] memory grants = _chosen(which);
        _try("accelerate", _managerOf(grants), abi.encodeCall(equity.accelerate, (grants, part % 1_000_001)));
    }

    /* WORKERS */

    function accept(uint256 which, uint256 line, uint256 how) external {
        if (_offers.length == 0) return;
        which %= _offers.length;
        (Offer memory offered, Acceptance[] memory leaves) = _offerAt(which);
        Leaves.prove(address(equity), offered.plan, offered.number, leaves);
        Acceptance[] memory chosen = new Acceptance[](1);
        chosen[0] = leaves[line % leaves.length];
        address wallet = equity.walletOf(offered.manager, chosen[0].worker);
        if (wallet == address(0)) wallet = chosen[0].wallet;
        if (how % 2 == 0) chosen[0].signature = sign(_keyOf[wallet], _digest(Leaves.acceptHash(offered, chosen[0])));
        uint256 grantId = offered.first + chosen[0].index;
        bool isNew = world.poolOfGrant(grantId) == 0;
        address caller = how % 2 == 0 ? STRANGER : wallet;
        _try(isNew ? "accept" : "accept again", caller, abi.encodeCall(equity.accept, (offered, chosen)));
    }

    function comeBack(uint256 which, uint256 by, uint256) external {
        uint256[] memory grants = _chosenWith(which, Wanted.OnLeave);
        address manager = _managerOf(grants);
        address wallet = equity.walletOf(manager, equity.grantOf(grants[0]).worker);
        _tryOn("comeBack", by % 2 == 0 ? manager : wallet, grants, abi.encodeCall(equity.comeBack, (grants)));
    }

    function rotate(uint256 which, uint256 to, uint256 how) external {
        if (how % 8 > 2) return;
        (address manager, uint256 worker) = _worker(which);
        address wallet = equity.walletOf(manager, worker);
        address other = walletAt(to);
        bytes memory signature;
        if (how % 2 == 0 && wallet != address(0)) {
            bytes32 kind =
                keccak256("Rotate(address manager,uint256 worker,address wallet,uint256 nonce,uint256 deadline)");
            uint256 nonce = equity.nonceOf(manager, worker);
            signature = sign(
                _keyOf[wallet],
                _digest(keccak256(abi.encode(kind, manager, worker, other, nonce, vm.getBlockTimestamp())))
            );
        }
        address caller = how % 2 == 0 ? STRANGER : wallet;
        _try(
            "rotate", caller, abi.encodeCall(equity.rotate, (manager, worker, other, vm.getBlockTimestamp(), signature))
        );
    }

    function proposeWallet(uint256 which, uint256 to, uint256 rarely) external {
        if (rarely % 4 != 0) return;
        (address manager, uint256 worker) = _worker(which);
        _try("propose", manager, abi.encodeCall(equity.proposeWallet, (worker, walletAt(to))));
    }

    function veto(uint256 which, uint256 rarely, uint256) external {
        (address manager, uint256 worker) = _worker(which);
        if (rarely % 2 == 0) return;
        for (uint256 i = 0; i < 2 * MOST_WORKERS && equity.proposalOf(manager, worker).wallet == address(0); ++i) {
            (manager, worker) = _worker(i | i >> 1 << 8);
        }
        _try("veto", equity.walletOf(manager, worker), abi.encodeCall(equity.veto, (manager, worker, "")));
    }

    /// A proposal that is ripe, or half of the time becomes so.
    function setWallet(uint256 which, uint256 waits, uint256) external {
        (address manager, uint256 worker) = _worker(which);
        Proposal memory proposal = equity.proposalOf(manager, worker);
        for (uint256 i = 0; i < 2 * MOST_WORKERS && proposal.wallet == address(0); ++i) {
            (manager, worker) = _worker(i | i >> 1 << 8);
            proposal = equity.proposalOf(manager, worker);
        }
        if (waits & 1 == 0 && proposal.wallet != address(0) && proposal.ripeAt > vm.getBlockTimestamp()) {
            vm.warp(proposal.ripeAt);
        }
        _try("setWallet", STRANGER, abi.encodeCall(equity.setWallet, (manager, worker, proposal.wallet)));
    }

    /* ANYONE */

    function sync(uint256 plan, uint256, uint256) external {
        (, uint256 plans,) = equity.counts();
        _try("sync", STRANGER, abi.encodeCall(equity.sync, (plan % plans + 1)));
    }

    /// An end reads the gate; what that changes for the other grants of the plan is no part of it.
    function _syncFor(uint256[] memory grants) private {
        uint256 plan = equity.grantOf(grants[0]).plan;
        if (plan != 0) _try("sync", STRANGER, abi.encodeCall(equity.sync, (plan)));
    }

    function finish(uint256 which, uint256, uint256) external {
        uint256[] memory grants = _chosenWith(which, Wanted.Ripe);
        _syncFor(grants);
        _tryOn("finish", STRANGER, grants, abi.encodeCall(equity.finish, (grants)));
    }

    function distribute(uint256 which, uint256 amount, uint256 scale) external {
        if (scale >> 64 & 1 == 1) return;
        amount = amount % 10 ** (scale % 6) + 1;
        _try("distribute", ISSUER, abi.encodeCall(equity.distribute, (which % 2 + 1, amount)));
    }

    /// The grants that `which` has a bit for, and some of them again.
    function claim(uint256 which, uint256, uint256) external {
        (,, uint256 grants) = equity.counts();
        uint256[] memory chosen = new uint256[](2 * grants);
        uint256 count;
        for (uint256 i = 0; i < 2 * grants; ++i) {
            if (which >> i & 1 == 1 && world.poolOfGrant(i % grants + 1) != 0) chosen[count++] = i % grants + 1;
        }
        assembly ("memory-safe") {
            mstore(chosen, count)
        }
        _try("claim", STRANGER, abi.encodeCall(equity.claim, (chosen)));
    }

    function withdraw(uint256 which, uint256 recovers, uint256) external {
        which = which % 2 + 1;
        uint256[] memory workers = new uint256[](MOST_WORKERS);
        uint256 owed;
        for (uint256 i = 0; i < MOST_WORKERS; ++i) {
            workers[i] = i + 1;
            owed += equity.owed(which, i + 1);
        }
        if (owed == 0) which = 3 - which;
        if (recovers & 2 == 0) {
            which = 2;
            _bookAll();
        }
        // half of the time the currency has come to its senses
        for (uint256 i = 1; i <= MOST_WORKERS && recovers & 1 == 0; ++i) {
            currency.refuse(equity.walletOf(managerOf(which), i), HostileTokenMock.Refusal.None);
        }
        _try("withdraw owed revenue", STRANGER, abi.encodeCall(equity.withdraw, (which, workers)));
    }

    /// Claims while the currency refuses every wallet of the second pool.
    function _bookAll() private {
        for (uint256 i = 1; i <= MOST_WORKERS; ++i) {
            currency.refuse(equity.walletOf(managerOf(2), i), HostileTokenMock.Refusal.Reverts);
        }
        _try("distribute", ISSUER, abi.encodeCall(equity.distribute, (2, 10_000)));
        (,, uint256 grants) = equity.counts();
        uint256[] memory one = new uint256[](1);
        for (uint256 i = 1; i <= grants; ++i) {
            if (world.poolOfGrant(i) != 2) continue;
            one[0] = i;
            _try("claim", STRANGER, abi.encodeCall(equity.claim, (one)));
        }
    }

    /* THE WORLD */

    function refuse(uint256 which, uint256 how, uint256) external {
        // the second pool's currency alone can
        (address manager, uint256 worker) = _worker(which | 1);
        currency.refuse(equity.walletOf(manager, worker), HostileTokenMock.Refusal(how % 4 < 3 ? how % 4 : 0));
    }

    /* CHOICES */

    /// A plan, its pool, and what is left to grant there; nothing when there are enough grants to look after.
    function _room(uint256 which, uint256 count) private view returns (uint256 plan, uint256 pool, uint256 left) {
        (, uint256 plans, uint256 grants) = equity.counts();
        plan = which % plans + 1;
        pool = equity.planOf(plan).pool;
        Pool memory state = equity.poolOf(pool);
        left = grants + count > MOST_GRANTS ? 0 : uint256(state.units) + state.forfeited - state.granted;
    }

    function _nextOffer(uint256 plan, uint256 pool, uint256 times) private view returns (Offer memory offered) {
        (,, uint256 grants) = equity.counts();
        Pool memory state = equity.poolOf(pool);
        (offered.plan, offered.number) = (plan, uint256(equity.planOf(plan).offers) + 1);
        offered.roster = state.roster;
        (offered.book, offered.manager, offered.first) = (state.book, managerOf(pool), grants + 1);
        offered.from = vm.getBlockTimestamp() + (times % 3) * (times >> 8) % 3 days;
        offered.until = offered.from + 1 + (times >> 64) % 10 days;
        offered.round = state.round;
    }

    function _offerCall(Offer memory offered, uint256 newWorkers) private view returns (bytes memory) {
        return abi.encodeCall(
            equity.offer,
            (offered.plan, offered.root, offered.units, offered.count, offered.from, offered.until, newWorkers)
        );
    }

    function _chosen(uint256 which) private view returns (uint256[] memory grants) {
        (,, uint256 count) = equity.counts();
        grants = new uint256[](1);
        grants[0] = count == 0 ? 1 : which % count + 1;
    }

    /// Of the grants from the chosen one on the first that is as wanted; else the chosen one.
    function _chosenWith(uint256 which, Wanted wanted) private view returns (uint256[] memory grants) {
        grants = _chosen(which);
        (,, uint256 count) = equity.counts();
        for (uint256 i = 0; i < count; ++i) {
            uint256 candidate = (grants[0] - 1 + i) % count + 1;
            if (equity.grantOf(candidate).standing != Standing.Marked) continue;
            Mark memory mark = equity.markOf(candidate);
            bool isWanted = wanted == Wanted.OnLeave
                ? mark.leaveSince != 0
                : mark.endsAt != 0 && (mark.endsAt > vm.getBlockTimestamp()) == (wanted == Wanted.Ending);
            if (!isWanted) continue;
            grants[0] = candidate;
            break;
        }
    }

    function _managerOf(uint256[] memory grants) private view returns (address) {
        Grant memory held = equity.grantOf(grants[0]);
        return managerOf(held.plan == 0 ? 1 : equity.planOf(held.plan).pool);
    }

    function _worker(uint256 which) private view returns (address manager, uint256 worker) {
        manager = managerOf(which % 2 + 1);
        worker = (which >> 8) % equity.workersOf(manager) + 1;
    }

    function _digest(bytes32 structHash) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Workpact Equity"),
                keccak256("1"),
                block.chainid,
                address(equity)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }
}
