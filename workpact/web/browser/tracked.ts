// What was sent, as the page shows it: in every tab, after a reload too, until it is final.

import { button, element } from "./elements";
import { hindrance } from "./following";
import { KEPT, forget, kept, type Sent, type State } from "./kept";
import { download, saved, unsaved } from "./sealing";
import { CHANGED, account, chain } from "./wallet";

const LOOKS: Partial<Record<State, string>> = {
  mined: "good",
  final: "good",
  reverted: "bad",
  replaced: "warn",
  gone: "warn",
  unsure: "warn",
};
/** Nothing is waited for. */
const ENDED = new Set(["reverted", "replaced", "gone"]);
let isBegun = false;

/** Shows what this browser keeps. */
export function start(): void {
  if (!isBegun) {
    isBegun = true;
    document.addEventListener(KEPT, show);
    document.addEventListener(CHANGED, show);
  }
  show();
}

/** What happened, and what to do. */
export function words(sent: Sent): string {
  const { note } = sent;
  const at = sent.block?.number ?? "";
  switch (sent.state) {
    case "asking":
      return "Your wallet is being asked. Answer it there.";
    case "unsure":
      return (
        `It is not known whether your wallet sent this. ${note} Look at your wallet's activity. ` +
        "This page looks for it too, and does not offer it again meanwhile."
      );
    case "waiting":
      return (
        `Sent; it waits to be mined. ${note} If it takes long, speed it up or cancel it in your wallet: ` +
        "this page follows either."
      );
    case "mined":
      return `Mined in block ${at}; not final yet. ${note}`;
    case "final":
      return `Final, in block ${at}. ${note}`;
    case "reverted":
      return `It failed in block ${at}: ${note} Only gas was spent. Look at the page: it shows what is possible now.`;
    case "replaced":
      return `It was not carried out. ${note} Press its button again if you still want it.`;
    case "gone":
      return (
        `It was not carried out: the node no longer knows it. ${note} Press its button again if you still want it: ` +
        "it takes the same number, so only one of the two can be mined."
      );
    case "proposed":
      return (
        `Proposed to your Safe, not on the chain yet. ${note} ` +
        "Sign it in the Safe; this page sees when it is carried out."
      );
  }
}

function show(): void {
  const cards = kept().map(card);
  const trouble = kept().some((each) => !each.isSettled) ? problem() : null;
  if (trouble !== null) cards.unshift(element("div", { class: "notice bad" }, element("p", {}, trouble)));
  for (const [name, text] of unsaved()) cards.unshift(unsavedSeal(name, text));
  place().replaceChildren(...cards);
}

function problem(): string | null {
  if (account() === null) return "Connect your wallet, so that its node can be asked what became of what you sent.";
  const first = kept().find((each) => !each.isSettled);
  if (first !== undefined && first.chain !== chain())
    return "Switch your wallet back, to see what became of what you sent.";
  return hindrance();
}

function card(sent: Sent): HTMLElement {
  const made = element("div", {
    class: `notice ${LOOKS[sent.state] ?? ""}`,
    "data-sent": sent.key,
    "data-state": sent.state,
    tabindex: "-1",
  });
  made.append(element("p", {}, element("strong", {}, sent.label), ": ", words(sent).replace(/ {2,}/g, " ").trim()));
  if (sent.hash !== null) {
    const name = sent.state === "proposed" ? "Safe transaction " : "Transaction ";
    made.append(element("p", { class: "small" }, name, element("span", { class: "mono" }, sent.hash)));
  }
  if (sent.state === "unsure" || sent.state === "proposed") made.append(giveUp(sent));
  else if (sent.isSettled || ENDED.has(sent.state))
    made.append(element("p", {}, button("Hide", "quiet", () => forget(sent))));
  return made;
}

function giveUp(sent: Sent): HTMLElement {
  const sure =
    sent.state === "proposed"
      ? "Only if its owners rejected it: else it could be carried out twice."
      : "Only if your wallet shows nothing of it, neither waiting nor done: else it could be sent twice.";
  return element(
    "details",
    {},
    element("summary", {}, "It was not sent"),
    element("p", {}, sure),
    element("p", {}, button("Offer it again", "danger", () => forget(sent))),
  );
}

function unsavedSeal(name: string, text: string): HTMLElement {
  const done = () => {
    saved(name);
    show();
  };
  const save = button("Save it", "primary", () => {
    download(name, text);
    done();
  });
  const said = `The seal ${name} was not saved yet. Without it nobody can show later what its hash stands for.`;
  const buttons = element("p", { class: "row" }, save, button("Discard it", "quiet", done));
  return element("div", { class: "notice warn" }, element("p", {}, said), buttons);
}

function place(): Element {
  const known = document.querySelector("#sent");
  if (known !== null) return known;
  const made = element("div", { id: "sent" });
  document.querySelector("#notices")?.append(made);
  return made;
}
