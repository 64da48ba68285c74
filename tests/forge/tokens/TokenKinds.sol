// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TokenMock} from "../../../contracts/mocks/TokenMock.sol";
import {Life} from "./TokenDesk.sol";
import {TokenLife} from "./TokenLife.sol";
import {WeirdFlashMint, WeirdMaxIsBalance, WeirdNative, WeirdTwoAddresses} from "./WeirdAmounts.sol";
import {WeirdHalfReturn, WeirdMissingReturn, WeirdNoRevert, WeirdReturnBomb} from "./WeirdAnswers.sol";
import {WeirdHooks, WeirdUpgradable} from "./WeirdCalls.sol";
import {
    WeirdBytes32Name,
    WeirdDaiPermit,
    WeirdDecimals,
    WeirdNoMetadata,
    WeirdPhantomPermit,
    WeirdScriptName
} from "./WeirdMetadata.sol";
import {
    WeirdApproveRace,
    WeirdApproveZero,
    WeirdBlocklist,
    WeirdGasBurner,
    WeirdPausable,
    WeirdRevertToZero,
    WeirdRevertZero,
    WeirdUint96
} from "./WeirdRefusals.sol";

/// @notice The tokens with which everything settles, and what becomes of them on the way.
abstract contract TokenKinds is TokenLife {
    enum Kind {
        Plain,
        Blocklist,
        Pausable,
        RevertZero,
        RevertToZero,
        Uint96,
        ApproveRace,
        ApproveZero,
        GasBurner,
        MissingReturn,
        HalfReturn,
        NoRevert,
        ReturnBomb,
        MaxIsBalance,
        Native,
        TwoAddresses,
        Hooks,
        FlashMint,
        Upgradable,
        Decimals0,
        Decimals2,
        Decimals6,
        Decimals24,
        Bytes32Name,
        ScriptName,
        NoMetadata,
        PhantomPermit,
        DaiPermit
    }

    /// What the issuer does meanwhile.
    enum Act {
        Nothing,
        Blocks,
        Pauses,
        Donates,
        Upgrades
    }

    Act private _act;
    bool private _blocksSenders;
    uint256 private _actsAt;
    address[] private _versions;

    function _before(Life memory life, uint256 step) internal virtual override {
        if (step == 0) _actsAt = _draw(life, "acts at", 1, STEPS - 1);
        if (_act == Act.Upgrades) {
            WeirdUpgradable(payable(address(token))).upgradeTo(_versions[(life.seed % 7 + step) % _versions.length]);
        }
        if (step != _actsAt) return;
        if (_act == Act.Blocks) _block(_whom(life.seed), true);
        else if (_act == Act.Pauses) _pause(true);
        else if (_act == Act.Donates) _donate();
    }

    /// Only the list refuses those who send too.
    function _whom(uint256 seed) private view returns (address) {
        if (!_blocksSenders) return [CONTRACTOR, PAYEE, ALICE][seed % 3];
        return [CLIENT, CONTRACTOR, PAYEE, ALICE, address(agreement), address(payroll), address(equity)][seed % 7];
    }

    function _donate() private {
        vm.deal(address(agreement), address(agreement).balance + 1 ether);
        donated += 1 ether;
    }

    /* TOKENS */

    function _make(Kind kind) internal {
        (_act, _blocksSenders) = (Act.Nothing, kind == Kind.Blocklist);
        if (kind == Kind.Blocklist || kind == Kind.GasBurner) _act = Act.Blocks;
        if (kind == Kind.NoRevert || kind == Kind.ReturnBomb) _act = Act.Blocks;
        if (kind == Kind.Pausable) _act = Act.Pauses;
        if (kind == Kind.Native) _act = Act.Donates;
        if (kind == Kind.Upgradable) _act = Act.Upgrades;
        hasPermit = kind == Kind.Plain;
        if (kind == Kind.Uint96 || kind == Kind.MaxIsBalance) most = 2 ** 88;
        if (kind == Kind.Decimals0) most = 12;
        if (kind == Kind.Decimals2) most = 1_000e2;
        if (kind == Kind.Decimals24) most = 4_000e24;
        _use(
            kind < Kind.MissingReturn ? _refusing(kind) : kind < Kind.Decimals0 ? _other(kind) : _named(kind), 64 * most
        );
        if (kind == Kind.Hooks) _setHooks();
    }

    function _refusing(Kind kind) private returns (address) {
        if (kind == Kind.Plain) return address(new TokenMock("Plain", "PLN", 6));
        if (kind == Kind.Blocklist) return address(new WeirdBlocklist());
        if (kind == Kind.Pausable) return address(new WeirdPausable());
        if (kind == Kind.RevertZero) return address(new WeirdRevertZero());
        if (kind == Kind.RevertToZero) return address(new WeirdRevertToZero());
        if (kind == Kind.Uint96) return address(new WeirdUint96());
        if (kind == Kind.ApproveRace) return address(new WeirdApproveRace());
        return kind == Kind.ApproveZero ? address(new WeirdApproveZero()) : address(new WeirdGasBurner());
    }

    function _other(Kind kind) private returns (address) {
        if (kind == Kind.MissingReturn) return address(new WeirdMissingReturn());
        if (kind == Kind.HalfReturn) return address(new WeirdHalfReturn());
        if (kind == Kind.NoRevert) return address(new WeirdNoRevert());
        if (kind == Kind.ReturnBomb) return address(new WeirdReturnBomb());
        if (kind == Kind.MaxIsBalance) return address(new WeirdMaxIsBalance());
        if (kind == Kind.Native) return address(new WeirdNative());
        if (kind == Kind.TwoAddresses) return address(new WeirdTwoAddresses().second());
        if (kind == Kind.Hooks) return address(new WeirdHooks());
        if (kind == Kind.FlashMint) return address(new WeirdFlashMint());
        _versions = [
            address(new WeirdMissingReturn()),
            address(new WeirdNoRevert()),
            address(new WeirdRevertZero()),
            address(new WeirdReturnBomb()),
            address(new WeirdHalfReturn()),
            address(new WeirdBlocklist()),
            address(new WeirdHooks())
        ];
        return address(new WeirdUpgradable(_versions[0]));
    }

    function _named(Kind kind) private returns (address) {
        if (kind == Kind.Bytes32Name) return address(new WeirdBytes32Name());
        if (kind == Kind.ScriptName) return address(new WeirdScriptName());
        if (kind == Kind.NoMetadata) return address(new WeirdNoMetadata());
        if (kind == Kind.PhantomPermit) return address(new WeirdPhantomPermit());
        if (kind == Kind.DaiPermit) return address(new WeirdDaiPermit());
        uint8[4] memory decimals = [0, 2, 6, 24];
        return address(new WeirdDecimals(decimals[uint256(kind) - uint256(Kind.Decimals0)]));
    }
}
