// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataRoom} from "../../../contracts/interfaces/IDataRoom.sol";
import {ITalentRegistry} from "../../../contracts/interfaces/ITalentRegistry.sol";
import {File, Key} from "../../../contracts/types/Rooms.sol";
import {Reviews} from "../../../contracts/types/Talent.sol";
import {Vm} from "../Vm.sol";
import {PayrollLedger} from "./PayrollLedger.sol";

/// @notice What the events of the data room and the talent registry say: keys, files, wraps and sealed reviews.
abstract contract PaperLedger is PayrollLedger {
    uint256 private constant SEALING = 14 days;

    /// A wrap that was given.
    struct Given {
        bytes32 file;
        uint256 version;
        address reader;
    }

    /// The reviews of one agreement.
    struct Sealed {
        bytes32 byClient;
        bytes32 byContractor;
        uint256 since;
    }

    mapping(address account => Key) internal _keys;
    bytes32[] internal _files;
    mapping(bytes32 file => uint256) internal _latest;
    mapping(bytes32 file => bool) public isShredded;
    Given[] internal _given;
    mapping(bytes32 file => mapping(uint256 version => mapping(address reader => bytes32))) internal _wraps;
    bytes32[] internal _reviewed;
    mapping(bytes32 book => Sealed) internal _sealed;

    /* EVENTS */

    function _recordRoom(Vm.Log memory log) internal {
        (bytes32 kind, bytes32 file) = (log.topics[0], log.topics[2]);
        uint256 first = _wordAt(log.data, 0);
        if (kind == IDataRoom.KeyRegistered.selector) {
            address account = address(uint160(uint256(file)));
            _i31_versionsRiseByOne(first, _keys[account].version);
            _keys[account] = Key(bytes32(_wordAt(log.data, 1)), first);
        } else if (kind == IDataRoom.VersionPut.selector) {
            _i31_versionsRiseByOne(_wordAt(log.data, 1), _latest[file]);
            _i32_nothingFollowsAShredding(file);
            if (_latest[file] == 0) _files.push(file);
            ++_latest[file];
        } else if (kind == IDataRoom.AccessGiven.selector) {
            address reader = address(uint160(uint256(log.topics[3])));
            _i31_aWrapIsForTheKeyOfNow(reader, _wordAt(log.data, 1));
            _i32_nothingFollowsAShredding(file);
            _given.push(Given(file, first, reader));
            _wraps[file][first][reader] = bytes32(_wordAt(log.data, 2));
        } else if (kind == IDataRoom.ReceiptGiven.selector) {
            _i32_nothingFollowsAShredding(file);
        } else if (kind == IDataRoom.Shredded.selector) {
            isShredded[file] = true;
        }
    }

    function _recordTalent(Vm.Log memory log) internal {
        (bytes32 kind, bytes32 book) = (log.topics[0], log.topics[1]);
        Sealed storage reviews = _sealed[book];
        if (kind == ITalentRegistry.ReviewSealed.selector) {
            bool byClient =
                address(uint160(uint256(log.topics[2]))) == paperOf(bytes32(_wordAt(log.data, 1))).deal.client;
            bytes32 seal = bytes32(_wordAt(log.data, 2));
            assertEq(byClient ? reviews.byClient : reviews.byContractor, bytes32(0), "I33 sealed again");
            if (byClient) reviews.byClient = seal;
            else reviews.byContractor = seal;
            if (reviews.since != 0) return;
            reviews.since = vm.getBlockTimestamp();
            _reviewed.push(book);
        } else if (kind == ITalentRegistry.ReviewRevealed.selector) {
            _i33_aReviewIsOpenedInTime(reviews);
        }
    }

    /* INVARIANTS */

    function _i31_versionsRiseByOne(uint256 version, uint256 before) private pure {
        assertEq(version, before + 1, "I31 version");
    }

    function _i31_aWrapIsForTheKeyOfNow(address reader, uint256 keyVersion) private view {
        assertEq(keyVersion, _keys[reader].version, "I31 version of the key");
        assertTrue(_keys[reader].key != 0, "I31 no key");
    }

    function _i31_wrapsAreAsGiven(Given memory given) internal view {
        bytes32 wrap = room.wrapOf(given.file, given.version, given.reader);
        assertEq(wrap, _wraps[given.file][given.version][given.reader], "I31 wrap");
        Key memory key = room.keyOf(given.reader);
        assertEq(key.version, _keys[given.reader].version, "I31 key");
    }

    function _i32_nothingFollowsAShredding(bytes32 file) private view {
        assertFalse(isShredded[file], "I32 after shredding");
    }

    function _i32_aShreddedFileStays(bytes32 file) internal view {
        File memory stored = room.stateOf(file);
        assertEq(stored.latest, _latest[file], "I32 latest");
        assertEq(stored.shredded, isShredded[file], "I32 shredded");
    }

    function _i33_aReviewIsOpenedInTime(Sealed storage reviews) private view {
        bool both = reviews.byClient != 0 && reviews.byContractor != 0;
        assertTrue(both || vm.getBlockTimestamp() > reviews.since + SEALING, "I33 opened early");
    }

    function _i33_whatIsSealedStays(bytes32 book) internal view {
        Reviews memory stored = talent.reviewsOf(book);
        assertEq(stored.byClient, _sealed[book].byClient, "I33 of the client");
        assertEq(stored.byContractor, _sealed[book].byContractor, "I33 of the contractor");
        assertEq(stored.since, _sealed[book].since, "I33 since");
    }
}
