// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CreditMath} from "../../contracts/libraries/CreditMath.sol";
import {Credits, Price, Report} from "../../contracts/types/ServiceLevels.sol";
import {Result} from "../../contracts/types/ServicePeriods.sol";
import {State} from "../../contracts/types/State.sol";
import {Conditions} from "../../contracts/types/Terms.sol";
import {EscrowHarness} from "./EscrowHarness.sol";
import {AnyOracle, OracleHarness} from "./OracleHarness.sol";
import {Symbolic} from "./Symbolic.sol";

/// @title What a period costs, and what of it is a credit
contract CreditsProperties is Symbolic {
    bytes32 private constant BOOK = keccak256("book");

    EscrowHarness private agreement;
    AnyOracle private oracle;
    OracleHarness private books;

    function setUp() public {
        agreement = EscrowHarness(_deploy("out/symbolic/EscrowHarness.sol/EscrowHarness.json", ""));
        oracle = AnyOracle(_deploy("out/symbolic/OracleHarness.sol/AnyOracle.json", ""));
        books = OracleHarness(_deploy("out/symbolic/OracleHarness.sol/OracleHarness.json", ""));
    }

    /// The library reads calldata.
    function charge(Price[] calldata prices, Report calldata base, Report calldata other, uint256 mask)
        external
        pure
        returns (uint256)
    {
        return CreditMath.charge(prices, base, other, mask);
    }

    function least(Price[] calldata prices, uint256[] calldata one, uint256[] calldata other)
        external
        pure
        returns (uint256)
    {
        return CreditMath.leastCharge(prices, one, other);
    }

    function rates(Credits calldata credits, uint256 allocation, int256 adjustment)
        external
        pure
        returns (uint256 rate, uint256 adjusted)
    {
        rate = CreditMath.periodRate(credits, allocation);
        adjusted = CreditMath.adjusted(rate, adjustment);
    }

    /// Whatever the oracle answers: charge ≤ cap, credit ≤ charge, all a whole rate takes, and nothing of none.
    function check_S26_chargeAndCredit(uint256[5] memory answer, uint256 fixedCharge, uint96 cap, uint40 time)
        external
    {
        (uint256 cost, uint256 credit) = _chargeOf(answer, fixedCharge, cap, time);
        assert(cost <= cap && credit <= cost);
    }

    function check_S27_credit(uint256[5] memory answer, uint96 cap, uint40 time) external {
        vm.assume(answer[0] != 0 && answer[1] != 0 && answer[3] <= answer[4]);
        (uint256 cost, uint256 credit) = _chargeOf(answer, 0, cap, time);
        assert(credit == cost * (answer[3] < RATE ? answer[3] : RATE) / RATE);
    }

    function check_S28_periodCap(Credits memory credits, uint24 allocation, int256 adjustment) external view {
        vm.assume(credits.atRisk <= PPM && credits.periodCap <= 2 ** 96);
        (uint256 rate, uint256 adjusted) = this.rates(credits, allocation, adjustment);
        assert(rate <= credits.periodCap * PPM && rate <= RATE && adjusted <= RATE);
        assert(rate <= credits.atRisk * allocation);
    }

    /// Of the last periods, this one included, the rates add up to the year's cap at most; a sum above it before leaves
    /// nothing. The sums are those of all periods before.
    function check_S29_yearCap(uint24 yearCap, uint8 periods, uint48 before, uint48 older, uint24 allocation) external {
        vm.assume(periods > 0 && periods <= 12 && yearCap <= PPM && older <= before && before < 2 ** 44);
        uint256 period = 7;
        if (periods < period) books.writeCumulative(BOOK, period - periods, older);
        books.writeCumulative(BOOK, period - 1, before);
        // It is the same period then.
        if (periods == 1) older = before;
        Credits memory credits;
        (credits.atRisk, credits.periodCap, credits.yearCap, credits.yearPeriods) = (PPM, PPM, yearCap, periods);

        books.assess(BOOK, period, credits, allocation, 0);

        Result memory result = books.periodOf(BOOK, period).result;
        uint256 used = periods > period ? before : before - older;
        uint256 cap = uint256(yearCap) * PPM * (periods > period ? period + 1 : periods);
        assert(result.rate == 0 || used + result.rate <= cap);
        assert(result.cumulative == uint256(before) + result.rate);
    }

    function check_S30_charge(Price[2] memory prices, uint256[2] memory base, uint256[2] memory other, uint256 mask)
        external
        view
    {
        vm.assume(prices[0].rate < 2 ** 96 && prices[1].rate < 2 ** 96 && mask < 4);
        vm.assume(base[0] < 2 ** 96 && base[1] < 2 ** 96 && other[0] < 2 ** 96 && other[1] < 2 ** 96);
        uint256 sum = this.charge(_prices(prices), _report(base), _report(other), mask);
        assert(sum <= type(uint96).max);
        assert(sum >= this.least(_prices(prices), _list(base), _list(other)));
    }

    function _chargeOf(uint256[5] memory answer, uint256 fixedCharge, uint256 cap, uint256 time)
        private
        returns (uint256 cost, uint256 credit)
    {
        oracle.set(answer);
        Conditions memory conditions;
        (conditions.billing.oracle, conditions.billing.fixedCharge) = (address(oracle), fixedCharge);
        conditions.billing.cap = cap;
        conditions.schedule.ends = new uint256[](1);
        conditions.schedule.ends[0] = 1_000_000;
        State memory state;
        vm.warp(time);
        (cost, credit,,) = agreement.chargeOf(conditions, state, 0);
    }

    function _prices(Price[2] memory given) private pure returns (Price[] memory prices) {
        prices = new Price[](2);
        (prices[0], prices[1]) = (given[0], given[1]);
    }

    function _list(uint256[2] memory given) private pure returns (uint256[] memory list) {
        list = new uint256[](2);
        (list[0], list[1]) = (given[0], given[1]);
    }

    function _report(uint256[2] memory quantities) private pure returns (Report memory report) {
        report.quantities = _list(quantities);
    }
}
