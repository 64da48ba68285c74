// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper} from "./Paper.sol";

/// @notice The agreement's tests with a token that misbehaves as told, of which the client has {FUNDS}.
abstract contract HostileTokenTest is AgreementTest {
    HostileTokenMock internal hostile;

    function setUp() public override {
        super.setUp();
        hostile = new HostileTokenMock();
        hostile.mint(CLIENT, FUNDS);
        vm.prank(CLIENT);
        hostile.approve(address(agreement), type(uint256).max);
        vm.getRecordedLogs();
    }

    function _hostilePaper() internal view returns (Paper memory paper) {
        paper = _paper();
        paper.deal.token = address(hostile);
    }
}
