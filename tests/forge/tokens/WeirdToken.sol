// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A plain ERC-20 in which anyone makes themselves money: what each token of this folder differs from in one thing.
abstract contract WeirdToken is ERC20 {
    constructor() ERC20("Weird", "WRD") {}

    function mint(address to, uint256 amount) external virtual {
        _mint(to, amount);
    }

    /// Ends the call with an answer of `size` bytes that begins with `word`.
    function _answer(uint256 word, uint256 size) internal pure {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, word)
            return(free, size)
        }
    }
}
