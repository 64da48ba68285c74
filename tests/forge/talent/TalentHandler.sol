// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITalentRegistry} from "../../../contracts/interfaces/ITalentRegistry.sol";
import {Status} from "../../../contracts/types/State.sol";
import {Review} from "../../../contracts/types/Talent.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {BogusAgreement} from "../room/BogusAgreement.sol";
import {Test, Vm} from "../Vm.sol";

/// @notice What two parties, strangers, agreements that say what they like, and time do to reviews and profiles, in any
/// order, rightly or not; with a ledger of its own beside it. Each call must succeed exactly when the ledger says so.
contract TalentHandler is Test {
    using PaperHash for Paper;

    /// The review of one side. What was sealed can be opened if its marks are in range, and it is the sealer's own.
    struct Ledger {
        bytes32 seal;
        Review opening;
        bool isKnown;
        bool revealed;
    }

    uint256 public constant BOOKS = 3;
    uint256 public constant ACCOUNTS = 4;
    uint256 internal constant SEALING = 14 days;
    /// Accounts 0 and 1 are the client and the contractor, 2 comes in for either, 3 is a stranger.
    uint256 internal constant STRANGER = 3;

    ITalentRegistry public immutable registry =
        ITalentRegistry(vm.deployCode("out/TalentRegistry.sol/TalentRegistry.json"));
    BogusAgreement[BOOKS] internal agreements;
    address[ACCOUNTS] public accounts;
    bytes32[BOOKS] public books;
    bytes32[3][BOOKS] internal ids;

    uint256 internal time = 1_800_000_000;
    uint256 private _count;

    /// The document in force of each: 0 the first, 1 with another client, 2 with another contractor.
    uint256[BOOKS] internal current;
    uint256[BOOKS] internal status;
    uint256[BOOKS] internal accepted;
    mapping(uint256 book => Ledger[2]) internal reviews;
    uint256[BOOKS] public since;
    uint256[ACCOUNTS] public versions;
    bytes32[ACCOUNTS] public contents;
    mapping(bytes32 book => bytes32) public histories;
    /// Calls that have succeeded and cannot again.
    bytes[] private _past;
    /// The hash of the event that a call must emit.
    bytes32 private _expected;
    /// A review that was opened before both were sealed or time was up.
    uint256 public early;

    constructor() {
        vm.warp(time);
        vm.recordLogs();
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            accounts[i] = vm.addr(i + 1);
        }
        for (uint256 i = 0; i < BOOKS; ++i) {
            agreements[i] = new BogusAgreement();
            bytes32 agreement = bytes32(uint256(uint160(address(agreements[i]))));
            for (uint256 document = 0; document < 3; ++document) {
                ids[i][document] = _paper(i, document).id(address(agreements[i]));
            }
            books[i] = keccak256(bytes.concat(agreement, ids[i][0]));
            agreements[i].turnTo(ids[i][0]);
            // The first has ended, the second runs, the third ended without anything accepted.
            progress(i, i == 1 ? Status.LIVE : Status.DONE, i == 2 ? 0 : 1);
        }
    }

    /* AGREEMENTS, TIME */

    /// In one of four calls.
    function progress(uint256 which, uint256 status_, uint256 accepted_) public {
        if (which % 12 >= BOOKS) return;
        which = which % 12;
        (status[which], accepted[which]) = (status_ % 9, accepted_ % 3);
        agreements[which].progress(status[which], accepted[which]);
    }

    /// In one of four calls.
    function turn(uint256 which, uint256 document) external {
        if (which % 12 >= BOOKS) return;
        which = which % 12;
        current[which] = document % 3;
        agreements[which].turnTo(ids[which][current[which]]);
    }

    function pass(uint256 secondsPassed) external {
        time += secondsPassed % 8 == 0 ? bound(secondsPassed, SEALING - 2, SEALING + 2) : secondsPassed % 3 days;
        vm.warp(time);
    }

    /* PAPERS */

    function setProfile(uint256 who, uint8 how, uint8 wrong) external {
        who = who % ACCOUNTS;
        uint256 version = versions[who] + (wrong % 8 == 7 ? wrong % 3 : 1);
        bytes32 content = wrong % 8 == 0 ? bytes32(0) : keccak256(abi.encode(++_count));
        bool good = version == versions[who] + 1;
        bytes memory signature;
        uint256 by = who;
        if (how % 4 > 1) {
            by = STRANGER;
            signature = sign(how % 4 == 2 ? who + 1 : 9, _digest(who, version, content));
            good = good && (how % 4 == 2 || who == STRANGER);
        }
        if (good) _expectProfile(who, version, content);
        _call(by, abi.encodeCall(ITalentRegistry.setProfile, (accounts[who], version, content, signature)), good);
        if (good) _past.push(abi.encodeCall(ITalentRegistry.setProfile, (accounts[who], version, content, signature)));
    }

    function anchor(uint256 who, bytes32 content) external {
        who = who % ACCOUNTS;
        bytes32 book = _accountBook(who);
        _expect(book, abi.encode(ITalentRegistry.Anchored.selector, book, accounts[who], content));
        _call(who, abi.encodeCall(ITalentRegistry.anchor, (content)), true);
    }

    /* REVIEWS */

    /// A party mostly, by the document in force mostly; now and then nothing, or a copy of what the other has sealed.
    function sealReview(uint256 which, uint256 who, uint256 marks, uint8 wrong) external {
        which = which % BOOKS;
        uint256 document = wrong % 16 == 15 ? wrong / 16 % 3 : current[which];
        Paper memory paper = _paper(which, document);
        who = wrong % 8 == 7 ? who % ACCOUNTS : _partyOf(document, who % 2);
        uint256 side = accounts[who] == paper.deal.client ? 0 : 1;
        Ledger memory next = _draft(marks);
        if (wrong % 16 == 1) next.seal = 0;
        bytes32 other = reviews[which][1 - side].seal;
        if (wrong % 4 == 2 && other != 0) (next.seal, next.isKnown) = (other, false);
        bool good = document == current[which] && status[which] > Status.LIVE && status[which] != Status.WITHDRAWN
            && accepted[which] > 0 && who == _partyOf(document, side) && _isSealable(which, side, next.seal);
        if (good) _expectSeal(which, side, who, _partyOf(document, 1 - side), next);
        address agreement = address(agreements[which]);
        _call(who, abi.encodeCall(ITalentRegistry.sealReview, (agreement, paper.terms(), next.seal)), good);
    }

    /// The true opening mostly, sometimes that of the other side or another one.
    function revealReview(uint256 which, bool byClient, uint8 wrong) external {
        which = which % BOOKS;
        uint256 side = byClient ? 0 : 1;
        Ledger storage ledger = reviews[which][side];
        Review memory opening = wrong % 8 == 7 ? reviews[which][1 - side].opening : ledger.opening;
        if (wrong % 8 == 6) opening.salt = keccak256("another salt");
        bool both = reviews[which][0].seal != 0 && reviews[which][1].seal != 0;
        bool ripe = both || (since[which] != 0 && time > since[which] + SEALING);
        bool good = ripe && ledger.isKnown && !ledger.revealed && wrong % 8 < 6 && _isInRange(opening);
        if (good) _expectReveal(which, side, opening);
        bytes memory data = abi.encodeCall(ITalentRegistry.revealReview, (books[which], byClient, opening));
        _call(STRANGER, data, good);
        if (good) _past.push(data);
    }

    /// Neither a profile nor an opening can be carried again.
    function replay(uint256 which) external {
        if (_past.length > 0) _call(STRANGER, _past[which % _past.length], false);
    }

    /* LEDGER */

    function reviewAt(uint256 which, uint256 side) external view returns (Ledger memory) {
        return reviews[which][side];
    }

    function _draft(uint256 marks) private returns (Ledger memory next) {
        uint256 range = marks % 8 == 7 ? 7 : 5;
        uint256 least = range == 7 ? 0 : 1;
        next.opening = Review(
            marks / 8 % range + least,
            marks / 64 % range + least,
            marks / 512 % range + least,
            marks / 4096 % range + least,
            keccak256(abi.encode("text", marks)),
            keccak256(abi.encode("salt", ++_count))
        );
        (next.seal, next.isKnown) = (keccak256(abi.encode(next.opening)), true);
    }

    function _isSealable(uint256 which, uint256 side, bytes32 seal) private view returns (bool) {
        return seal != 0 && reviews[which][side].seal == 0 && reviews[which][1 - side].seal != seal
            && (since[which] == 0 || time <= since[which] + SEALING);
    }

    function _isInRange(Review memory review) private pure returns (bool) {
        uint256[4] memory marks = [review.overall, review.quality, review.communication, review.punctuality];
        for (uint256 i = 0; i < 4; ++i) {
            if (marks[i] < 1 || marks[i] > 5) return false;
        }
        return true;
    }

    /// The account that is a side of a document.
    function _partyOf(uint256 document, uint256 side) private pure returns (uint256) {
        return document == side + 1 ? 2 : side;
    }

    /* WHAT IS CALLED AND EXPECTED */

    function _call(uint256 by, bytes memory data, bool good) private {
        vm.getRecordedLogs();
        vm.prank(accounts[by]);
        (bool success,) = address(registry).call(data);
        assertEq(success, good, "success");
        if (!success) return;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "events");
        assertEq(eventHash(logs[0]), _expected, "event");
    }

    function _expect(bytes32 book, bytes memory words) private {
        _expected = keccak256(words);
        histories[book] = keccak256(abi.encode(histories[book], time, _expected));
    }

    function _expectProfile(uint256 who, uint256 version, bytes32 content) private {
        (versions[who], contents[who]) = (version, content);
        bytes32 book = _accountBook(who);
        _expect(book, abi.encode(ITalentRegistry.ProfileSet.selector, book, accounts[who], version, content));
    }

    function _expectSeal(uint256 which, uint256 side, uint256 who, uint256 subject, Ledger memory next) private {
        if (since[which] == 0) since[which] = time;
        reviews[which][side] = next;
        bytes memory topics =
            abi.encode(ITalentRegistry.ReviewSealed.selector, books[which], accounts[who], accounts[subject]);
        bytes memory data = abi.encode(address(agreements[which]), ids[which][0], next.seal);
        _expect(books[which], bytes.concat(topics, data));
    }

    function _expectReveal(uint256 which, uint256 side, Review memory given) private {
        reviews[which][side].revealed = true;
        if (time <= since[which] + SEALING && reviews[which][1 - side].seal == 0) early = which + 1;
        bytes memory topics = abi.encode(ITalentRegistry.ReviewRevealed.selector, books[which], side == 0);
        bytes memory data = abi.encode(given.overall, given.quality, given.communication, given.punctuality, given.text);
        _expect(books[which], bytes.concat(topics, data));
    }

    /* HELPERS */

    function _accountBook(uint256 who) private view returns (bytes32) {
        return keccak256(bytes.concat(bytes32(0), bytes32(0), bytes32(uint256(uint160(accounts[who])))));
    }

    function _digest(uint256 who, uint256 version, bytes32 content) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Workpact Market"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        bytes32 typeHash = keccak256("Profile(address account,uint256 version,bytes32 content)");
        bytes32 hashed = keccak256(abi.encode(typeHash, accounts[who], version, content));
        return keccak256(bytes.concat(hex"1901", domain, hashed));
    }

    function _paper(uint256 which, uint256 document) private view returns (Paper memory paper) {
        paper.deal.client = accounts[_partyOf(document, 0)];
        paper.deal.contractor = accounts[_partyOf(document, 1)];
        paper.offer.salt = which;
        if (document != 0) paper.deal.origin = ids[which][0];
    }
}
