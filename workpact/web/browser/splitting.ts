// Begins an end by both: which part of all that is held the contractor gets (SPEC.md 4.6).

import { posted } from "./asked";
import { button, element } from "./elements";
import { Refusal } from "./refusal";
import type { Closing, Proposal } from "./share";

/** The agreement that a fragment asks to end; null if it asks for nothing of the kind. */
export function ended(fragment: string): string | null {
  return /^#?end=(0x[0-9a-fA-F]{64})$/.exec(fragment)?.[1] ?? null;
}

/** The form of a split; `made` gets the proposal. */
export function splitting(origin: string, made: (proposal: Proposal) => void): HTMLElement {
  const input = element(
    "input",
    { id: "split", class: "num", autocomplete: "off", "aria-describedby": "split-help split-error" },
  );
  const error = element("p", { class: "error", id: "split-error", role: "alert" });
  const propose = button("Propose this end", "primary", async () => {
    error.textContent = "";
    input.removeAttribute("aria-invalid");
    propose.disabled = true;
    try {
      const { closing } = await posted<{ closing: Closing }>("/proposal/end", { origin, amount: input.value });
      made({ closing, signatures: [], ...here() });
    } catch (found) {
      if (!(found instanceof Refusal)) throw found;
      error.textContent = found.message;
      input.setAttribute("aria-invalid", "true");
      input.focus();
    } finally {
      propose.disabled = false;
    }
  });
  const help = "The rest of all that is held, with the holdback, goes to the client. Both have to sign within a week.";
  return element(
    "section",
    { class: "card", "aria-labelledby": "split-title" },
    element("h2", { id: "split-title" }, "End an agreement together"),
    element(
      "p",
      {},
      "Both sides sign one split of all that is held; then the agreement ends at once, and this cannot be undone.",
    ),
    element("p", { class: "mono small" }, origin),
    element(
      "div",
      { class: "field" },
      element("label", { for: "split" }, "The contractor gets"),
      input,
      element("p", { class: "help", id: "split-help" }, help),
      error,
    ),
    element("p", {}, propose),
  );
}

/** Where a proposal that is made here is for. */
export function here(): { chain: number; agreement?: string } {
  const { chain, agreement } = document.body.dataset;
  return { chain: Number(chain), ...(agreement ? { agreement } : {}) };
}
