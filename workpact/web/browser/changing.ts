// A change order: the document in force, written anew to replace it (SPEC.md 3.7).

import { posted } from "./asked";
import { setAt, valueAt, type Section } from "./plain";
import type { Proposal } from "./share";

const DRAFT = "workpact:draft";
const DAY = 86_400;
const MONTH = 30 * DAY;

/** Begins a change order of the document as the draft of this tab, and goes to the form. */
export async function change(proposal: Proposal, origin: string, id: string, now: number): Promise<void> {
  const { documents } = await posted<{ documents: Section[] }>("/draft", { text: proposal.document });
  const [agreement] = documents;
  const symbol = String(valueAt(agreement, "spec.token.symbol"));
  setAt(agreement!, "spec.origin", origin);
  setAt(agreement!, "spec.replaces", id);
  setAt(agreement!, "spec.under", undefined);
  setAt(agreement!, "spec.offer.deposit", `0 ${symbol}`);
  setAt(agreement!, "spec.offer.openBefore", new Date((now + MONTH) * 1000).toISOString().slice(0, 10));
  for (const path of ["spec.offer.salt", "spec.legal.salt"]) setAt(agreement!, path, salt());
  const { text } = await posted<{ text: string }>("/draft", { documents });
  sessionStorage.setItem(DRAFT, JSON.stringify({ text, touched: [], isChecked: true }));
  location.assign("/new");
}

/** 32 fresh random bytes. */
function salt(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `0x${Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("")}`;
}
