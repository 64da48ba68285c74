// The wallet's place in the header: connect, choose among several, see account and network, switch.

import { button, element, short } from "./elements";
import { networkName, pageChain, switchTo } from "./network";
import { Refusal } from "./refusal";
import { CHANGED, account, chain, connect, disconnect, discover, found, isLost, provider, type Found } from "./wallet";

let isBegun = false;
let said: Refusal | null = null;
let isBusy = false;

/** Shows the wallet in the header, and above the page what hinders it. */
export function start(): void {
  if (!isBegun) {
    isBegun = true;
    document.addEventListener(CHANGED, () => {
      said = null;
      show();
    });
    discover();
  }
  show();
}

function show(): void {
  const place = document.querySelector("#wallet");
  if (place === null) return;
  place.replaceChildren(...header());
  const notice = noticePlace();
  notice.replaceChildren(...notices());
}

function header(): Node[] {
  const connected = account();
  const on = chain();
  if (connected === null || on === null) return [pressable("Connect a wallet", "primary", choose)];
  const right = !isLost() && (pageChain() === null || on === pageChain());
  return [
    element("span", { class: right ? "tag quiet" : "tag warn" }, networkName(on)),
    short(connected),
    button("Disconnect", "quiet", disconnect),
  ];
}

function notices(): Node[] {
  const wanted = pageChain();
  const on = chain();
  const made: Node[] = [];
  if (on === null) {
    const hasMoves = document.querySelector("[data-moves]") !== null;
    if (hasMoves) made.push(element("p", { class: "muted", id: "to-act" }, "Connect a wallet to act."));
  } else if (isLost()) {
    const text =
      "Your wallet has lost its network. Nothing can be sent until it is back: look at the wallet's settings.";
    made.push(element("div", { class: "notice bad" }, element("p", {}, text)));
  } else if (wanted !== null && on !== wanted) {
    const text =
      `Your wallet is on ${networkName(on)}; this page is about ${networkName(wanted)}. ` +
      "Nothing can be signed or sent until it is switched.";
    const switching = pressable("Switch network", "primary", () => switchTo(provider(), wanted));
    made.push(element("div", { class: "notice warn" }, element("p", {}, text), element("p", {}, switching)));
  }
  if (said !== null)
    made.push(element("div", { class: "notice bad" }, element("p", {}, `${said.message} ${said.advice}`)));
  return made;
}

function pressable(label: string, look: string, act: () => Promise<void>): HTMLButtonElement {
  const made = button(label, look, async () => {
    if (isBusy) return;
    isBusy = true;
    said = null;
    made.disabled = true;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      said = error;
    } finally {
      isBusy = false;
      show();
    }
  });
  made.disabled = isBusy;
  return made;
}

async function choose(): Promise<void> {
  const wallets = found();
  const [only] = wallets;
  if (!window.isSecureContext)
    throw new Refusal(
      "This page did not come over https or from this machine itself, so wallets do not trust it.",
      "Open it by https, or at 127.0.0.1.",
    );
  if (only === undefined)
    throw new Refusal(
      "This browser has no wallet.",
      "Install one that announces itself (EIP-6963), then reload the page.",
    );
  const chosen = wallets.length === 1 ? only : await chosenOf(wallets);
  if (chosen !== null) await connect(chosen);
}

/** Which of several wallets; null if the person leaves. */
function chosenOf(wallets: Found[]): Promise<Found | null> {
  return new Promise((resolve) => {
    const dialog = element("dialog", { id: "wallets", "aria-labelledby": "wallets-title" });
    let chosen: Found | null = null;
    const take = (each: Found) => () => {
      chosen = each;
      dialog.close();
    };
    dialog.append(
      element("h2", { id: "wallets-title" }, "Which wallet?"),
      element("div", { class: "moves" }, ...wallets.map((each) => named(each, take(each)))),
      element("div", { class: "actions" }, button("Cancel", "quiet", () => dialog.close())),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(chosen);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function named(wallet: Found, pressed: () => void): HTMLButtonElement {
  const made = button(wallet.info.name, "", pressed);
  if (wallet.info.icon.startsWith("data:image/"))
    made.prepend(element("img", { src: wallet.info.icon, alt: "", width: "24", height: "24" }));
  return made;
}

function noticePlace(): Element {
  const known = document.querySelector("#wallet-notices");
  if (known !== null) return known;
  const made = element("div", { id: "wallet-notices" });
  document.querySelector("#notices")?.prepend(made);
  return made;
}
