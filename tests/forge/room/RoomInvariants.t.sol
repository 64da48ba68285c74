// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataRoom} from "../../../contracts/interfaces/IDataRoom.sol";
import {File, Key, Room} from "../../../contracts/types/Rooms.sol";
import {RoomHash} from "./RoomHash.sol";
import {RoomHandler} from "./RoomHandler.sol";
import {Test} from "../Vm.sol";

/// @notice SPEC §14, I4, I31 and I32, call by call: exactly those given a version have a wrap of it, as it was given; who lost it
/// stays without; nothing follows a shredding; versions rise by one; each event is in its history once.
contract RoomInvariants is Test {
    RoomHandler internal handler;
    IDataRoom internal room;

    function setUp() public {
        handler = new RoomHandler();
        room = handler.room();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// forge-config: test.invariant.fail-on-revert = true
    function invariant_room() public view {
        for (uint256 i = 0; i < handler.ROOMS(); ++i) {
            assertEq(room.historyOf(handler.books(i)), handler.histories(handler.books(i)), "history");
        }
        RoomHandler.Ledger memory ledger = handler.fileAt(handler.touched());
        _assertState(handler.touched(), ledger);
        _assertVersion(handler.touched(), ledger.id, handler.touchedVersion());
    }

    /// All that is stored, at the end of each run.
    function afterInvariant() public view {
        for (uint256 i = 0; i < handler.FILES(); ++i) {
            RoomHandler.Ledger memory ledger = handler.fileAt(i);
            _assertState(i, ledger);
            for (uint256 version = 0; version <= ledger.latest + 1; ++version) {
                _assertVersion(i, ledger.id, version);
            }
        }
        _assertRooms();
        for (uint256 i = 0; i < handler.ACCOUNTS(); ++i) {
            Key memory key = room.keyOf(handler.accounts(i));
            assertEq(key.key, handler.keys(i), "key");
            assertEq(key.version, handler.keyVersions(i), "version of the key");
            bytes32 book = RoomHash.keyBook(handler.accounts(i));
            assertEq(room.historyOf(book), handler.histories(book), "history of the keys");
        }
    }

    function _assertRooms() private view {
        for (uint256 i = 0; i < handler.ROOMS(); ++i) {
            Room memory of_ = room.roomOf(handler.books(i));
            assertEq(of_.id, handler.idOf(i, handler.named(i) - 1), "document");
            assertEq(of_.operators, handler.operators(i), "operators");
            for (uint256 who = 0; who < handler.ACCOUNTS(); ++who) {
                assertEq(room.sideOf(handler.books(i), handler.accounts(who)), handler.sideOf(i, who), "side");
            }
        }
    }

    function _assertState(uint256 index, RoomHandler.Ledger memory ledger) private view {
        File memory file = room.stateOf(ledger.id);
        assertEq(file.latest, ledger.latest, "latest");
        assertEq(file.shredded, ledger.shredded, "shredded");
        assertEq(file.side, ledger.latest == 0 ? 0 : ledger.side, "side of the file");
        assertEq(file.book, ledger.latest == 0 ? bytes32(0) : handler.books(index / 4), "book of the file");
    }

    function _assertVersion(uint256 index, bytes32 id, uint256 version) private view {
        assertEq(room.manifestOf(id, version), handler.manifests(index, version), "manifest");
        for (uint256 who = 0; who < handler.ACCOUNTS(); ++who) {
            address reader = handler.accounts(who);
            assertEq(room.wrapOf(id, version, reader), handler.wraps(index, version, who), "wrap");
            assertEq(room.receiptOf(id, version, reader), handler.receipts(index, version, who), "receipt");
        }
    }
}
