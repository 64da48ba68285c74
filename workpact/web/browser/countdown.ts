// What the server cannot know of a moment: how long it is until then, and when it is where the reader sits.

const SECOND = 1000;
const HOUR = 3600;
const DAY = 86_400;
/** Within this much the reader's clock is taken; beyond it that of the page's block, which contracts go by. */
const TRUSTED = HOUR;

let behind = 0;
let ticking: number | undefined;

export function start(root: ParentNode): void {
  const block = root.querySelector<HTMLElement>("[data-now]")?.dataset.now;
  if (block !== undefined) {
    const off = seconds() - Number(block);
    behind = Math.abs(off) > TRUSTED ? off : 0;
  }
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[data-at]")) localize(time);
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-copy]")) offer(button);
  tick();
  ticking ??= window.setInterval(tick, SECOND);
}

/** Unix seconds by the reader's clock. */
function seconds(): number {
  return Math.floor(Date.now() / SECOND);
}

/** How long it is from now on, in the two greatest units that count. */
export function left(until: number, now: number): string {
  const distance = Math.abs(until - now);
  const days = Math.floor(distance / DAY);
  const hours = Math.floor((distance % DAY) / HOUR);
  const minutes = Math.floor((distance % HOUR) / 60);
  const words =
    days >= 1
      ? `${count(days, "day")}${days < 30 && hours > 0 ? ` ${hours} h` : ""}`
      : hours >= 1
        ? `${hours} h ${minutes} min`
        : minutes >= 1
          ? `${minutes} min ${distance % 60} s`
          : `${distance} s`;
  return until < now ? `${words} ago` : `in ${words}`;
}

function count(number: number, name: string): string {
  return `${number} ${name}${number === 1 ? "" : "s"}`;
}

function tick(): void {
  const now = seconds() - behind;
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-until]")) {
    const until = Number(time.dataset.until);
    const shown = beside(time, "left");
    const words = left(until, now);
    if (shown.textContent === words) continue;
    shown.textContent = words;
    shown.classList.toggle("past", until < now);
    shown.classList.toggle("soon", until >= now && until - now < DAY);
  }
}

/** The moment by the reader's own clock, where that says another time. */
function localize(time: HTMLTimeElement): void {
  const at = new Date(Number(time.dataset.at) * SECOND);
  if (at.getTimezoneOffset() === 0) return;
  const words = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  time.title = `${words} here`;
  if (time.dataset.until !== undefined) beside(time, "local").textContent = `${words} here`;
}

/** The element of this look that stands after a time; made if there is none. */
function beside(time: HTMLTimeElement, look: string): HTMLElement {
  for (let next = time.nextElementSibling; next instanceof HTMLElement; next = next.nextElementSibling) {
    if (next.dataset.beside === look) return next;
    if (next.dataset.beside === undefined) break;
  }
  const made = document.createElement("span");
  made.className = look;
  made.dataset.beside = look;
  time.after(" ", made);
  return made;
}

/** Shows a button that copies, where the browser lets pages copy. */
function offer(button: HTMLButtonElement): void {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.onclick = async () => {
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
    button.textContent = "Copied";
    window.setTimeout(() => (button.textContent = "Copy"), 2 * SECOND);
  };
}
