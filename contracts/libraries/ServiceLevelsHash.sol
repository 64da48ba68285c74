// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Band, Figure, Level, Levels, Price, Report, Reporters} from "../types/ServiceLevels.sol";
import {Contest, Schedule} from "../types/Terms.sol";

/// @title EIP-712 struct hashes of the service-level document and of reports (SPEC.md 3.1, 8.2)
library ServiceLevelsHash {
    /// In the mask of a ruling the quantities come after the levels.
    uint256 internal constant QUANTITIES = 32;

    bytes32 private constant BAND_TYPEHASH = keccak256("Band(uint256 threshold,uint256 allocation)");
    bytes32 private constant CONTEST_TYPEHASH =
        keccak256("Contest(uint256 window,address arbiter,address backup,uint256 ruling,uint256 standing)");
    bytes32 private constant CREDITS_TYPEHASH = keccak256(
        "Credits(uint256 atRisk,uint256 periodCap,uint256 yearCap,uint256 yearPeriods,uint256 failures,"
        "uint256 failureWindow,uint256 lapse,uint256 earnBack,uint256 earnBackBefore)"
    );
    bytes32 private constant FIGURE_TYPEHASH = keccak256("Figure(uint256 good,uint256 total,uint256 excluded)");
    bytes32 private constant LEVEL_TYPEHASH = keccak256(
        "Level(string name,uint256 form,uint256 minimumSample,uint256 lowVolume,uint256 repeat,uint256 critical,"
        "uint256 earnBack,Band[] bands)" "Band(uint256 threshold,uint256 allocation)"
    );
    bytes32 private constant LEVELS_TYPEHASH = keccak256(
        "Levels(Level[] levels,Credits credits,Reporters reporters,Price[] prices)"
        "Band(uint256 threshold,uint256 allocation)"
        "Credits(uint256 atRisk,uint256 periodCap,uint256 yearCap,uint256 yearPeriods,uint256 failures,"
        "uint256 failureWindow,uint256 lapse,uint256 earnBack,uint256 earnBackBefore)"
        "Level(string name,uint256 form,uint256 minimumSample,uint256 lowVolume,uint256 repeat,uint256 critical,"
        "uint256 earnBack,Band[] bands)" "Price(string quantity,uint256 rate)"
        "Reporters(address client,address contractor,address[] clientReporters,uint256 clientQuorum,"
        "address[] contractorReporters,uint256 contractorQuorum)"
    );
    bytes32 private constant PRICE_TYPEHASH = keccak256("Price(string quantity,uint256 rate)");
    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "Report(address agreement,bytes32 origin,bytes32 id,bytes32 document,uint256 period,Figure[] figures,"
        "uint256[] quantities,bytes32 evidence,int256 adjustment)" "Figure(uint256 good,uint256 total,uint256 excluded)"
    );
    bytes32 private constant REPORTERS_TYPEHASH = keccak256(
        "Reporters(address client,address contractor,address[] clientReporters,uint256 clientQuorum,"
        "address[] contractorReporters,uint256 contractorQuorum)"
    );
    bytes32 private constant SCHEDULE_TYPEHASH = keccak256(
        "Schedule(uint256 start,uint256[] ends,uint256 reportWithin,uint256 finalWithin,uint256 obliged,"
        "bytes32 definition,Contest contest)"
        "Contest(uint256 window,address arbiter,address backup,uint256 ruling,uint256 standing)"
    );
    bytes32 private constant SERVICE_TYPEHASH = keccak256(
        "Service(Schedule schedule,Levels levels)" "Band(uint256 threshold,uint256 allocation)"
        "Contest(uint256 window,address arbiter,address backup,uint256 ruling,uint256 standing)"
        "Credits(uint256 atRisk,uint256 periodCap,uint256 yearCap,uint256 yearPeriods,uint256 failures,"
        "uint256 failureWindow,uint256 lapse,uint256 earnBack,uint256 earnBackBefore)"
        "Level(string name,uint256 form,uint256 minimumSample,uint256 lowVolume,uint256 repeat,uint256 critical,"
        "uint256 earnBack,Band[] bands)" "Levels(Level[] levels,Credits credits,Reporters reporters,Price[] prices)"
        "Price(string quantity,uint256 rate)"
        "Reporters(address client,address contractor,address[] clientReporters,uint256 clientQuorum,"
        "address[] contractorReporters,uint256 contractorQuorum)"
        "Schedule(uint256 start,uint256[] ends,uint256 reportWithin,uint256 finalWithin,uint256 obliged,"
        "bytes32 definition,Contest contest)"
    );

    /// @notice The EIP-712 domain of this contract on this chain.
    function domain() internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Workpact SLA"),
                keccak256("1"),
                block.chainid,
                address(this)
            )
        );
    }

    /// @notice Struct hash of `Service`: what a book calls its document.
    function hashService(bytes32 schedule, bytes32 levels) internal pure returns (bytes32) {
        return keccak256(abi.encode(SERVICE_TYPEHASH, schedule, levels));
    }

    /// @notice Struct hash of `Schedule`.
    function hash(Schedule calldata schedule) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                SCHEDULE_TYPEHASH,
                schedule.start,
                keccak256(abi.encodePacked(schedule.ends)),
                schedule.reportWithin,
                schedule.finalWithin,
                schedule.obliged,
                schedule.definition,
                schedule.contest
            )
        );
    }

    /// @notice Struct hash of `Contest`.
    function hash(Contest calldata contest) internal pure returns (bytes32) {
        return keccak256(abi.encode(CONTEST_TYPEHASH, contest));
    }

    /// @notice Struct hash of `Levels`.
    function hash(Levels calldata levels) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                LEVELS_TYPEHASH,
                _hash(levels.levels),
                keccak256(abi.encode(CREDITS_TYPEHASH, levels.credits)),
                _hash(levels.reporters),
                _hash(levels.prices)
            )
        );
    }

    /// @notice Struct hash of `Report`.
    function hash(Report calldata report) internal pure returns (bytes32) {
        return hashMerged(report, report, 0);
    }

    /// @notice Struct hash of the `Report` that is `base` but for the figures and quantities in `mask`: they are `other`'s.
    /// @param mask Bit `i` level `i`, bit `32 + j` quantity `j`.
    function hashMerged(Report calldata base, Report calldata other, uint256 mask) internal pure returns (bytes32) {
        Figure[] calldata figures = base.figures;
        bytes32[] memory hashes = new bytes32[](figures.length);
        for (uint256 i = 0; i < figures.length; ++i) {
            Figure calldata figure = mask >> i & 1 == 0 ? figures[i] : other.figures[i];
            hashes[i] = keccak256(abi.encode(FIGURE_TYPEHASH, figure));
        }
        uint256[] memory quantities = base.quantities;
        for (uint256 j = 0; mask >> QUANTITIES + j != 0; ++j) {
            if (mask >> QUANTITIES + j & 1 != 0) quantities[j] = other.quantities[j];
        }

        return keccak256(
            abi.encode(
                REPORT_TYPEHASH,
                base.agreement,
                base.origin,
                base.id,
                base.document,
                base.period,
                keccak256(abi.encodePacked(hashes)),
                keccak256(abi.encodePacked(quantities)),
                base.evidence,
                base.adjustment
            )
        );
    }

    /// @notice Struct hash of the `Report` that stands for a default: no id, no figures, no quantities, no evidence.
    function hashDefault(address agreement, bytes32 origin, bytes32 document, uint256 period)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                REPORT_TYPEHASH,
                agreement,
                origin,
                bytes32(0),
                document,
                period,
                keccak256(""),
                keccak256(""),
                bytes32(0),
                int256(0)
            )
        );
    }

    function _hash(Level[] calldata levels) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](levels.length);
        for (uint256 i = 0; i < levels.length; ++i) {
            Level calldata level = levels[i];
            hashes[i] = keccak256(
                abi.encode(
                    LEVEL_TYPEHASH,
                    level.name,
                    level.form,
                    level.minimumSample,
                    level.lowVolume,
                    level.repeat,
                    level.critical,
                    level.earnBack,
                    _hash(level.bands)
                )
            );
        }

        return keccak256(abi.encodePacked(hashes));
    }

    function _hash(Band[] calldata bands) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](bands.length);
        for (uint256 i = 0; i < bands.length; ++i) {
            hashes[i] = keccak256(abi.encode(BAND_TYPEHASH, bands[i]));
        }

        return keccak256(abi.encodePacked(hashes));
    }

    function _hash(Price[] calldata prices) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](prices.length);
        for (uint256 i = 0; i < prices.length; ++i) {
            hashes[i] = keccak256(abi.encode(PRICE_TYPEHASH, prices[i]));
        }

        return keccak256(abi.encodePacked(hashes));
    }

    function _hash(Reporters calldata reporters) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                REPORTERS_TYPEHASH,
                reporters.client,
                reporters.contractor,
                keccak256(abi.encodePacked(reporters.clientReporters)),
                reporters.clientQuorum,
                keccak256(abi.encodePacked(reporters.contractorReporters)),
                reporters.contractorQuorum
            )
        );
    }
}
