// What the server's part says of itself: chain, agreement, its word, the block's number and time.

type Fact = "chain" | "origin" | "agreement" | "history" | "block" | "now";

/** A fact of the page as it is now; null on a page that does not say it. */
export function fact(name: Fact): string | null {
  const part = document.querySelector<HTMLElement>("#part");
  const inner = part?.querySelector<HTMLElement>(":scope > .agreement");
  return [part, inner, document.body].map((each) => each?.dataset[name]).find((each) => each) ?? null;
}
