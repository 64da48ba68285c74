// A proposal: read from the link's fragment or a file, shown, signed, passed on, and brought into force.

import { posted } from "./asked";
import { element } from "./elements";
import { KEPT, kept } from "./kept";
import { CHANGED } from "./wallet";
import { Refusal } from "./refusal";
import { fragment, fromFragment, fromText, type Proposal } from "./share";
import { page } from "./proposal_page";
import type { Reading } from "./reading";
import { ended, here, splitting } from "./splitting";
import { hashes } from "./typed";

let isBegun = false;
let proposal: Proposal | null = null;
let reading: Reading | null = null;
let asked = 0;

/** Begins on the page of proposals. */
export function start(root: ParentNode): void {
  const place = root.querySelector<HTMLElement>("[data-proposal]");
  if (place === null || place.dataset["begun"]) return;
  place.dataset["begun"] = "true";
  place.querySelector<HTMLInputElement>("#proposal-file")?.addEventListener("change", (event) => void opened(event));
  if (!isBegun) {
    isBegun = true;
    window.addEventListener("hashchange", () => void fromLink());
    document.addEventListener(CHANGED, show);
    document.addEventListener(KEPT, mined);
    document.addEventListener("close", mined, true);
  }
  void fromLink();
}

async function fromLink(): Promise<void> {
  await told(async () => {
    const origin = ended(location.hash);
    const found = origin === null ? await fromFragment(location.hash) : null;
    if (found !== null) await take(found);
    if (origin !== null) place()?.replaceChildren(splitting(origin, (next) => void told(() => take(next))));
  });
}

async function opened(event: Event): Promise<void> {
  const [file] = (event.target as HTMLInputElement).files ?? [];
  if (file !== undefined) await told(async () => take({ ...here(), ...fromText(await file.text()) }));
}

/** Reads a proposal and shows it; from now on the link is this one's. */
async function take(next: Proposal): Promise<void> {
  proposal = next;
  reading = null;
  history.replaceState(null, "", `#${await fragment(next)}`);
  await read();
}

async function read(): Promise<void> {
  const mine = ++asked;
  const made = await posted<Reading>("/proposal/read", proposal);
  if (mine !== asked) return;
  checkHashes(made);
  reading = made;
  show();
}

/** The id is computed here as well: what the server says must be what a wallet signs. */
function checkHashes(found: Reading): void {
  const { digest } = hashes(found.typed);
  const { chain, agreement } = document.body.dataset;
  const { chainId, verifyingContract } = found.typed.domain;
  if (digest !== found.id) {
    const said = `The server names the id ${found.id}, and what would be signed has the digest ${digest}.`;
    throw new Refusal(said, "Nothing can be signed or sent here: use another server, and tell whoever runs this one.");
  }
  if (chain && String(chainId) !== chain)
    throw new Refusal(
      `This would be signed for chain ${chainId}, and the page is about chain ${chain}.`,
      "Nothing can be signed here.",
    );
  if (agreement && String(verifyingContract).toLowerCase() !== agreement.toLowerCase())
    throw new Refusal(
      `This would be signed for the contract ${verifyingContract}, not for this page's.`,
      "Nothing can be signed here.",
    );
}

function show(): void {
  const shown = place();
  if (shown === null || reading === null || proposal === null) return;
  const part = document.querySelector<HTMLElement>("#part")!;
  Object.assign(part.dataset, { block: String(reading.block), time: String(reading.time) });
  const focused = document.activeElement?.id;
  shown.replaceChildren(element("div", { id: "shown" }, ...page(reading, proposal, { take, again: read, told })));
  if (focused) document.getElementById(focused)?.focus();
  document.dispatchEvent(new Event("workpact:part"));
}

function place(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-proposal]");
}

/** What was mined after the page's block is read anew; not under an open dialog, which would be of another page. */
function mined(): void {
  if (reading === null || document.querySelector("dialog[open]") !== null) return;
  const { block } = reading;
  const isNew = kept().some((each) => each.origin === null && each.block !== null && each.block.number > block);
  if (isNew) void told(read);
}

/** Does it, and says what hindered it. */
async function told(act: () => Promise<void>): Promise<void> {
  document.querySelector("#proposal-fault")?.remove();
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // What is shown no more stands for what the link says.
    if (reading === null) document.querySelector("#shown")?.remove();
    const text = element("p", {}, `${error.message} ${error.advice}`);
    place()?.prepend(element("div", { class: "notice bad", id: "proposal-fault", role: "alert" }, text));
  }
}
