// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {TokenMock} from "../../../contracts/mocks/TokenMock.sol";
import {Line, Plan} from "../../../contracts/types/Equity.sol";
import {Status} from "../../../contracts/types/State.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {TokenDesk} from "./TokenDesk.sol";
import {WeirdFee} from "./WeirdAmounts.sol";
import {WeirdLying, WeirdNoRevert, WeirdReturnsFalse, WeirdReturnsTwo} from "./WeirdAnswers.sol";
import {WeirdHooks, IWeirdHook} from "./WeirdCalls.sol";
import {WeirdDaiPermit, WeirdPhantomPermit} from "./WeirdMetadata.sol";
import {WeirdBlocklist, WeirdPausable, WeirdUint96} from "./WeirdRefusals.sol";

/// @notice SPEC 17.2: what does not settle is refused by the first call that brings money in, at opening, funding and
/// distribution, by a named error with its arguments, and nothing has moved.
contract RefusedTest is TokenDesk, IWeirdHook {
    using PaperHash for Paper;

    uint256 private constant FUNDING = 1_000_007;
    uint256 private constant NEVER = type(uint256).max;
    uint256 private _pool;
    uint256 private _salt;
    /// Who gets more than was asked, while it is paid.
    address private _paid;

    /// @custom:threat T17
    function test_fee_on_transfer__refused() public {
        uint24[4] memory fees = [100, 5_000, 100_000, 1_000_000];
        for (uint256 i = 0; i < 4; ++i) {
            _refusedAll(address(new WeirdFee(fees[i])), FUNDING - FUNDING * fees[i] / 1e6);
        }
    }

    function test_returns_false_after_moving__refused() public {
        _refusedAll(address(new WeirdReturnsFalse()), NEVER);
    }

    function test_returns_another_word__refused() public {
        _refusedAll(address(new WeirdReturnsTwo()), NEVER);
    }

    function test_returns_true_without_moving__refused() public {
        _refusedAll(address(new WeirdLying()), 0);
    }

    function test_no_revert_without_allowance__refused() public {
        address made = address(new WeirdNoRevert());
        _prepare(made);
        _disallow();
        _refusedBy(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, made), "");
    }

    /// The permit says nothing and gives nothing: what counts is the allowance.
    /// @custom:threat T7
    function test_phantom_permit_without_allowance__refused() public {
        _refusedWithoutAllowance(address(new WeirdPhantomPermit()));
    }

    function test_dai_permit_without_allowance__refused() public {
        _refusedWithoutAllowance(address(new WeirdDaiPermit()));
    }

    function test_pausable_while_paused__refused() public {
        _prepare(address(new WeirdPausable()));
        _pause(true);
        bytes memory refusal = _tokenError();
        _refusedBy(refusal, refusal);
    }

    function test_blocklist_of_the_contract__refused() public {
        _prepare(address(new WeirdBlocklist()));
        _block(address(agreement), true);
        _refusedBy(_tokenError(), "");
        _prepare(address(new WeirdBlocklist()));
        _block(address(equity), true);
        _refuses(STRANGER, address(equity), _distribution(), _tokenError());
    }

    /// The most of an agreement fits in, whatever the token's own limit.
    function test_uint96_amounts_beyond__refused() public {
        _prepare(address(new WeirdUint96()));
        uint256 beyond = 2 ** 96;
        Paper memory paper = _paperOf(0);
        _do(CLIENT, address(agreement), _opening(paper));
        bytes memory refusal = abi.encodeWithSelector(IMilestoneEscrow.Escrow_TooMuch.selector, beyond, beyond - 1);
        _refuses(CLIENT, address(agreement), abi.encodeCall(IMilestoneEscrow.fund, (paper.terms(), beyond)), refusal);
    }

    /// Nothing is there to be asked for a balance.
    function test_no_code__refused() public {
        token = TokenMock(address(0xdead));
        Paper memory paper = _paperOf(FUNDING);
        vm.prank(CLIENT);
        (bool success, bytes memory answer) = address(agreement).call(_opening(paper));
        assertFalse(success, "refused");
        assertEq(answer, "", "no answer");
        assertEq(agreement.stateOf(_id(paper)).status, Status.NONE, "not opened");
    }

    /// Told of its payment, the payer lets more arrive: counted by the balance, it would be somebody's.
    /// @custom:threat T1
    function test_hooks_that_pay_in_between__refused() public {
        address made = address(new WeirdHooks());
        _prepare(made);
        WeirdHooks(made).setHook(STRANGER, this);
        _paid = address(equity);
        _refuses(
            STRANGER,
            address(equity),
            _distribution(),
            abi.encodeWithSelector(
                IWorkerEquity.WorkerEquity_TokenMovedOtherAmount.selector, made, FUNDING, FUNDING + 5
            )
        );
        _paid = address(agreement);
        Paper memory paper = _paperOf(0);
        _do(CLIENT, address(agreement), _opening(paper));
        _refuses(
            STRANGER,
            address(agreement),
            abi.encodeCall(IMilestoneEscrow.fund, (paper.terms(), FUNDING)),
            abi.encodeWithSelector(IMilestoneEscrow.Escrow_TokenMovedOtherAmount.selector, made, FUNDING, FUNDING + 5)
        );
    }

    function onTokens() external {
        token.mint(_paid, 5);
    }

    /* WAYS IN */

    /// By all three ways in. `arriving` of {FUNDING} units come, or the token's answer is no success.
    function _refusedAll(address made, uint256 arriving) private {
        _prepare(made);
        if (arriving == NEVER) {
            bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, made);
            _refusedBy(failed, failed);
        } else {
            _refusedBy(
                abi.encodeWithSelector(IMilestoneEscrow.Escrow_TokenMovedOtherAmount.selector, made, FUNDING, arriving),
                abi.encodeWithSelector(
                    IWorkerEquity.WorkerEquity_TokenMovedOtherAmount.selector, made, FUNDING, arriving
                )
            );
        }
    }

    function _refusedWithoutAllowance(address made) private {
        _prepare(made);
        _disallow();
        _refusedBy(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(agreement), 0, FUNDING), ""
        );
    }

    /// Opening with a deposit and a permit, and funding; and distributing, where an error is given. The payroll has no way
    /// in but the agreement.
    function _refusedBy(bytes memory byAgreement, bytes memory byEquity) private {
        Paper memory paper = _paperOf(FUNDING);
        _refuses(CLIENT, address(agreement), _opening(paper), byAgreement);
        assertEq(agreement.stateOf(_id(paper)).status, Status.NONE, "not opened");
        assertEq(agreement.history(_id(paper)), 0, "no history");

        paper = _paperOf(0);
        bytes32 origin = abi.decode(_do(CLIENT, address(agreement), _opening(paper)), (bytes32));
        bytes memory data = abi.encodeCall(IMilestoneEscrow.fund, (paper.terms(), FUNDING));
        _refuses(CLIENT, address(agreement), data, byAgreement);
        assertEq(agreement.stateOf(origin).held, 0, "nothing is held");
        _refuses(
            STRANGER,
            address(payroll),
            abi.encodeCall(IPayroll.collect, (address(agreement), paper.terms())),
            abi.encodeWithSelector(IPayroll.Payroll_NothingToCollect.selector, origin)
        );

        if (byEquity.length == 0) return;
        _refuses(STRANGER, address(equity), _distribution(), byEquity);
        assertEq(equity.poolOf(_pool).round, 0, "no round");
    }

    function _prepare(address made) private {
        (blocked, paused) = (address(0), false);
        _use(made, 10 * FUNDING);
        _expectWhatIs();
        Plan memory plan;
        plan.start = uint40(vm.getBlockTimestamp());
        (plan.duration, plan.step) = (1 days, 1 days);
        _pool = equity.openPool(units, CONTRACTOR, 1, address(0), 0, made);
        Line[] memory lines = new Line[](1);
        lines[0] = Line(1, 1);
        uint256 planId = equity.createPlan(_pool, plan);
        vm.prank(CONTRACTOR);
        equity.grant(planId, lines);
    }

    function _disallow() private {
        _approve(CLIENT, address(agreement), 0);
    }

    function _paperOf(uint256 deposit) private returns (Paper memory paper) {
        paper = _paper();
        (paper.offer.deposit, paper.offer.salt) = (deposit, ++_salt);
    }

    function _opening(Paper memory paper) private view returns (bytes memory) {
        bytes memory permit = abi.encode(NEVER, NEVER, uint8(27), bytes32("r"), bytes32("s"));
        return
            abi.encodeCall(
                IAgreement.open, (paper.proposal(), _noMaster(), "", _signature(CONTRACTOR_KEY, paper), permit)
            );
    }

    function _distribution() private view returns (bytes memory) {
        return abi.encodeCall(IWorkerEquity.distribute, (_pool, FUNDING));
    }
}
