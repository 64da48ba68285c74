// Typed data as wallets show it, and the hashes that devices show; made here, not taken from the server.

import type { Hex } from "viem";
import { hashStruct, hashTypedData } from "viem/utils";
import { element } from "./elements";
import type { Typed } from "./signing";

export interface Hashes {
  domain: Hex;
  message: Hex;
  digest: Hex;
}

/** What signing it signs. */
export function hashes(typed: Typed): Hashes {
  const { types, primaryType, message, domain } = typed;
  const { EIP712Domain: _, ...own } = types;
  const given = { domain, types: own, primaryType, message } as Parameters<typeof hashTypedData>[0];
  return {
    domain: hashStruct({ data: domain, primaryType: "EIP712Domain", types }),
    message: hashStruct({ data: message, primaryType, types }),
    digest: hashTypedData(given),
  };
}

/** The message with all its members, and its hashes. */
export function shown(typed: Typed): HTMLElement {
  const found = hashes(typed);
  const rows: [string, string][] = [
    ["Digest that is signed", found.digest],
    ["Domain hash", found.domain],
    ["Message hash", found.message],
  ];
  return element(
    "div",
    { class: "typed" },
    element(
      "dl",
      { class: "facts" },
      ...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", { class: "mono" }, value)]),
    ),
    members("domain", typed.domain),
    members(typed.primaryType, typed.message),
  );
}

function members(name: string, value: unknown): HTMLElement {
  if (typeof value !== "object" || value === null)
    return element(
      "li",
      {},
      element("span", { class: "muted" }, `${name}: `),
      element("span", { class: "mono" }, String(value)),
    );
  const inner = Object.entries(value).map(([key, each]) => {
    const made = members(key, each);
    return made.tagName === "LI" ? made : element("li", {}, made);
  });
  const list = inner.length > 0 ? element("ul", {}, ...inner) : element("p", { class: "muted" }, "none");
  return element("details", { open: "" }, element("summary", {}, name), list);
}
