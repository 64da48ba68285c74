// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {TokenMock} from "../../../contracts/mocks/TokenMock.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {Ending, Life} from "./TokenDesk.sol";
import {TokenKinds} from "./TokenKinds.sol";
import {WeirdFlashMint, WeirdSecondAddress} from "./WeirdAmounts.sol";
import {WeirdDaiPermit} from "./WeirdMetadata.sol";
import {WeirdApproveRace, WeirdApproveZero} from "./WeirdRefusals.sol";

/// @notice Makes four calls while it has what it borrowed.
contract Borrower {
    function run(address[4] calldata targets, bytes[4] calldata calls) external {
        for (uint256 i = 0; i < 4; ++i) {
            (bool success,) = targets[i].call(calls[i]);
            require(success, "refused");
        }
    }
}

/// @notice SPEC 17.2: with each of these tokens agreement, payroll and revenue settle to the unit, through every state and
/// to each of the six endings.
contract LifeTest is TokenKinds {
    using PaperHash for Paper;

    /* THE BEHAVIOURS */

    function test_plain_with_permit__settles() public {
        _sixLives(Kind.Plain);
    }

    /// @custom:threat T8
    function test_blocklist__settles() public {
        _sixLives(Kind.Blocklist);
    }

    function test_pausable__settles() public {
        _sixLives(Kind.Pausable);
    }

    function test_revert_on_zero_transfer__settles() public {
        _sixLives(Kind.RevertZero);
    }

    function test_revert_on_transfer_to_zero__settles() public {
        _sixLives(Kind.RevertToZero);
        // the arbiter's fee is booked
        Life memory life = _begin(1, Ending.ByClient);
        for (uint256 step = 0; step < 8; ++step) {
            _play(life, step);
        }
        assertGe(booked[ARBITER], 1, "fee");
        bytes memory data = abi.encodeCall(IMilestoneEscrow.withdraw, (address(token), address(0)));
        bytes memory refusal = abi.encodeWithSelector(IMilestoneEscrow.Escrow_BadPayee.selector, address(0));
        _refuses(ARBITER, address(agreement), data, refusal);
        _withdraw(ARBITER, ARBITER);
    }

    function test_uint96_amounts__settles() public {
        _sixLives(Kind.Uint96);
    }

    function test_approve_race__settles() public {
        _sixLives(Kind.ApproveRace);
        vm.expectRevert(abi.encodeWithSelector(WeirdApproveRace.Weird_AllowanceFirstToZero.selector, type(uint256).max));
        vm.prank(CLIENT);
        token.approve(address(agreement), 1);
    }

    function test_revert_on_approve_of_zero__settles() public {
        _sixLives(Kind.ApproveZero);
        vm.expectRevert(abi.encodeWithSelector(WeirdApproveZero.Weird_AllowanceOfNothing.selector));
        vm.prank(CLIENT);
        token.approve(address(agreement), 0);
    }

    /// @custom:threat T8
    function test_gas_burner__settles() public {
        _sixLives(Kind.GasBurner);
    }

    function test_missing_return__settles() public {
        _sixLives(Kind.MissingReturn);
    }

    function test_missing_return_of_transfer_alone__settles() public {
        _sixLives(Kind.HalfReturn);
    }

    /// @custom:threat T8
    function test_no_revert_on_failure__settles() public {
        _sixLives(Kind.NoRevert);
    }

    /// @custom:threat T8
    function test_return_bomb__settles() public {
        _sixLives(Kind.ReturnBomb);
    }

    function test_transfer_of_max_is_the_balance__settles() public {
        _sixLives(Kind.MaxIsBalance);
        Life memory life = _begin(1, Ending.Done);
        _play(life, 0);
        bytes memory data = abi.encodeCall(IMilestoneEscrow.fund, (life.terms, type(uint256).max));
        uint256 greatest = type(uint96).max;
        _refuses(
            CLIENT,
            address(agreement),
            data,
            abi.encodeWithSelector(IMilestoneEscrow.Escrow_TooMuch.selector, type(uint256).max, greatest)
        );
    }

    /// @custom:threat T23
    function test_native_coin__settles() public {
        _sixLives(Kind.Native);
        assertEq(donated, 6 * 1 ether, "forced in, and nobody's");
    }

    /// Another agreement has the first address: its money stays where it is.
    function test_two_addresses__settles() public {
        _make(Kind.TwoAddresses);
        TokenMock second = token;
        _use(address(WeirdSecondAddress(address(second)).first()), 64 * most);
        Life memory other = _begin(99, Ending.Done);
        _play(other, 0);
        (donated, token) = (held, second);
        for (uint256 i = 0; i < 6; ++i) {
            _live(i, Ending(i));
        }
        assertEq(agreement.stateOf(other.origin).held, donated, "the other's");
    }

    /// Who borrows all there is for the length of a call takes nothing with it: it opens, is paid, and pays back.
    function test_flash_mint__settles() public {
        _sixLives(Kind.FlashMint);
        Life memory other = _begin(7, Ending.Done);
        _play(other, 0);
        uint256 before = token.balanceOf(address(agreement));
        Borrower borrower = new Borrower();
        Life memory life = _begin(8, Ending.Done);
        life.paper.deal.holdback = 0;
        (life.paper.deal.client, life.paper.offer.deposit) = (address(borrower), type(uint96).max);
        life.paper.milestones[0].amount = type(uint96).max;
        bytes memory signature = _signature(CONTRACTOR_KEY, life.paper);
        _approve(CONTRACTOR, address(borrower), type(uint256).max);
        uint256 most_ = type(uint96).max;
        bytes memory calls = abi.encodeCall(
            Borrower.run,
            (
                [address(token), address(agreement), address(agreement), address(token)],
                [
                    abi.encodeCall(token.approve, (address(agreement), most_)),
                    abi.encodeCall(IAgreement.open, (life.paper.proposal(), _noMaster(), "", signature, "")),
                    abi.encodeCall(IMilestoneEscrow.accept, (life.paper.terms(), 1)),
                    abi.encodeCall(token.transferFrom, (CONTRACTOR, address(borrower), most_))
                ]
            )
        );
        WeirdFlashMint(address(token)).flash(address(borrower), most_, calls);
        assertEq(token.balanceOf(address(agreement)), before, "the others'");
        assertEq(agreement.stateOf(_id(life.paper)).settled, 1, "paid");
    }

    /// @custom:threat T1
    function test_hooks_on_send_and_receive__settles() public {
        _sixLives(Kind.Hooks);
        assertGe(reentry.entered(), 100, "tried again from within");
    }

    function test_upgradable__settles() public {
        _sixLives(Kind.Upgradable);
    }

    function test_decimals_0__settles() public {
        _sixLives(Kind.Decimals0);
        assertEq(token.decimals(), 0, "decimals");
    }

    /// @custom:threat T17
    function test_decimals_2__settles() public {
        _sixLives(Kind.Decimals2);
        assertEq(token.decimals(), 2, "decimals");
    }

    function test_decimals_6__settles() public {
        _sixLives(Kind.Decimals6);
        assertEq(token.decimals(), 6, "decimals");
    }

    /// Of 24 decimals an agreement can hold 79,228 whole tokens.
    function test_decimals_24__settles() public {
        _sixLives(Kind.Decimals24);
        assertEq(token.decimals(), 24, "decimals");
    }

    function test_bytes32_metadata__settles() public {
        _sixLives(Kind.Bytes32Name);
    }

    function test_script_in_the_name__settles() public {
        _sixLives(Kind.ScriptName);
    }

    function test_reverting_metadata__settles() public {
        _sixLives(Kind.NoMetadata);
    }

    /// @custom:threat T7
    function test_phantom_permit__settles() public {
        _sixLives(Kind.PhantomPermit);
    }

    function test_dai_permit__settles() public {
        _sixLives(Kind.DaiPermit);
    }

    /// Any of them, any amounts, shares and dates.
    /// @custom:threat T17
    function testFuzz_life(uint256 seed, uint256 kind, uint256 ending) public {
        _make(Kind(kind % (uint256(type(Kind).max) + 1)));
        _live(seed, Ending(ending % 6));
    }

    /* HELPERS */

    function _sixLives(Kind kind) private {
        _make(kind);
        for (uint256 i = 0; i < 6; ++i) {
            _live(i, Ending(i));
        }
    }
}
