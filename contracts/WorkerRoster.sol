// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IWorkerRoster} from "./interfaces/IWorkerRoster.sol";
import {History} from "./libraries/History.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Proposal, Roster, Seat} from "./types/Equity.sol";

/// @title Who the workers are, and which wallet is whose (SPEC.md 9.9, 9.10)
/// @notice Deployed as part of {WorkerEquity}.
abstract contract WorkerRoster is IWorkerRoster {
    using History for mapping(bytes32 => bytes32);

    bytes32 private constant ROTATE_TYPEHASH =
        keccak256("Rotate(address manager,uint256 worker,address wallet,uint256 nonce,uint256 deadline)");
    bytes32 private constant VETO_TYPEHASH =
        keccak256("Veto(address manager,uint256 worker,address wallet,uint256 nonce)");
    /// How long a worker has to say that its wallet is not lost.
    uint256 private constant DELAY = 14 days;
    /// How long the manager must believe it.
    uint256 private constant REST = 90 days;

    uint256 private _rosters;

    mapping(address manager => Roster) internal _rosterOf;
    mapping(uint256 roster => mapping(uint256 worker => Seat)) internal _seats;
    mapping(address manager => mapping(uint256 worker => Proposal)) private _proposals;

    /// @inheritdoc IWorkerRoster
    mapping(bytes32 book => bytes32) public historyOf;

    /* VIEWS */

    /// @inheritdoc IWorkerRoster
    function walletOf(address manager, uint256 worker) external view returns (address) {
        return _seats[_rosterOf[manager].number][worker].wallet;
    }

    /// @inheritdoc IWorkerRoster
    function nonceOf(address manager, uint256 worker) external view returns (uint256) {
        return _seats[_rosterOf[manager].number][worker].nonce;
    }

    /// @inheritdoc IWorkerRoster
    function proposalOf(address manager, uint256 worker) external view returns (Proposal memory) {
        return _proposals[manager][worker];
    }

    /// @inheritdoc IWorkerRoster
    function workersOf(address manager) external view returns (uint256) {
        return _rosterOf[manager].workers;
    }

    /// @inheritdoc IWorkerRoster
    function bookOf(address agreement, bytes32 origin, address issuer) public pure returns (bytes32) {
        return keccak256(abi.encode(agreement, origin, issuer));
    }

    /* MANAGER */

    /// @inheritdoc IWorkerRoster
    function enrol(address[] calldata wallets) external returns (uint256 first) {
        uint256 roster;
        (roster, first) = _number(msg.sender, wallets.length);
        for (uint256 i = 0; i < wallets.length; ++i) {
            require(wallets[i] != address(0), WorkerEquity_NoWallet(i));
            _seats[roster][first + i].wallet = wallets[i];
        }

        bytes32 book = _ownBook(msg.sender);
        bytes memory topics = abi.encode(Enrolled.selector, book, msg.sender);
        _log(book, 3, bytes.concat(topics, abi.encode(first, wallets)));
    }

    /// @inheritdoc IWorkerRoster
    function reserve(uint256 count) external returns (uint256 first) {
        return _reserve(msg.sender, count);
    }

    /// @inheritdoc IWorkerRoster
    function proposeWallet(uint256 worker, address wallet) external {
        _requireWorker(msg.sender, worker);
        require(wallet != address(0), WorkerEquity_NoWallet(0));
        Proposal storage proposal = _proposals[msg.sender][worker];
        require(
            proposal.wallet != address(0) || block.timestamp >= proposal.ripeAt, WorkerEquity_NotRipe(proposal.ripeAt)
        );

        uint256 ripeAt = block.timestamp + DELAY;
        (proposal.wallet, proposal.ripeAt) = (wallet, uint40(ripeAt));

        bytes32 book = _ownBook(msg.sender);
        _log(book, 4, abi.encode(WalletProposed.selector, book, msg.sender, worker, wallet, ripeAt));
    }

    /* WORKER, OR ANYONE WITH ITS SIGNATURE */

    /// @inheritdoc IWorkerRoster
    function rotate(address manager, uint256 worker, address wallet, uint256 deadline, bytes calldata signature)
        external
    {
        uint256 roster = _rosterOf[manager].number;
        Seat storage seat = _seats[roster][worker];
        (address signer, uint256 nonce) = (seat.wallet, seat.nonce);
        require(signer != address(0), WorkerEquity_NoWorker(manager, worker));
        require(wallet != address(0), WorkerEquity_NoWallet(0));
        if (msg.sender != signer) {
            require(block.timestamp <= deadline, WorkerEquity_Late(deadline));
            bytes memory message = abi.encode(ROTATE_TYPEHASH, manager, worker, wallet, nonce, deadline);
            _requireSigned(signer, keccak256(message), signature);
        }

        _setWallet(manager, roster, worker, wallet);
    }

    /// @inheritdoc IWorkerRoster
    function veto(address manager, uint256 worker, bytes calldata signature) external {
        Proposal storage proposal = _proposals[manager][worker];
        address wallet = proposal.wallet;
        require(wallet != address(0), WorkerEquity_NotProposed(worker, wallet));
        Seat storage seat = _seats[_rosterOf[manager].number][worker];
        if (msg.sender != seat.wallet) {
            bytes memory message = abi.encode(VETO_TYPEHASH, manager, worker, wallet, seat.nonce);
            _requireSigned(seat.wallet, keccak256(message), signature);
        }

        ++seat.nonce;
        uint256 from = block.timestamp + REST;
        (proposal.wallet, proposal.ripeAt) = (address(0), uint40(from));

        bytes32 book = _ownBook(manager);
        _log(book, 4, abi.encode(WalletVetoed.selector, book, manager, worker, wallet, from));
    }

    /* ANYONE */

    /// @inheritdoc IWorkerRoster
    function setWallet(address manager, uint256 worker, address wallet) external {
        Proposal memory proposal = _proposals[manager][worker];
        require(wallet != address(0) && wallet == proposal.wallet, WorkerEquity_NotProposed(worker, wallet));
        require(block.timestamp >= proposal.ripeAt, WorkerEquity_NotRipe(proposal.ripeAt));

        _setWallet(manager, _rosterOf[manager].number, worker, wallet);
    }

    /* INTERNAL */

    /// @dev The number of a manager's roster, which it is given when it first needs one.
    function _openRoster(address manager) internal returns (uint32 number) {
        number = _rosterOf[manager].number;
        if (number != 0) return number;

        // The cast does not cut: each number costs 22,000 gas.
        number = uint32(++_rosters);
        _rosterOf[manager].number = number;
    }

    /// @dev Sets numbers aside on a roster.
    function _reserve(address manager, uint256 count) internal returns (uint256 first) {
        (, first) = _number(manager, count);

        bytes32 book = _ownBook(manager);
        _log(book, 3, abi.encode(Reserved.selector, book, manager, first, count));
    }

    /// @dev Registers a wallet; what was signed or proposed for the one before is void.
    function _setWallet(address manager, uint256 roster, uint256 worker, address wallet) internal {
        Seat storage seat = _seats[roster][worker];
        address previous = seat.wallet;
        (seat.wallet, seat.nonce) = (wallet, seat.nonce + 1);
        if (_proposals[manager][worker].wallet != address(0)) delete _proposals[manager][worker];

        bytes32 book = _ownBook(manager);
        _log(book, 4, abi.encode(WalletSet.selector, book, manager, worker, previous, wallet));
    }

    function _log(bytes32 book, uint256 topics, bytes memory words) internal {
        historyOf.log(book, topics, words);
    }

    /// @dev Requires that `signer`, who does not send the transaction, has signed the message.
    function _requireSigned(address signer, bytes32 structHash, bytes calldata signature) internal view {
        require(
            Signatures.isValid(signer, MessageHashUtils.toTypedDataHash(_domain(), structHash), signature),
            WorkerEquity_WrongSignature(signer)
        );
    }

    function _requireWorker(address manager, uint256 worker) internal view {
        require(worker != 0 && worker <= _rosterOf[manager].workers, WorkerEquity_NoWorker(manager, worker));
    }

    /// What belongs to no agreement is in the book of the zero agreement.
    function _ownBook(address manager) private pure returns (bytes32) {
        return bookOf(address(0), bytes32(0), manager);
    }

    /// A grant keeps 24 bits of a worker's number.
    function _number(address manager, uint256 count) private returns (uint256 roster, uint256 first) {
        require(count != 0, WorkerEquity_Empty());

        roster = _openRoster(manager);
        first = uint256(_rosterOf[manager].workers) + 1;
        uint256 last = first + count - 1;
        require(last <= type(uint24).max, WorkerEquity_NoWorker(manager, last));
        _rosterOf[manager].workers = uint24(last);
    }

    function _domain() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Workpact Equity"),
                keccak256("1"),
                block.chainid,
                address(this)
            )
        );
    }
}
