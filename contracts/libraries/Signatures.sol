// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Signatures of keys and of contracts (SPEC.md 2.6)
library Signatures {
    /// @notice Whether `signer` has signed `digest`: by its key, else, if it has code, by ERC-1271.
    /// @dev Key first: an account that delegates its code by EIP-7702 keeps its key, and the code it delegates to need
    /// not know ERC-1271. A high `s`, a wrong length or a zero address never counts as a key's signature.
    function isValid(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return true;

        return signer.code.length > 0 && SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }
}
