// A worker's page: one press claims, through the relayer where there is one; wages and grants by their proofs; changes
// of wallet.

import { button, element } from "./elements";
import { encoded } from "./encoding";
import { read } from "./leaf";
import { refresh } from "./live";
import { Refusal } from "./refusal";
import { relayed, relayer, sentByOwn, type Carried, type Done } from "./relaying";
import { byLeaf } from "./worker_leaf";
import { seatMoves } from "./worker_seat";
import { told, type Worker } from "./worker_words";

/** What a press does: its calls in order, made when it is pressed. */
export interface Act {
  label: string;
  calls: () => Promise<Carried[]>;
  /** What is done once all of it is mined. */
  after?: () => void;
}

/** Calls that one transaction carries. */
const TOGETHER = 50;

/** Places that stay when the server's part is made anew: what is said there, and what is being done. */
const kept = new Map<string, HTMLElement>();
let isBusy = false;

export function start(): void {
  const data = worker();
  if (data === null) return;
  put("[data-claim]", "claim", () => pressable({ label: "Claim", calls: async () => claims(worker() ?? data) }, "primary"));
  put("[data-proof-file]", "file", fileField);
  for (const seat of document.querySelectorAll<HTMLElement>("[data-seat]")) {
    const key = `seat ${seat.dataset["seat"]} ${seat.dataset["proposed"] ?? ""}`;
    seat.replaceChildren(keep(key, () => seatMoves(data, seat.dataset["seat"]!, seat.dataset["proposed"], pressable)));
  }
  document.querySelector("[data-claimed]")?.replaceChildren(keep("claimed", () => element("div")));
  document.querySelector("[data-proof]")?.replaceChildren(keep("proof", () => element("div")));
}

/** The facts of the page as it is now. */
function worker(): Worker | null {
  const text = document.querySelector("#worker")?.textContent;
  return text ? (JSON.parse(text) as Worker) : null;
}

function keep(key: string, make: () => HTMLElement): HTMLElement {
  const known = kept.get(key) ?? make();
  kept.set(key, known);
  return known;
}

function put(place: string, key: string, make: () => HTMLElement): void {
  document.querySelector(place)?.replaceChildren(keep(key, make));
}

/** Everything that can be taken without a proof. */
function claims(data: Worker): Carried[] {
  const made: Carried[] = data.syncs.map((plan) => equity(data, "sync", [plan], `Count what plan ${plan} has reached`));
  for (let first = 0; first < data.claims.length; first += TOGETHER)
    made.push(equity(data, "claim", [data.claims.slice(first, first + TOGETHER)], "Claim units and revenue"));
  for (const each of data.revenue) made.push(equity(data, "withdraw", [each.pool, [each.worker]], "Take revenue that waits"));
  for (const token of data.owed) {
    const call = encoded("Payroll", "withdraw", [token, data.wallet, data.wallet, "0", "0x"]);
    made.push({ contract: "Payroll", to: data.payroll!, data: call, label: "Take wages that wait" });
  }
  return made;
}

function equity(data: Worker, name: string, given: Parameters<typeof encoded>[2], label: string): Carried {
  return { contract: "WorkerEquity", to: data.equity, data: encoded("WorkerEquity", name, given), label };
}

/** A button that does it by the relayer, and one that does it by the own wallet; what came of it is said below. */
function pressable(act: Act, look: string): HTMLElement {
  const status = element("p", { class: "muted", role: "status" });
  const fault = element("div", { role: "alert" });
  const buttons: HTMLButtonElement[] = [];
  const press = async (way: (call: Carried) => Promise<Done>) => {
    if (isBusy) return;
    isBusy = true;
    for (const each of buttons) each.disabled = true;
    fault.replaceChildren();
    try {
      status.textContent = "Preparing …";
      for (const call of await act.calls()) {
        status.textContent = `${call.label}: sent, waiting to be mined …`;
        say(await way(call));
      }
      status.textContent = "";
      act.after?.();
      await refresh();
    } catch (error) {
      status.textContent = "";
      if (!(error instanceof Refusal)) throw error;
      fault.replaceChildren(element("div", { class: "notice bad" }, element("p", {}, `${error.message} ${error.advice}`.trim())));
    } finally {
      isBusy = false;
      for (const each of buttons) each.disabled = false;
    }
  };
  if (relayer() !== null) buttons.push(button(act.label, look, () => press(relayed)));
  const own = relayer() === null ? act.label : "With my own wallet";
  buttons.push(button(own, relayer() === null ? look : "quiet", () => press(sentByOwn)));
  return element("div", { class: "press" }, element("div", { class: "row" }, ...buttons), status, fault);
}

/** Adds what a transaction brought. */
function say(done: Done): void {
  const data = worker();
  const lines = data === null ? [] : told(data, done.events);
  const by = element("p", { class: "small" }, `By transaction `, element("span", { class: "mono" }, done.transaction), `, in block ${done.block}.`);
  const made = element("div", { class: "notice good" }, ...(lines.length > 0 ? lines : ["Done."]).map((each) => element("p", {}, each)), by);
  keep("claimed", () => element("div")).append(made);
}

function fileField(): HTMLElement {
  const input = element("input", { type: "file", id: "proof-of-worker", accept: ".json,application/json" });
  const error = element("p", { class: "error", role: "alert" });
  input.addEventListener("change", async () => {
    const [file] = input.files ?? [];
    const place = keep("proof", () => element("div"));
    place.replaceChildren();
    error.textContent = "";
    const data = worker();
    if (file === undefined || data === null) return;
    try {
      const { words, act } = await byLeaf(data, await read(file));
      const after = () => {
        place.replaceChildren();
        input.value = "";
      };
      place.replaceChildren(element("p", {}, words), ...(act === null ? [] : [pressable({ ...act, after }, "primary")]));
    } catch (caught) {
      if (!(caught instanceof Refusal)) throw caught;
      error.textContent = `${caught.message} ${caught.advice}`;
    }
  });
  const label = element("label", { for: input.id }, "The worker's own file (JSON)");
  return element("div", { class: "field" }, label, input, error);
}

export type Pressable = typeof pressable;
