// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";

import {IAgreement} from "./interfaces/IAgreement.sol";
import {IPayroll} from "./interfaces/IPayroll.sol";
import {IWorkerRoster} from "./interfaces/IWorkerRoster.sol";
import {Documents} from "./libraries/Documents.sol";
import {History} from "./libraries/History.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {TypedData} from "./libraries/TypedData.sol";
import {Deal, Terms} from "./types/Terms.sol";
import {Account, Posting, Wage} from "./types/Wages.sol";

/// @title Payroll
/// @dev See {IPayroll} for what it does. All that moves tokens is guarded: what comes in is measured by the balance, so no
/// unit may move in between, neither by a token that calls back nor by a bogus agreement.
contract Payroll is IPayroll, ReentrancyGuardTransient {
    using BitMaps for BitMaps.BitMap;
    using SafeERC20 for IERC20;

    bytes32 private constant WITHDRAW_TYPEHASH =
        keccak256("Withdraw(address token,address payee,address to,uint256 nonce,uint256 deadline)");
    uint256 private constant PPM = 1e6;

    /// @inheritdoc IPayroll
    address public immutable equity;

    mapping(bytes32 book => Account) private _accounts;
    mapping(bytes32 book => mapping(uint256 run => Posting)) private _postings;
    mapping(bytes32 book => mapping(uint256 run => BitMaps.BitMap)) private _claimed;

    /// @inheritdoc IPayroll
    mapping(address token => mapping(address payee => uint256)) public owed;
    /// @inheritdoc IPayroll
    mapping(address payee => uint256) public nonceOf;
    /// @inheritdoc IPayroll
    mapping(bytes32 book => bytes32) public historyOf;

    /// @param workerEquity Whose rosters say which wallet is whose.
    constructor(address workerEquity) {
        equity = workerEquity;
    }

    /* VIEWS */

    /// @inheritdoc IPayroll
    function bookOf(address agreement, bytes32 origin, address employer) public pure returns (bytes32) {
        return keccak256(abi.encode(agreement, origin, employer));
    }

    /// @inheritdoc IPayroll
    function accountOf(bytes32 book) external view returns (Account memory) {
        return _accounts[book];
    }

    /// @inheritdoc IPayroll
    function marginOf(bytes32 book) external view returns (uint256) {
        return _marginOf(_accounts[book]);
    }

    /// @inheritdoc IPayroll
    function postingOf(bytes32 book, uint256 run) external view returns (Posting memory) {
        return _postings[book][run];
    }

    /// @inheritdoc IPayroll
    function isClaimed(bytes32 book, uint256 run, uint256 worker) external view returns (bool) {
        return _claimed[book][run].get(worker);
    }

    /* IN */

    /// @inheritdoc IPayroll
    function collect(address agreement, Terms calldata terms) external nonReentrant returns (uint256 amount) {
        Deal calldata deal = terms.deal;
        (bytes32 id, bytes32 origin) = Documents.idOf(agreement, terms);
        require(Documents.stateOf(agreement, origin).id == id, Payroll_NotInForce(id));
        bytes32 book = bookOf(agreement, origin, deal.contractor);
        Account storage account = _accounts[book];
        // A bogus agreement that changed it would pay out of what others have collected.
        require(
            account.token == address(0) || account.token == deal.token, Payroll_OtherToken(account.token, deal.token)
        );

        amount = _take(IAgreement(agreement), origin, deal.token);

        uint256 collected = account.collected + amount;
        require(collected <= type(uint96).max, Payroll_TooMuch(collected));
        (account.employer, account.token) = (deal.contractor, deal.token);
        account.free += uint96(amount);
        account.collected = uint96(collected);
        _log(abi.encode(4, Collected.selector, book, agreement, origin, deal.contractor, deal.token, amount));
    }

    /* WAGES */

    /// @inheritdoc IPayroll
    function raisePledge(address agreement, bytes32 origin, uint256 pledge) external {
        bytes32 book = bookOf(agreement, origin, msg.sender);
        Account storage account = _accounts[book];
        require(pledge > account.pledge && pledge <= PPM, Payroll_NotRaised(pledge, account.pledge));

        account.pledge = uint24(pledge);
        _log(abi.encode(2, Pledged.selector, book, pledge));
    }

    /// @inheritdoc IPayroll
    function pay(bytes32 book, uint256 run, bytes32 payslips, bytes32[] calldata lines) external nonReentrant {
        Account storage account = _existing(book);
        address token = account.token;
        uint256 total = _totalOf(lines, token);
        _setAside(book, account, run, total);
        _log(abi.encode(3, Paid.selector, book, run, total, lines.length, keccak256(abi.encodePacked(lines)), payslips));

        for (uint256 i = 0; i < lines.length; ++i) {
            (address payee, uint256 amount) = _unpack(lines[i]);
            if (IERC20(token).trySafeTransfer(payee, amount)) continue;

            owed[token][payee] += amount;
            _log(abi.encode(4, Booked.selector, book, run, payee, amount));
        }
    }

    /// @inheritdoc IPayroll
    function post(bytes32 book, uint256 run, bytes32 payslips, bytes32 root, uint256 total, uint256 from) external {
        Account storage account = _existing(book);
        require(root != 0, Payroll_Empty());
        _setAside(book, account, run, total);

        from = Math.min(from, type(uint40).max);
        _postings[book][run] = Posting({root: root, total: uint96(total), claimed: 0, opensAt: uint40(from)});
        _log(abi.encode(3, Posted.selector, book, run, total, root, payslips, from));
    }

    /// @inheritdoc IPayroll
    function withdrawPosting(bytes32 book, uint256 run) external {
        Posting memory posting = _postings[book][run];
        Account storage account = _accounts[book];
        require(posting.root != 0, Payroll_NotPosted(run));
        require(block.timestamp < posting.opensAt, Payroll_Binding(run, posting.opensAt));
        _checkEmployer(book, account);

        delete _postings[book][run];
        account.free += posting.total;
        account.wages -= posting.total;
        _log(abi.encode(3, PostingWithdrawn.selector, book, run, posting.total));
    }

    /// @inheritdoc IPayroll
    function claim(bytes32 book, Wage[] calldata wages) external nonReentrant {
        Account storage account = _accounts[book];
        (address employer, address token) = (account.employer, account.token);
        for (uint256 i = 0; i < wages.length; ++i) {
            _claim(book, employer, token, wages[i]);
        }
    }

    /* OUT */

    /// @inheritdoc IPayroll
    function takeMargin(bytes32 book, address to, uint256 amount) external nonReentrant {
        Account storage account = _existing(book);
        address token = account.token;
        uint256 margin = _marginOf(account);
        require(_canBePaid(token, to), Payroll_BadPayee(to));
        require(amount > 0, Payroll_Empty());
        _checkEmployer(book, account);
        require(amount <= margin, Payroll_Short(margin, amount));

        account.free -= uint96(amount);
        _log(abi.encode(2, MarginTaken.selector, book, to, amount));

        _send(token, to, amount);
    }

    /// @inheritdoc IPayroll
    function withdraw(address token, address payee, address to, uint256 deadline, bytes calldata signature)
        external
        nonReentrant
        returns (uint256 amount)
    {
        amount = owed[token][payee];
        require(amount > 0, Payroll_NothingOwed(token, payee));
        require(_canBePaid(token, to), Payroll_BadPayee(to));
        if (msg.sender != payee && to != payee) {
            require(block.timestamp <= deadline, Payroll_Late(deadline));
            bytes32 withdrawal = keccak256(abi.encode(WITHDRAW_TYPEHASH, token, payee, to, nonceOf[payee]++, deadline));
            bytes32 digest =
                MessageHashUtils.toTypedDataHash(TypedData.domain("Workpact Payroll", address(this)), withdrawal);
            require(Signatures.isValid(payee, digest, signature), Payroll_WrongSignature(payee));
        }

        owed[token][payee] = 0;
        emit Withdrawn(token, payee, to, amount);

        _send(token, to, amount);
    }

    /* BOOKS */

    function _existing(bytes32 book) private view returns (Account storage account) {
        account = _accounts[book];
        require(account.token != address(0), Payroll_NoBook(book));
    }

    function _checkEmployer(bytes32 book, Account storage account) private view {
        require(msg.sender == account.employer, Payroll_NotEmployer(book, msg.sender));
    }

    /// Takes a run's total out of what is free.
    function _setAside(bytes32 book, Account storage account, uint256 run, uint256 total) private {
        uint256 next = uint256(account.runs) + 1;
        require(run == next, Payroll_WrongRun(run, next));
        require(total > 0, Payroll_Empty());
        _checkEmployer(book, account);
        require(total <= account.free, Payroll_Short(account.free, total));

        account.free -= uint96(total);
        account.wages += uint96(total);
        account.runs = uint32(run);
    }

    /// What is free above what is pledged and not yet set aside. The margin taken before is collected - wages - free.
    function _marginOf(Account storage account) private view returns (uint256) {
        uint256 wages = account.wages;
        uint256 least = Math.max(wages, _pledgedUp(account.collected, account.pledge));
        return Math.saturatingSub(account.free + wages, least);
    }

    function _pledgedUp(uint256 collected, uint256 pledge) private pure returns (uint256) {
        return Math.ceilDiv(collected * pledge, PPM);
    }

    function _log(bytes memory words) private {
        History.log(historyOf, words);
    }

    /* LINES AND LEAVES */

    /// Sum of the amounts of a run, each checked.
    function _totalOf(bytes32[] calldata lines, address token) private view returns (uint256 total) {
        for (uint256 i = 0; i < lines.length; ++i) {
            (address payee, uint256 amount) = _unpack(lines[i]);
            require(amount > 0 && _canBePaid(token, payee), Payroll_BadLine(i, payee, amount));
            total += amount;
        }
    }

    function _unpack(bytes32 line) private pure returns (address payee, uint256 amount) {
        return (address(bytes20(line)), uint96(uint256(line)));
    }

    function _leafOf(bytes32 book, Wage calldata wage) private view returns (bytes32) {
        bytes32 hashed =
            keccak256(abi.encode(block.chainid, address(this), book, wage.run, wage.worker, wage.amount, wage.salt));
        return keccak256(abi.encode(hashed));
    }

    /* TOKENS */

    /// Pays one posted wage, or leaves it as it is.
    function _claim(bytes32 book, address employer, address token, Wage calldata wage) private {
        (uint256 run, uint256 worker, uint256 amount) = (wage.run, wage.worker, wage.amount);
        Posting storage posting = _postings[book][run];
        BitMaps.BitMap storage claimed = _claimed[book][run];
        require(posting.root != 0, Payroll_NotPosted(run));
        require(block.timestamp >= posting.opensAt, Payroll_TooEarly(run, posting.opensAt));
        require(
            MerkleProof.verifyCalldata(wage.proof, posting.root, _leafOf(book, wage)), Payroll_WrongProof(run, worker)
        );
        if (claimed.get(worker)) return;
        uint256 left = posting.total - posting.claimed;
        require(amount <= left, Payroll_RunExceeded(run, amount, left));
        address wallet = IWorkerRoster(equity).walletOf(employer, worker);
        // What is refused leaves no trace; nobody can claim in between.
        if (!_canBePaid(token, wallet) || !IERC20(token).trySafeTransfer(wallet, amount)) return;

        claimed.set(worker);
        posting.claimed += uint96(amount);
        _log(abi.encode(4, WageClaimed.selector, book, run, worker, wallet, amount));
    }

    /// Pulls what the agreement has booked for this contract; what arrives counts. A token that takes a fee since the
    /// money came in would keep it away for ever.
    function _take(IAgreement agreement, bytes32 origin, address token) private returns (uint256 amount) {
        require(agreement.toTake(origin, address(this), token) > 0, Payroll_NothingToCollect(origin));
        uint256 before = IERC20(token).balanceOf(address(this));
        uint256 taken = agreement.take(origin, token);
        amount = IERC20(token).balanceOf(address(this)) - before;
        require(amount > 0 && amount <= taken, Payroll_TokenMovedOtherAmount(token, taken, amount));
    }

    /// Whether tokens sent there are not lost for their owner.
    function _canBePaid(address token, address to) private view returns (bool) {
        return to != address(0) && to != token && to != address(this);
    }

    function _send(address token, address to, uint256 amount) private {
        require(IERC20(token).trySafeTransfer(to, amount), Payroll_BadPayee(to));
    }
}
