// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The part of an oracle that the escrow asks, with answers and failures that the test chooses
contract OracleMock {
    enum Failure {
        None,
        Reverts,
        BurnsAllGas,
        AnswersTooLong,
        AnswersTooShort
    }

    struct Result {
        uint256 known;
        uint256 finalAt;
        uint256 charge;
        uint256 rate;
        uint256 least;
    }

    mapping(bytes32 key => Result) private _results;
    mapping(bytes32 key => uint256) private _rights;
    Failure public failure;
    /// An answer is given only when at least this much gas comes with the question.
    uint256 public needed;
    /// The last call of {replace}: `keccak256(abi.encode(caller, origin, oldDocument, newDocument))`.
    bytes32 public replaced;

    function answer(bytes32 origin, bytes32 document, uint256 period, Result calldata result) external {
        _results[keccak256(abi.encode(origin, document, period))] = result;
    }

    function give(bytes32 origin, bytes32 document, uint256 period, uint256 until) external {
        _rights[keccak256(abi.encode(origin, document, period))] = until;
    }

    function fail(Failure how) external {
        failure = how;
    }

    function need(uint256 gas_) external {
        needed = gas_;
    }

    function resultOf(address, bytes32 origin, bytes32 document, uint256 period)
        external
        view
        returns (uint256 known, uint256 finalAt, uint256 charge, uint256 rate, uint256 least)
    {
        require(gasleft() >= needed, "too little gas");
        require(failure != Failure.Reverts, "no answer");
        if (failure == Failure.BurnsAllGas) while (true) {}
        if (failure == Failure.AnswersTooLong) _return(192);
        if (failure == Failure.AnswersTooShort) _return(159);
        Result memory result = _results[keccak256(abi.encode(origin, document, period))];
        return (result.known, result.finalAt, result.charge, result.rate, result.least);
    }

    function rightToEnd(address, bytes32 origin, bytes32 document, uint256 period) external view returns (uint256) {
        return _rights[keccak256(abi.encode(origin, document, period))];
    }

    function replace(bytes32 origin, bytes32 oldDocument, bytes32 newDocument) external {
        replaced = keccak256(abi.encode(msg.sender, origin, oldDocument, newDocument));
    }

    /// Words that would be a final period without charge, if their number were right.
    function _return(uint256 size) private pure {
        bytes memory words = new bytes(size);
        (words[31], words[63]) = (0x01, 0x01);
        assembly {
            return(add(words, 32), size)
        }
    }
}
