// What the page shows of a proposal: how it stands, who has signed, what is next, the text, and what wallets show.

import { isAddressEqual } from "viem/utils";
import { posted } from "./asked";
import { change } from "./changing";
import { deposit } from "./depositing";
import { button, element } from "./elements";
import { prose } from "./prose";
import { capital, pressed, tag, type Acts, type Reading } from "./reading";
import { download } from "./sealing";
import { signedBy, type Proposal } from "./share";
import { signTypedData } from "./signing";
import { shown } from "./typed";
import { account, isReady } from "./wallet";

const LOOKS: Record<string, string> = { "in force": "good", proposed: "warn", ended: "good" };
const SIGNED = { "": "not yet", key: "signed", contract: "signed", waiting: "waiting" };
const TONES = { "": "quiet", key: "good", contract: "good", waiting: "warn" };

/** All blocks of the page. */
export function page(reading: Reading, proposal: Proposal, acts: Acts): Node[] {
  return [
    ...faults(reading, proposal, acts),
    element("div", { class: "columns" }, next(reading, proposal, acts), signers(reading)),
    facts(reading),
    textual(reading),
    element("script", { type: "application/json", id: "moves" }, JSON.stringify(reading.moves)),
  ];
}

function faults(reading: Reading, proposal: Proposal, acts: Acts): Node[] {
  const made = reading.faults.map((each) => element("div", { class: "notice bad" }, element("p", {}, each)));
  for (const each of reading.foreign) made.push(element("div", { class: "notice bad" }, element("p", {}, each)));
  if (made.length > 0)
    made.push(
      element("div", { class: "notice warn" }, element("p", {}, "Nothing can be signed or sent until this is mended.")),
    );
  if (reading.foreign.length > 0 && reading.faults.length === 0) {
    const good = new Set(
      reading.signers.filter((each) => each.signed !== "").map((each) => each.address.toLowerCase()),
    );
    const signatures = proposal.signatures.filter((each) => good.has(each.signer.toLowerCase()));
    const leave = pressed(
      "Go on without what does not belong",
      "",
      "leave",
      acts,
      () => acts.take({ ...proposal, signatures }),
    );
    made.push(element("p", {}, leave));
  }
  return made;
}

function signers(reading: Reading): HTMLElement {
  const rows = reading.signers.map((seat) =>
    element(
      "li",
      { "data-seat": seat.role },
      element(
        "div",
        { class: "row apart" },
        element("strong", {}, capital(seat.role)),
        tag(SIGNED[seat.signed], TONES[seat.signed]),
      ),
      element("div", {}, seat.name || "as in the document in force"),
      element("div", { class: "mono small" }, seat.address),
      ...(seat.signed === "waiting" ? [waiting()] : []),
    ),
  );
  const list = element("ul", { class: "plain-list" }, ...rows);
  return element(
    "section",
    { class: "card", "aria-labelledby": "signers" },
    element("h2", { id: "signers" }, "Who signs"),
    list,
  );
}

function waiting(): HTMLElement {
  const text = "This account is a contract, and does not confirm the signature yet: its owners still have to sign.";
  return element("p", { class: "small muted" }, text);
}

function next(reading: Reading, proposal: Proposal, acts: Acts): HTMLElement {
  const { key, words, page: link } = reading.state;
  const made = element(
    "section",
    { class: "card", "aria-labelledby": "next" },
    element("div", { class: "row apart" }, element("h2", { id: "next" }, reading.title), tag(key, LOOKS[key] ?? "bad")),
    element("p", { id: "state" }, words),
  );
  if (link !== null) made.append(
    element("p", {}, element("a", { class: "button", href: link }, "To the agreement's page")),
  );
  const isOpen = reading.faults.length + reading.foreign.length === 0 && key === "proposed";
  if (isOpen) made.append(...signing(reading, proposal, acts), ...deposit(reading, proposal, acts));
  made.append(element("div", { class: "moves", "data-moves": "proposal" }));
  if (reading.moves.some((each) => each.place === "withdrawal")) made.append(withdrawal());
  if (key === "in force" && !reading.is_kept && reading.kind !== "closing") made.append(...keeping(proposal, acts));
  if (key === "in force" && reading.kind !== "closing") {
    const begin = () => change(proposal, reading.origin, reading.id, reading.time);
    made.append(element("p", {}, pressed("Write a change order", "", "change", acts, begin)));
  }
  if (isOpen || proposal.signatures.length === 0) made.append(...passing(reading, proposal));
  made.append(element("p", {}, pressed("Look again", "quiet", "again", acts, () => acts.again())));
  return made;
}

