// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "../Vm.sol";
import {PaperLedger} from "./PaperLedger.sol";

/// @notice The whole set with its ledgers: what only a call can break is checked after each call (`act`), sums over what was
/// touched by {check}, all that there is by {checkAll}.
contract World is PaperLedger {
    bytes32[] private _touchedOrigins;
    bool private _equityTouched;
    bool private _payrollTouched;
    uint256 private _givenBefore;

    /* A CALL */

    function _before(address target, bytes4 selector) internal override {
        if (target == address(equity)) _rememberAmounts(selector);
    }

    function _after(address target, bytes4 selector, bytes32 about) internal override {
        if (target == address(equity)) _lookAtEquity(selector, uint256(about));
        if (!_isKept(about)) return;
        if (target == address(sla)) _lookAtPeriods(about);
        else _look(about);
        _touchedOrigins.push(about);
    }

    function _record(Vm.Log memory log) internal override {
        super._record(log);
        if (log.emitter == address(agreement)) {
            _recordAgreement(log);
        } else if (log.emitter == address(sla)) {
            _recordOracle(log);
        } else if (log.emitter == address(equity)) {
            _recordEquity(log);
            _equityTouched = true;
        } else if (log.emitter == address(payroll)) {
            _recordPayroll(log);
            _payrollTouched = true;
        } else if (log.emitter == address(room)) {
            _recordRoom(log);
        } else if (log.emitter == address(talent)) {
            _recordTalent(log);
        }
    }

    function _state() internal view override returns (bytes32 words) {
        for (uint256 i = 0; i < origins.length; ++i) {
            words = keccak256(abi.encode(words, agreement.stateOf(origins[i])));
        }
        for (uint256 pool = 1; pool <= POOLS; ++pool) {
            words = keccak256(abi.encode(words, equity.poolOf(pool)));
        }
        for (uint256 i = 0; i < _wageBooks.length; ++i) {
            words = keccak256(abi.encode(words, payroll.accountOf(_wageBooks[i])));
        }
    }

    /* CHECKS */

    /// Whether nothing was touched since the last check.
    function isChecked() external view returns (bool) {
        return _touchedBooks.length == 0 && _touchedOrigins.length == 0 && !_equityTouched && !_payrollTouched;
    }

    /// Over what was touched since the last check.
    function check() external {
        for (uint256 i = 0; i < _touchedBooks.length; ++i) {
            _i04_historyAdvancesOnceAnEvent(_touchedBooks[i]);
        }
        for (uint256 i = 0; i < _touchedOrigins.length; ++i) {
            _checkOrigin(_touchedOrigins[i]);
        }
        for (; _givenBefore < _given.length; ++_givenBefore) {
            _checkGiven(_given[_givenBefore]);
        }
        if (_touchedOrigins.length > 0) _i13_bookedIsWithdrawnOrOwed();
        if (_equityTouched) _checkPools();
        if (_equityTouched) _i23_supplyIsWhatWasClaimed();
        if (_payrollTouched) _checkBooks();
        _checkBalances();
        delete _touchedBooks;
        delete _touchedOrigins;
        (_equityTouched, _payrollTouched) = (false, false);
    }

    /// Over all that there is.
    function checkAll() external {
        for (uint256 i = 0; i < _books.length; ++i) {
            _i04_historyAdvancesOnceAnEvent(_books[i]);
        }
        for (uint256 i = 0; i < origins.length; ++i) {
            _look(origins[i]);
            _lookAtPeriods(origins[i]);
            _checkOrigin(origins[i]);
        }
        _i13_bookedIsWithdrawnOrOwed();
        _lookAtEquity(0, 0);
        _checkPools();
        _i23_supplyIsWhatWasClaimed();
        _checkBooks();
        for (uint256 i = 0; i < _given.length; ++i) {
            _checkGiven(_given[i]);
        }
        for (uint256 i = 0; i < _files.length; ++i) {
            _i32_aShreddedFileStays(_files[i]);
        }
        for (uint256 i = 0; i < _reviewed.length; ++i) {
            _i33_whatIsSealedStays(_reviewed[i]);
        }
        _checkBalances();
    }

    function _checkOrigin(bytes32 origin) private view {
        _i01_fundedIsAccountedFor(origin);
        _i18_anEndedAgreementHoldsNothing(origin);
        _i21_creditsAreAssessedInOrder(origin);
    }

    function _checkGiven(Given memory given) private view {
        _i31_wrapsAreAsGiven(given);
        _i32_aShreddedFileStays(given.file);
    }

    function _checkBalances() private view {
        _i07_bystandersKeepWhatTheyHave();
        _i12_balancesAreWhatIsHeld();
        _i34_noEtherIsHeld();
    }
}
