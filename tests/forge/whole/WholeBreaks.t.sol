// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IDataRoom} from "../../../contracts/interfaces/IDataRoom.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {ITalentRegistry} from "../../../contracts/interfaces/ITalentRegistry.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {Grant, Pool, Schedule} from "../../../contracts/types/Equity.sol";
import {Phase, State, Status, Step} from "../../../contracts/types/State.sol";
import {Account} from "../../../contracts/types/Wages.sol";
import {Test, Vm} from "../Vm.sol";
import {AgreementHandler} from "./AgreementHandler.sol";
import {EquityHandler} from "./EquityHandler.sol";
import {PayrollHandler} from "./PayrollHandler.sol";
import {World} from "./World.sol";

/// @notice A world that can be told of events that no contract emitted.
contract GullibleWorld is World {
    function tell(Vm.Log calldata log) external {
        if (log.topics[0] == IERC20.Transfer.selector) _record(log);
        if (log.emitter == address(agreement)) _recordAgreement(log);
        if (log.emitter == address(sla)) _recordOracle(log);
        if (log.emitter == address(payroll)) _recordPayroll(log);
        if (log.emitter == address(room)) _recordRoom(log);
        if (log.emitter == address(talent)) _recordTalent(log);
    }

    function look(bytes4 selector, uint256 named) external {
        _lookAtEquity(selector, named);
    }

    function remember(bytes4 selector) external {
        _rememberAmounts(selector);
    }

    function stateNow() external view returns (bytes32) {
        return _state();
    }

    function compare(bytes32 before) external view {
        _i35_aPlainTransferChangesNoBook(before);
    }
}

