// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Band, Figure, Level, Levels, Price, Report, Reporters} from "../../../contracts/types/ServiceLevels.sol";
import {Contest, Schedule} from "../../../contracts/types/Terms.sol";

/// @notice The EIP-712 hashes of SPEC.md 3.1 and 8.2 once more, from memory and from other strings than the contract's.
library DocumentHash {
    string private constant BAND = "Band(uint256 threshold,uint256 allocation)";
    string private constant CONTEST =
        "Contest(uint256 window,address arbiter,address backup,uint256 ruling,uint256 standing)";
    string private constant CREDITS = "Credits(uint256 atRisk,uint256 periodCap,uint256 yearCap,uint256 yearPeriods,uint256 failures,"
        "uint256 failureWindow,uint256 lapse,uint256 earnBack,uint256 earnBackBefore)";
    string private constant FIGURE = "Figure(uint256 good,uint256 total,uint256 excluded)";
    string private constant LEVEL = "Level(string name,uint256 form,uint256 minimumSample,uint256 lowVolume,uint256 repeat,uint256 critical,"
        "uint256 earnBack,Band[] bands)";
    string private constant LEVELS = "Levels(Level[] levels,Credits credits,Reporters reporters,Price[] prices)";
    string private constant PRICE = "Price(string quantity,uint256 rate)";
    string private constant REPORT = "Report(address agreement,bytes32 origin,bytes32 id,bytes32 document,uint256 period,Figure[] figures,"
        "uint256[] quantities,bytes32 evidence,int256 adjustment)";
    string private constant REPORTERS = "Reporters(address client,address contractor,address[] clientReporters,uint256 clientQuorum,"
        "address[] contractorReporters,uint256 contractorQuorum)";
    string private constant SCHEDULE = "Schedule(uint256 start,uint256[] ends,uint256 reportWithin,uint256 finalWithin,uint256 obliged,"
        "bytes32 definition,Contest contest)";

    function ofService(Schedule memory schedule, Contest memory contest, Levels memory levels)
        internal
        pure
        returns (bytes32)
    {
        bytes32 typeHash = keccak256(
            bytes.concat(
                "Service(Schedule schedule,Levels levels)",
                bytes(BAND),
                bytes(CONTEST),
                bytes(CREDITS),
                bytes(LEVEL),
                bytes(LEVELS),
                bytes(PRICE),
                bytes(REPORTERS),
                bytes(SCHEDULE)
            )
        );
        return keccak256(abi.encode(typeHash, ofSchedule(schedule, contest), ofLevels(levels)));
    }

    function ofSchedule(Schedule memory schedule, Contest memory contest) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(bytes.concat(bytes(SCHEDULE), bytes(CONTEST)));
        bytes memory tail = abi.encode(
            schedule.reportWithin, schedule.finalWithin, schedule.obliged, schedule.definition, ofContest(contest)
        );
        bytes32 ends = keccak256(abi.encodePacked(schedule.ends));
        return keccak256(bytes.concat(typeHash, abi.encode(schedule.start, ends), tail));
    }

    function ofContest(Contest memory contest) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(bytes(CONTEST)), contest));
    }

    function ofLevels(Levels memory levels) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            bytes.concat(bytes(LEVELS), bytes(BAND), bytes(CREDITS), bytes(LEVEL), bytes(PRICE), bytes(REPORTERS))
        );
        bytes memory entries;
        for (uint256 i = 0; i < levels.levels.length; ++i) {
            entries = bytes.concat(entries, ofLevel(levels.levels[i]));
        }
        bytes memory prices;
        for (uint256 i = 0; i < levels.prices.length; ++i) {
            Price memory price = levels.prices[i];
            prices = bytes.concat(prices, keccak256(abi.encode(keccak256(bytes(PRICE)), price.quantity, price.rate)));
        }
        bytes32 credits = keccak256(abi.encode(keccak256(bytes(CREDITS)), levels.credits));
        return
            keccak256(
                abi.encode(typeHash, keccak256(entries), credits, ofReporters(levels.reporters), keccak256(prices))
            );
    }

    function ofLevel(Level memory level) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(bytes.concat(bytes(LEVEL), bytes(BAND)));
        bytes memory bands;
        for (uint256 i = 0; i < level.bands.length; ++i) {
            Band memory band = level.bands[i];
            bands = bytes.concat(bands, keccak256(abi.encode(keccak256(bytes(BAND)), band.threshold, band.allocation)));
        }
        bytes memory head = abi.encode(typeHash, level.name, level.form, level.minimumSample);
        bytes memory tail = abi.encode(level.lowVolume, level.repeat, level.critical, level.earnBack, keccak256(bands));
        return keccak256(bytes.concat(head, tail));
    }

    function ofReporters(Reporters memory reporters) internal pure returns (bytes32) {
        bytes32 ofClient = keccak256(abi.encodePacked(reporters.clientReporters));
        bytes32 ofContractor = keccak256(abi.encodePacked(reporters.contractorReporters));
        bytes memory head = abi.encode(keccak256(bytes(REPORTERS)), reporters.client, reporters.contractor);
        bytes memory tail = abi.encode(ofClient, reporters.clientQuorum, ofContractor, reporters.contractorQuorum);
        return keccak256(bytes.concat(head, tail));
    }

    function ofReport(Report memory report) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(bytes.concat(bytes(REPORT), bytes(FIGURE)));
        bytes memory figures;
        for (uint256 i = 0; i < report.figures.length; ++i) {
            figures = bytes.concat(figures, keccak256(abi.encode(keccak256(bytes(FIGURE)), report.figures[i])));
        }
        bytes memory head = abi.encode(typeHash, report.agreement, report.origin, report.id, report.document);
        bytes32 quantities = keccak256(abi.encodePacked(report.quantities));
        bytes memory tail =
            abi.encode(report.period, keccak256(figures), quantities, report.evidence, report.adjustment);
        return keccak256(bytes.concat(head, tail));
    }
}
