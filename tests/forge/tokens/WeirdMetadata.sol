// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WeirdToken} from "./WeirdToken.sol";

/// @notice Tokens with another name, number of decimals or permit than one expects.

/// @notice Has few or many decimals, as GUSD (2) and YAM-V2 (24) do.
contract WeirdDecimals is WeirdToken {
    uint8 private immutable _decimals;

    constructor(uint8 decimals_) {
        _decimals = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }
}

/// @notice Says its name and symbol in 32 bytes instead of strings, as MKR and SAI do.
contract WeirdBytes32Name is WeirdToken {
    function name() public pure override returns (string memory) {
        _answer(uint256(bytes32("Maker of weird")), 32);
    }

    function symbol() public pure override returns (string memory) {
        _answer(uint256(bytes32("MKW")), 32);
    }
}

/// @notice Says a name that is a script, and a symbol of control characters, as traps on explorers do.
contract WeirdScriptName is WeirdToken {
    function name() public pure override returns (string memory) {
        return "<script>alert('name')</script>";
    }

    function symbol() public pure override returns (string memory) {
        return "\u202eDSU\u001b[2J\u0000\"><img src=x onerror=alert(1)>";
    }
}

/// @notice Reverts when asked for its name, symbol or decimals, as tokens without the optional part of ERC-20 do.
contract WeirdNoMetadata is WeirdToken {
    error Weird_Nameless();

    function name() public pure override returns (string memory) {
        revert Weird_Nameless();
    }

    function symbol() public pure override returns (string memory) {
        revert Weird_Nameless();
    }

    function decimals() public pure override returns (uint8) {
        revert Weird_Nameless();
    }
}

/// @notice Takes every call that it does not know for good, permits too, as WETH does.
contract WeirdPhantomPermit is WeirdToken {
    fallback() external {}
}

/// @notice Has another permit than ERC-2612's, as DAI does.
contract WeirdDaiPermit is WeirdToken {
    error Weird_NotSigned(address holder);

    mapping(address holder => uint256) public nonces;

    function permit(
        address holder,
        address spender,
        uint256 nonce,
        uint256 expiry,
        bool allowed,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        bytes32 digest = keccak256(abi.encode(address(this), holder, spender, nonce, expiry, allowed));
        require(holder == ecrecover(digest, v, r, s) && nonce == nonces[holder]++, Weird_NotSigned(holder));
        require(expiry == 0 || block.timestamp <= expiry, Weird_NotSigned(holder));
        _approve(holder, spender, allowed ? type(uint256).max : 0);
    }
}