function withdrawal(): HTMLElement {
  const said = "Either party can make sure that this never comes into force, whoever has signed it.";
  const place = element("div", { class: "moves", "data-moves": "withdrawal" });
  return element("details", {}, element("summary", {}, "Withdraw it"), element("p", {}, said), place);
}

function signing(reading: Reading, proposal: Proposal, acts: Acts): Node[] {
  const from = account();
  const missing = reading.signers.filter((each) => each.signed === "" || each.signed === "waiting");
  if (missing.length === 0) return [element("p", {}, "All have signed: whoever has this link can send it.")];
  const names = missing.map((each) => `the ${each.role}`).join(" and ");
  const said = element("p", {}, `Still to sign: ${names}. Who sends it itself need not sign.`);
  const mine = from === null ? undefined : missing.find((each) => isAddressEqual(each.address, from));
  if (from === null) return [said, element("p", { class: "muted" }, "Connect your wallet at the top to sign.")];
  if (mine === undefined) return [said];
  const isOrder = reading.deposit !== null && mine.role === "client";
  const order = isOrder ? ` It is also an order to pay ${reading.deposit!.words} when it is opened.` : "";
  const what =
    reading.kind === "closing"
      ? "Your signature agrees to end at once, with this split."
      : "Your signature is your consent to all that stands below, for whoever carries it, until it expires or is " +
        "withdrawn.";
  const sign = pressed("Sign it", "primary", "sign", acts, async () => {
    const signature = await signTypedData(reading.typed);
    await acts.take(signedBy(proposal, from, signature));
  });
  sign.disabled = !isReady();
  return [said, element("p", {}, what + order), element("p", {}, sign)];
}

function passing(reading: Reading, proposal: Proposal): Node[] {
  const link = element(
    "input",
    { id: "link", readonly: "", class: "mono", value: location.href, "aria-label": "The link" },
  );
  const said = element("span", { class: "muted small", role: "status" });
  const copy = button("Copy the link", "", async () => {
    await navigator.clipboard.writeText(location.href).catch(() => link.select());
    said.textContent = "Copied. Who has the link can read all of it.";
  });
  const name = `${reading.kind}-${reading.id.slice(2, 10)}.json`;
  const save = button("Save as a file", "", () => download(name, JSON.stringify(proposal, null, 1)));
  const buttons: Node[] = [copy, save];
  if (typeof navigator.share === "function")
    buttons.push(
      button("Share …", "", () =>
        navigator.share({ title: reading.title, url: location.href }).catch(() => undefined),
      ),
    );
  return [element("h3", { class: "apart" }, "Pass it on"), link, element("div", { class: "row" }, ...buttons, said)];
}

function keeping(proposal: Proposal, acts: Acts): Node[] {
  const keep = pressed("Keep this document on this server", "", "keep", acts, async () => {
    await posted("/documents", proposal);
    await acts.again();
  });
  const said =
    "The agreement's page shows names and texts only where this server keeps the document. Everyone who can open " +
    "this server can then read it.";
  return [element("p", {}, said), element("p", {}, keep)];
}

function facts(reading: Reading): HTMLElement {
  const rows = reading.facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
  const id = [element("dt", {}, "Id, computed here too"), element("dd", { class: "mono", id: "id" }, reading.id)];
  return element(
    "section",
    { class: "card", "aria-labelledby": "facts" },
    element("h2", { id: "facts" }, "What it says, in short"),
    element("dl", { class: "facts" }, ...rows, ...id),
  );
}

function textual(reading: Reading): HTMLElement {
  const made = element(
    "section",
    { class: "card", "aria-labelledby": "text" },
    element("h2", { id: "text" }, "The text"),
  );
  if (reading.text.length > 0) made.append(element("div", { class: "prose", id: "prose" }, ...prose(reading.text)));
  const wallet = element(
    "details",
    {},
    element("summary", {}, "What your wallet shows, and the hashes that devices show"),
  );
  wallet.append(shown(reading.typed));
  made.append(wallet);
  return made;
}
