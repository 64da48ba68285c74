// The list of agreements: the connected account's own are one press away.

import { element, short } from "./elements";
import { CHANGED, account } from "./wallet";

let isBegun = false;

export function start(): void {
  if (!isBegun) {
    isBegun = true;
    document.addEventListener(CHANGED, show);
  }
  show();
}

function show(): void {
  const place = document.querySelector<HTMLElement>("[data-mine]");
  if (place === null) return;
  const who = account();
  const asked = new URL(location.href).searchParams.get("account");
  const isShown = who === null || asked?.toLowerCase() === who.toLowerCase();
  const link = () => element("a", { href: `/?account=${who}` }, "Only those of ", short(who!));
  place.replaceChildren(...(isShown ? [] : [link()]));
}
