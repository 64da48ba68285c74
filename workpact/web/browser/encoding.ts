// Calls by the contracts' own interfaces: calldata from a move, calldata in words, refusals by their names.

import {
  decodeErrorResult,
  decodeFunctionData,
  encodeFunctionData,
  getAddress,
  toFunctionSelector,
  toHex,
} from "viem/utils";
import type { Abi, AbiFunction, AbiParameter, Address, Hex } from "viem";
import { abi as agreement, errors as agreementErrors } from "../../chain/abi/Agreement.json";
import { abi as dataRoom, errors as dataRoomErrors } from "../../chain/abi/DataRoom.json";
import { abi as payroll, errors as payrollErrors } from "../../chain/abi/Payroll.json";
import { abi as oracle, errors as oracleErrors } from "../../chain/abi/SLAOracle.json";
import { abi as talent, errors as talentErrors } from "../../chain/abi/TalentRegistry.json";
import { abi as token, errors as tokenErrors } from "../../chain/abi/Token.json";
import { abi as equity, errors as equityErrors } from "../../chain/abi/WorkerEquity.json";
import { abi as units, errors as unitsErrors } from "../../chain/abi/WorkerToken.json";

/** As JSON has it: integers as decimal text, bytes as hex, tuples as arrays. */
export type Value = string | boolean | Value[];

const ABIS: Record<string, Abi> = {
  Agreement: agreement as Abi,
  DataRoom: dataRoom as Abi,
  Payroll: payroll as Abi,
  SLAOracle: oracle as Abi,
  TalentRegistry: talent as Abi,
  Token: token as Abi,
  WorkerEquity: equity as Abi,
  WorkerToken: units as Abi,
};
const MEANINGS: Record<string, string> = {
  ...tokenErrors,
  ...unitsErrors,
  ...equityErrors,
  ...talentErrors,
  ...dataRoomErrors,
  ...payrollErrors,
  ...oracleErrors,
  ...agreementErrors,
};

/** The interface of a contract by its name. */
export function abiOf(contract: string): Abi {
  const found = ABIS[contract];
  if (found === undefined) throw new Error(`This page knows no contract named ${contract}.`);
  return found;
}

/** The calldata of a call whose arguments are as JSON has them. */
export function encoded(contract: string, name: string, given: Value[]): Hex {
  const abi = abiOf(contract);
  const called = abi.find((each): each is AbiFunction => each.type === "function" && each.name === name);
  if (called === undefined) throw new Error(`${contract} has no function ${name}.`);
  const args = called.inputs.map((input, index) => typed(input, given[index]));
  return encodeFunctionData({ abi, functionName: name, args });
}

function typed(parameter: AbiParameter, value: Value | undefined): unknown {
  if (value === undefined) throw new Error(`A value for ${parameter.name} is missing.`);
  if (parameter.type.endsWith("]")) {
    const inner = { ...parameter, type: parameter.type.replace(/\[\d*\]$/, "") };
    return (value as Value[]).map((each) => typed(inner, each));
  }
  if (parameter.type === "tuple") {
    const { components } = parameter as { components: readonly AbiParameter[] };
    return components.map((each, index) => typed(each, (value as Value[])[index]));
  }
  return /^u?int/.test(parameter.type) ? BigInt(value as string) : value;
}

/** One argument of a decoded call; `inner` are those of a struct or list. */
export interface Shown {
  name: string;
  text: string;
  inner: Shown[];
}

/** What calldata says, read back from its bytes by the contract's interface. */
export function decoded(contract: string, data: Hex): { name: string; arguments: Shown[] } {
  const abi = abiOf(contract);
  const { functionName, args } = decodeFunctionData({ abi, data });
  const selector = data.slice(0, 10);
  const isIt = (each: Abi[number]) => each.type === "function" && toFunctionSelector(each) === selector;
  const { inputs } = abi.find(isIt) as AbiFunction;
  return { name: functionName, arguments: inputs.map((each, index) => shown(each, each.name ?? "", args?.[index])) };
}

function shown(parameter: AbiParameter, name: string, value: unknown): Shown {
  if (parameter.type.endsWith("]")) {
    const inner = { ...parameter, type: parameter.type.replace(/\[\d*\]$/, "") };
    const all = (value as unknown[]).map((each, index) => shown(inner, `${index}`, each));
    return { name, text: all.length === 0 ? "none" : "", inner: all };
  }
  if (parameter.type === "tuple") {
    const { components } = parameter as { components: readonly AbiParameter[] };
    const of = value as Record<string, unknown>;
    return { name, text: "", inner: components.map((each) => shown(each, each.name ?? "", of[each.name ?? ""])) };
  }
  return { name, text: parameter.type === "address" ? getAddress(value as Address) : String(value), inner: [] };
}

/** A refusal by its error's name, with its arguments and what it means. */
export interface Refused {
  name: string;
  text: string;
  meaning: string;
}

/** What the bytes of a revert say; null if no interface of Workpact declares them. */
export function refused(data: Hex): Refused | null {
  const errors = Object.values(ABIS).flatMap((abi) => abi.filter((each) => each.type === "error"));
  try {
    const { abiItem, errorName, args } = decodeErrorResult({ abi: errors, data });
    const inputs = abiItem.type === "error" ? abiItem.inputs : [];
    const given = inputs.map((each, index) => `${each.name}=${argument(each.name ?? "", args?.[index])}`);
    const signature = `${errorName}(${inputs.map((each) => each.type).join(",")})`;
    const meaning = MEANINGS[signature] ?? foreign(errorName);
    return { name: errorName, text: `${errorName}(${given.join(", ")})`, meaning };
  } catch {
    return null;
  }
}

const INSTANTS = new Set(["openBefore", "until", "endsAt", "deadline", "reportUntil", "endedAt", "from"]);
const LATEST = 253402300800n;

function argument(name: string, value: unknown): string {
  if (INSTANTS.has(name) && typeof value === "bigint" && value > 0n && value < LATEST)
    return `${new Date(Number(value) * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  return typeof value === "number" ? toHex(value) : String(value);
}

function foreign(name: string): string {
  if (name === "Panic") return "A check of the compiler failed.";
  return name === "Error" ? "A foreign contract, usually the token, refused." : "";
}
