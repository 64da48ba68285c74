// What a token allows a contract to take, and the approval that a move needs first: exactly what it needs.

import type { Address, Hex } from "viem";
import { decodeFunctionResult, encodeFunctionData } from "viem/utils";
import { works } from "./checks";
import { abiOf } from "./encoding";
import { money } from "./inputs";
import * as node from "./node";
import { NodeLost, Refusal } from "./refusal";

export interface Needed {
  token: Address;
  spender: Address;
  units: bigint;
}

/** The calldata of the approval that comes first; null if none is needed. Throws `Refusal` if money is lacking. */
export async function approval(
  from: Address,
  needed: Needed,
  decimals: number,
  unit: string,
): Promise<Approval | null> {
  const abi = abiOf("Token");
  const view = async (name: string, args: unknown[]): Promise<bigint> => {
    const data = encodeFunctionData({ abi, functionName: name, args });
    const answer = await node.call({ to: needed.token, data });
    return decodeFunctionResult({ abi, functionName: name, data: answer }) as bigint;
  };
  const allowed = await view("allowance", [from, needed.spender]);
  const balance = await view("balanceOf", [from]);
  const shown = (units: bigint) => `${money(units, decimals)} ${unit}`.trim();
  if (balance < needed.units)
    throw new Refusal(
      `Your account has ${shown(balance)}; ${shown(needed.units)} are needed. Nothing was sent.`,
      "Bring in the money, or name less.",
    );
  if (allowed >= needed.units) return null;
  const data = (units: bigint) => encodeFunctionData({ abi, functionName: "approve", args: [needed.spender, units] });
  const whole = { data: data(needed.units), words: `Allow the contract to take ${shown(needed.units)}` };
  if (allowed === 0n) return whole;
  try {
    await works({ from, to: needed.token, data: whole.data });
    return whole;
  } catch (error) {
    if (error instanceof NodeLost) throw error;
    // Some tokens change an allowance to and from zero only.
    return { data: data(0n), words: "Set the old allowance to zero, which this token demands first" };
  }
}

export interface Approval {
  data: Hex;
  words: string;
}