/// @notice Every invariant of SPEC 11 can fail: once what it speaks of is broken on purpose, its own check says so.
contract WholeBreaks is Test {
    GullibleWorld internal world;
    AgreementHandler internal agreements;
    EquityHandler internal equity;
    PayrollHandler internal payroll;
    IAgreement internal escrow;
    IWorkerEquity internal grants;
    bytes32 internal origin;
    address internal plain;

    function setUp() public {
        world = new GullibleWorld();
        agreements = new AgreementHandler(world);
        equity = new EquityHandler(world);
        payroll = new PayrollHandler(world);
        (escrow, grants) = (world.agreement(), world.equity());
        (origin, plain) = (world.origins(0), address(world.plain()));
        // two grants; of the first milestone a part is accepted, the second is paid, and collected by the employer
        equity.grant(0, 1_000, 1_000);
        agreements.acceptUpTo(1 << 132, 0, 40_000);
        agreements.accept(1 << 132, 1, 2);
        payroll.collect(0, 0, 0);
        world.checkAll();
    }

    /* AGREEMENTS */

    function test_i01_funded() public {
        State memory state = escrow.stateOf(origin);
        ++state.held;
        _answer(state);
        _assertBreaks("I1 ");
    }

    function test_i02_status() public {
        State memory state = escrow.stateOf(origin);
        state.status = Status.NONE;
        _answer(state);
        _assertBreaks("I2 ");
    }

    function test_i03_settled() public {
        State memory state = escrow.stateOf(origin);
        assertEq(state.settled, 2, "settled");
        state.settled = 0;
        _answer(state);
        _assertBreaks("I3 ");
    }

    function test_i03_moved() public {
        _assertRefuses("I3 ", _log(address(escrow), IMilestoneEscrow.Released.selector, 1, abi.encode(1, 0)));
    }

    function test_i04_history() public {
        vm.mockCall(address(escrow), abi.encodeCall(IMilestoneEscrow.history, (origin)), abi.encode(REASON));
        _assertBreaks("I4 ");
    }

    function test_i05_wayOut() public {
        vm.mockCall(address(escrow), abi.encodePacked(IAgreement.close.selector), "");
        try agreements.wayOut(0) {
            assertTrue(false, "nothing was refused");
        } catch (bytes memory reason) {
            _assertSays("I5 ", reason);
        }
    }

    function test_i06_milestone() public {
        _assertRefuses("I6 ", _log(address(escrow), IMilestoneEscrow.Released.selector, 0, abi.encode(60_001, 0)));
    }

    function test_i06_period() public {
        bytes memory data = abi.encode(12_000, 0, 12_000, 1);
        _assertRefuses("I6 ", _log(address(escrow), IMilestoneEscrow.PaidInterim.selector, 0, data));
    }

    function test_i07_stranger() public {
        Vm.Log memory log = _log(plain, IERC20.Transfer.selector, 0, abi.encode(1));
        (log.topics[1], log.topics[2]) = (bytes32(uint256(uint160(world.BYSTANDER()))), bytes32(uint256(1)));
        _assertRefuses("I7 ", log);
    }

    function test_i07_bystander() public {
        bytes memory call = abi.encodeCall(IERC20.balanceOf, (world.BYSTANDER()));
        vm.mockCall(plain, call, abi.encode(world.FUNDS() - 1));
        _assertBreaks("I7 ");
    }

    function test_i12_balance() public {
        world.plain().mint(address(escrow), 1);
        _assertBreaks("I12 ");
    }

    function test_i13_booked() public {
        bytes memory call = abi.encodeCall(IMilestoneEscrow.toTake, (origin, address(world.payroll()), plain));
        vm.mockCall(address(escrow), call, abi.encode(1));
        _assertBreaks("I13 ");
    }

    function test_i14_phase() public {
        _answerStep(Step(40_000, 0, 0, Phase.OWED));
        _assertBreaks("I14 ");
    }

    function test_i14_rejections() public {
        _answerStep(Step(40_000, 0, 1, Phase.OPEN));
        _assertBreaks("I14 ");
    }

    function test_i15_accepted() public {
        _answerStep(Step(39_999, 0, 0, Phase.OPEN));
        _assertBreaks("I15 ");
    }

    function test_i16_document() public {
        State memory state = escrow.stateOf(origin);
        state.id = REASON;
        _answer(state);
        _assertBreaks("I16 ");
    }

    function test_i17_withdrawn() public {
        world.tell(_log(address(escrow), IAgreement.BidWithdrawn.selector, 0, ""));
        _assertBreaks("I17 ");
    }

    function test_i18_held() public {
        State memory state = escrow.stateOf(origin);
        state.status = Status.DONE;
        _answer(state);
        _assertBreaks("I18 ");
    }

    function test_i19_endsAt() public {
        agreements.giveNotice(1 << 132, 0, 0);
        State memory state = escrow.stateOf(origin);
        assertGe(state.endsAt, 1, "announced");
        ++state.endsAt;
        _answer(state);
        _assertBreaks("I19 ");
    }

    /* PERIODS */

    function test_i08_rate() public {
        _assertRefuses("I8 ", _logOfPeriod(ISLAOracle.PeriodAssessed.selector, 0, abi.encode(300_001e6, 0)));
    }

    function test_i20_result() public {
        Vm.Log memory log = _logOfPeriod(ISLAOracle.PeriodDefaulted.selector, 0, "");
        world.tell(log);
        _assertRefuses("I20 ", log);
    }

    function test_i21_order() public {
        _assertRefuses("I21 ", _logOfPeriod(ISLAOracle.PeriodAssessed.selector, 1, abi.encode(0, 0)));
    }

    function test_i22_interim() public {
        bytes memory paid = abi.encode(10_000, 0, 8_001, 0);
        world.tell(_log(address(escrow), IMilestoneEscrow.PaidInterim.selector, 0, paid));
        bytes memory data = abi.encode(10_000, 2_000, 0, 0);
        _assertRefuses("I22 ", _log(address(escrow), IMilestoneEscrow.Settled.selector, 0, data));
    }

    /* EQUITY */

    function test_i09_granted() public {
        Pool memory pool = grants.poolOf(1);
        ++pool.granted;
        vm.mockCall(address(grants), abi.encodeCall(IWorkerEquity.poolOf, (1)), abi.encode(pool));
        _assertBreaks("I9 ");
    }

    function test_i10_vested() public {
        bytes memory call = abi.encodeCall(IWorkerEquity.vestedOf, (1));
        uint256 units = grants.grantOf(1).units;
        vm.mockCall(address(grants), call, abi.encode(units));
        world.checkAll();
        vm.mockCall(address(grants), call, abi.encode(units - 1));
        _assertBreaks("I10 ");
    }

    function test_i23_supply() public {
        vm.mockCall(world.unit(), abi.encodePacked(IERC20.totalSupply.selector), abi.encode(1));
        _assertBreaks("I23 ");
    }

    function test_i24_otherGrant() public {
        world.remember(IWorkerEquity.end.selector);
        Grant memory other = grants.grantOf(2);
        --other.units;
        vm.mockCall(address(grants), abi.encodeCall(IWorkerEquity.grantOf, (2)), abi.encode(other));
        try world.look(IWorkerEquity.end.selector, 1) {
            assertTrue(false, "nothing was refused");
        } catch (bytes memory reason) {
            _assertSays("I24 ", reason);
        }
    }

    function test_i25_currency() public {
        world.hostile().mint(address(grants), 1);
        _assertBreaks("I25 ");
    }

    function test_i26_counts() public {
        Schedule memory plan = grants.planOf(1);
        (plan.accepted, plan.met) = (2, 1);
        bytes memory call = abi.encodeCall(IWorkerEquity.planOf, (1));
        vm.mockCall(address(grants), call, abi.encode(plan));
        world.checkAll();
        plan.met = 0;
        vm.mockCall(address(grants), call, abi.encode(plan));
        _assertBreaks("I26 ");
    }

    function test_i27_pool() public {
        uint256 poolId = world.poolOfGrant(1);
        Pool memory pool = grants.poolOf(poolId);
        pool.units = uint80(pool.granted - pool.forfeited - 1);
        vm.mockCall(address(grants), abi.encodeCall(IWorkerEquity.poolOf, (poolId)), abi.encode(pool));
        _assertBreaks("I27 ");
    }

    /* PAYROLL */

    function test_i11_collected() public {
        Account memory account = world.payroll().accountOf(_book());
        --account.free;
        vm.mockCall(address(world.payroll()), abi.encodeCall(IPayroll.accountOf, (_book())), abi.encode(account));
        _assertBreaks("I11 ");
    }

    function test_i28_balance() public {
        world.plain().mint(address(world.payroll()), 1);
        _assertBreaks("I28 ");
    }

    function test_i29_margin() public {
        uint256 free = world.payroll().accountOf(_book()).free;
        _assertRefuses("I29 ", _logOfBook(IPayroll.MarginTaken.selector, abi.encode(1, free + 1)));
    }

    function test_i29_pledge() public {
        world.tell(_logOfBook(IPayroll.Pledged.selector, abi.encode(7)));
        _assertRefuses("I29 ", _logOfBook(IPayroll.Pledged.selector, abi.encode(7)));
    }

    function test_i30_wage() public {
        Vm.Log memory log = _logOfBook(IPayroll.WageClaimed.selector, abi.encode(address(1), 5));
        world.tell(_logOfBook(IPayroll.Posted.selector, abi.encode(10)));
        world.tell(log);
        _assertRefuses("I30 ", log);
    }

    /* PAPERS */

    function test_i31_version() public {
        _assertRefuses("I31 ", _logOfFile(IDataRoom.VersionPut.selector, abi.encode(1, 2)));
    }

    function test_i31_wrap() public {
        world.tell(_logOfFile(IDataRoom.VersionPut.selector, abi.encode(1, 1)));
        _assertRefuses("I31 ", _logOfFile(IDataRoom.AccessGiven.selector, abi.encode(1, 1, REASON)));
    }

    function test_i32_shredded() public {
        world.tell(_logOfFile(IDataRoom.Shredded.selector, ""));
        _assertRefuses("I32 ", _logOfFile(IDataRoom.VersionPut.selector, abi.encode(1, 1)));
    }

    function test_i33_early() public {
        Vm.Log memory log = _log(address(world.talent()), ITalentRegistry.ReviewSealed.selector, 0, "");
        log.data = abi.encode(address(escrow), origin, REASON);
        world.tell(log);
        log.topics[0] = ITalentRegistry.ReviewRevealed.selector;
        _assertRefuses("I33 ", log);
    }

    function test_i33_sealedAgain() public {
        Vm.Log memory log = _log(address(world.talent()), ITalentRegistry.ReviewSealed.selector, 0, "");
        log.data = abi.encode(address(escrow), origin, REASON);
        world.tell(log);
        _assertRefuses("I33 ", log);
    }

    /* THE SET */

    function test_i34_ether() public {
        vm.deal(address(grants), 1);
        _assertBreaks("I34 ");
    }

    function test_i35_plainTransfer() public {
        bytes32 before = world.stateNow();
        world.compare(before);
        agreements.accept(1 << 132, 0, 2);
        try world.compare(before) {
            assertTrue(false, "nothing was refused");
        } catch (bytes memory reason) {
            _assertSays("I35 ", reason);
        }
    }

    /* HELPERS */

    bytes32 private constant REASON = keccak256("reason");

    function _answer(State memory state) private {
        vm.mockCall(address(escrow), abi.encodeCall(IAgreement.stateOf, (origin)), abi.encode(state));
    }

    /// Of the milestone of which a part is accepted.
    function _answerStep(Step memory step) private {
        vm.mockCall(address(escrow), abi.encodeCall(IMilestoneEscrow.progressOfItem, (origin, 0)), abi.encode(step));
    }

    function _book() private view returns (bytes32) {
        return world.payroll().bookOf(address(escrow), origin, vm.addr(0xC2));
    }

    function _log(address emitter, bytes32 kind, uint256 item, bytes memory data)
        private
        view
        returns (Vm.Log memory log)
    {
        log.topics = new bytes32[](3);
        (log.topics[0], log.topics[1], log.topics[2]) = (kind, origin, bytes32(item));
        (log.emitter, log.data) = (emitter, data);
    }

    function _logOfPeriod(bytes32 kind, uint256 period, bytes memory data) private view returns (Vm.Log memory log) {
        log.topics = new bytes32[](4);
        (log.topics[0], log.topics[1]) = (kind, bytes32(uint256(uint160(address(escrow)))));
        (log.topics[2], log.topics[3]) = (origin, bytes32(period));
        (log.emitter, log.data) = (address(world.sla()), data);
    }

    function _logOfBook(bytes32 kind, bytes memory data) private view returns (Vm.Log memory log) {
        log.topics = new bytes32[](4);
        (log.topics[0], log.topics[1]) = (kind, _book());
        (log.topics[2], log.topics[3]) = (bytes32(uint256(1)), bytes32(uint256(1)));
        (log.emitter, log.data) = (address(world.payroll()), data);
    }

    function _logOfFile(bytes32 kind, bytes memory data) private view returns (Vm.Log memory log) {
        log.topics = new bytes32[](4);
        (log.topics[0], log.topics[1], log.topics[2]) = (kind, REASON, REASON);
        (log.emitter, log.data) = (address(world.room()), data);
    }

    function _assertBreaks(string memory number) private {
        try world.checkAll() {
            assertTrue(false, "nothing was refused");
        } catch (bytes memory reason) {
            _assertSays(number, reason);
        }
    }

    function _assertRefuses(string memory number, Vm.Log memory log) private {
        try world.tell(log) {
            assertTrue(false, "nothing was refused");
        } catch (bytes memory reason) {
            _assertSays(number, reason);
        }
    }

    /// The label of the error begins with the number.
    function _assertSays(string memory number, bytes memory reason) private pure {
        bytes memory rest = new bytes(reason.length - 4);
        for (uint256 i = 0; i < rest.length; ++i) {
            rest[i] = reason[i + 4];
        }
        bytes memory label = bytes(abi.decode(rest, (string)));
        bytes memory begins = new bytes(bytes(number).length);
        for (uint256 i = 0; i < begins.length; ++i) {
            begins[i] = label[i];
        }
        assertEq(begins, bytes(number), string(label));
    }
}
