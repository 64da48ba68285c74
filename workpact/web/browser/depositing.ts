// What opening takes from the client: whether it is there and allowed, and the permit for it.

import type { Hex } from "viem";
import { encodeAbiParameters, isAddressEqual, slice } from "viem/utils";
import { element } from "./elements";
import { notice, pressed, type Acts, type Reading } from "./reading";
import type { Proposal } from "./share";
import { signTypedData, type Typed } from "./signing";
import { account, isReady } from "./wallet";

/** How the deposit stands, and the client's permit. */
export function deposit(reading: Reading, proposal: Proposal, acts: Acts): Node[] {
  const { deposit: due } = reading;
  if (due === null || due.words.startsWith("0 ")) return [];
  const made: Node[] = [];
  const client = reading.signers.find((each) => each.role === "client")!;
  const from = account();
  if (due.lacking)
    made.push(
      notice(
        "warn",
        `The client has ${due.balance}, and ${due.words} are taken when it is opened: ${due.lacking} are missing.`,
      ),
    );
  if (due.permitted === false)
    made.push(
      notice(
        "warn",
        "The permit that came along does not allow the deposit: it was used, has run out, or is for something else.",
      ),
    );
  if (due.allowed) made.push(element("p", { class: "muted" }, `The contract may take ${due.words} from the client.`));
  else if (from !== null && isAddressEqual(client.address, from) && due.permit !== null) {
    const permit = due.permit;
    const sign = pressed(`Permit ${due.words}`, "", "permit", acts, async () => {
      await acts.take({ ...proposal, permit: permitted(permit, await signTypedData(permit)) });
    });
    sign.disabled = !isReady();
    const said =
      `Opening takes ${due.words}. Sign a permit for exactly that, so that whoever opens it can; ` +
      "or open it yourself.";
    made.push(element("p", {}, said), element("p", {}, sign));
  } else made.push(
    element("p", { class: "muted" }, `The client has not allowed the contract to take ${due.words} yet.`),
  );
  return made;
}

/** A permit as `open` takes it. */
function permitted(permit: Typed, signature: Hex): Hex {
  const { value, deadline } = permit.message as { value: string; deadline: string };
  const v = Number(slice(signature, 64, 65));
  const kinds = ["uint256", "uint256", "uint8", "bytes32", "bytes32"].map((type) => ({ type }));
  return encodeAbiParameters(
    kinds,
    [BigInt(value), BigInt(deadline), v < 27 ? v + 27 : v, slice(signature, 0, 32), slice(signature, 32, 64)],
  );
}
