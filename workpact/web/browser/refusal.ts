// What went wrong, in words: what happened, and what to do.

/** Nothing was sent or signed; `message` is what happened, `advice` what to do. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly advice: string,
  ) {
    super(message);
  }
}

/** The wallet's own node did not answer. */
export class NodeLost extends Refusal {
  constructor(said: string) {
    super(
      `Your wallet's node does not answer: ${said}`,
      "Look at your connection and at the network's node in your wallet's settings, then try again.",
    );
  }
}

/** What a wallet or its node answers with instead of a result. */
export interface WalletError {
  code?: number | string;
  message?: string;
  data?: unknown;
  cause?: unknown;
}

/** The bytes that a reverted call returned, wherever the wallet put them; null if it gave none. */
export function revertData(error: unknown): `0x${string}` | null {
  let seen = error as WalletError | null | undefined;
  for (let depth = 0; seen && typeof seen === "object" && depth < 6; depth++) {
    const data: unknown = seen.data;
    if (typeof data === "string" && /^0x([0-9a-f]{2})*$/i.test(data)) return data as `0x${string}`;
    const inner = data as { originalError?: unknown; data?: unknown; cause?: unknown } | undefined;
    seen = (inner?.originalError ?? inner ?? seen.cause) as WalletError | undefined;
  }
  return null;
}

/** Whether a node refused a call because a contract did. */
export function isRevert(error: unknown): boolean {
  return revertData(error) !== null || /revert/i.test(messageOf(error)) || (error as WalletError)?.code === 3;
}

export function messageOf(error: unknown): string {
  const message = (error as WalletError | null)?.message;
  return typeof message === "string" && message !== "" ? message.slice(0, 300) : "no reason was given.";
}

/** What the wallet's answer means when it is sure that nothing was sent or signed; null if that is not sure. */
export function surelyNot(error: unknown): Refusal | null {
  const { code } = (error ?? {}) as WalletError;
  const said = messageOf(error);
  if (code === 4001 || code === "ACTION_REJECTED")
    return new Refusal(
      "You rejected it in your wallet. Nothing was signed or sent.",
      "Press again if you want it after all.",
    );
  if (code === -32002)
    return new Refusal(
      "Your wallet already has an open request, or is locked.",
      "Open your wallet, unlock it, answer or reject what it shows, then press again.",
    );
  if (code === 4100)
    return new Refusal(
      "Your wallet does not allow this page that account.",
      "Connect the account again and press again.",
    );
  if (code === 4900 || code === 4901)
    return new Refusal(
      "Your wallet is not connected to this network.",
      "Reconnect it in the wallet, then press again.",
    );
  if (code === 4200 || code === -32601 || code === -32004)
    return new Refusal("Your wallet cannot do this.", `Use another wallet. It said: ${said}`);
  if (/insufficient funds/i.test(said))
    return new Refusal(
      "Your account has too little of the network's own coin to pay for gas. Nothing was sent.",
      "Send some to the account, then press again.",
    );
  if (code === -32602 || code === -32003)
    return new Refusal(`Your wallet did not take it: ${said}`, "Nothing was sent. Reload the page and press again.");
  return null;
}
