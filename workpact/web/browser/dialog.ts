// The dialog of a move: its effect, what it asks for, the decoded call, what a simulation says; then the wallet.

import type { Address, Hex } from "viem";
import { approval } from "./allowance";
import { Stale, check, checkBoth, type Effects } from "./checks";
import { button, element } from "./elements";
import { decoded, encoded, type Shown, type Value } from "./encoding";
import { outcome } from "./following";
import { Field, type Entered } from "./inputs";
import { isOpen } from "./kept";
import { refresh } from "./live";
import type { Move } from "./moves";
import { Refusal } from "./refusal";
import { download, keepUnsaved, saved, sealName, sealText } from "./sealing";
import { sameWallet, send, type Call } from "./sending";
import { words } from "./tracked";
import { CHANGED, account } from "./wallet";

/** Where a move is: the page's chain and agreement, and the account that looks. */
export interface Place {
  chain: number;
  origin: Hex | null;
  from: Address;
}

interface Step {
  label: string;
  call: Call;
  /** The last one is the move itself. */
  isLast: boolean;
}

/** Opens the dialog; `current` gives the move as the page has it then, null if it is gone. */
export function open(move: Move, place: Place, current: () => Move | null): void {
  new MoveDialog(move, place, current).show();
}

class MoveDialog {
  private readonly dialog = element("dialog", { class: "move", "aria-labelledby": "move-title" });
  private readonly preview = element("div", { id: "move-preview" });
  private readonly progress = element("p", { class: "muted", role: "status", "aria-live": "polite" });
  private readonly fault = element("div", { role: "alert" });
  private readonly act: HTMLButtonElement;
  private readonly fields: Field[];
  private step: Step | null = null;
  private unsavedSeals = new Set<string>();
  private isBusy = false;

  constructor(
    private readonly move: Move,
    private readonly place: Place,
    private readonly current: () => Move | null,
  ) {
    this.act = button("Check", "primary", () => void this.pressed());
    this.fields = move.inputs.map((each) => new Field(each, () => this.restart()));
  }

  show(): void {
    const { dialog, move } = this;
    dialog.append(
      element("h2", { id: "move-title" }, move.label),
      element("p", {}, move.effect),
      ...this.fields.map((each) => each.root),
      this.preview,
      this.progress,
      this.fault,
      element("div", { class: "actions" }, button("Cancel", "quiet", () => dialog.close()), this.act),
    );
    const changed = () => this.accountChanged();
    document.addEventListener(CHANGED, changed);
    dialog.addEventListener("close", () => {
      document.removeEventListener(CHANGED, changed);
      for (const name of this.unsavedSeals) saved(name);
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
    if (this.fields.length === 0) void this.pressed();
  }

  private accountChanged(): void {
    if (account() === this.place.from || this.isBusy) return;
    this.restart();
    void sameWallet({ chain: this.place.chain, from: this.place.from }).catch((error) => this.say(error));
  }

  /** Back to before the check. */
  private restart(): void {
    this.step = null;
    for (const name of this.unsavedSeals) saved(name);
    this.unsavedSeals.clear();
    this.preview.replaceChildren();
    this.fault.replaceChildren();
    this.act.textContent = "Check";
    this.act.disabled = this.isBusy;
  }

  private async pressed(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.act.disabled = true;
    this.fault.replaceChildren();
    try {
      if (this.step === null) await this.check();
      else await this.go(this.step);
    } catch (error) {
      this.restart();
      this.say(error);
      if (!(error instanceof Refusal)) throw error;
      if (error instanceof Stale) await refresh();
    } finally {
      this.progress.textContent = "";
      this.isBusy = false;
      this.act.disabled = this.unsavedSeals.size > 0;
    }
  }

  private say(error: unknown): void {
    const { message, advice } =
      error instanceof Refusal
        ? error
        : new Refusal("Something in this page failed.", "Reload it, and look whether your wallet shows a transaction.");
    this.fault.replaceChildren(element("div", { class: "notice bad" }, element("p", {}, `${message} ${advice}`)));
  }

  private async check(): Promise<void> {
    const entered = await this.entered();
    if (entered === null) return;
    this.progress.textContent = "Asking your wallet's node whether it would work …";
    this.sameMove();
    const call = this.call(entered);
    const first = await this.approval(entered);
    if (first === null) {
      const effects = await check(call);
      this.ready({ label: "Send with your wallet", call, isLast: true }, effects, entered);
    } else {
      this.ready(first, await checkBoth(first.call, call), entered);
    }
  }

  private async entered(): Promise<Map<string, Entered> | null> {
    const found = new Map<string, Entered>();
    for (const [index, field] of this.fields.entries()) {
      const one = await field.read();
      if (one === null) return null;
      found.set(this.move.inputs[index]!.name, one);
    }
    return found;
  }

  private sameMove(): void {
    if (JSON.stringify(this.current()) !== JSON.stringify(this.move))
      throw new Refusal(
        "The page has changed since this was opened: this move is no more, or does something else. Nothing was sent.",
        "Close this, read what has changed, and decide again.",
      );
  }

  private call(entered: Map<string, Entered>): Call {
    const { move, place } = this;
    const given = move.arguments.map((each) =>
      typeof each === "object" && !Array.isArray(each) ? entered.get(each.input)!.value : each,
    ) as Value[];
    const data = encoded(move.contract, move.function, given);
    return { ...place, key: move.key, label: move.label, to: move.address, data };
  }

  private async approval(entered: Map<string, Entered>): Promise<Step | null> {
    const { approve, inputs } = this.move;
    if (approve === null) return null;
    const { token, spender } = approve;
    const units =
      typeof approve.units === "string"
        ? BigInt(approve.units)
        : BigInt(entered.get(approve.units.input)!.value) - BigInt(approve.units.less);
    const of = inputs.find((each) => each.kind === "money");
    const needed = { token, spender, units };
    const made = await approval(this.place.from, needed, of?.decimals ?? approve.decimals ?? 0, of?.unit ?? approve.unit ?? "units");
    if (made === null) return null;
    const key = `approve:${token}:${made.data}`;
    const call = { ...this.place, key, label: made.words, to: token, data: made.data };
    return { label: `Step 1 of 2: ${made.words}`, call, isLast: false };
  }

  /** Shows what would be sent, and lets it be. */
  private ready(step: Step, effects: Effects, entered: Map<string, Entered>): void {
    this.step = step;
    const contract = step.isLast ? this.move.contract : "Token";
    const shown: Node[] = [...effectsShown(effects), callShown(contract, step.call)];
    for (const each of entered.values()) if (each.seal) shown.push(this.sealShown(each));
    this.preview.replaceChildren(...shown);
    this.act.textContent = step.label;
  }

  private sealShown(entered: Entered): HTMLElement {
    const { seal: made, of } = entered;
    const name = sealName(of!, made!);
    keepUnsaved(name, made!);
    this.unsavedSeals.add(name);
    const text =
      "Save the seal first. It shows later what the hash on the chain stands for: keep it with the content, and give " +
      "both to the other side.";
    const save = button(`Save ${name}`, "", () => {
      download(name, sealText(made!));
      saved(name);
      this.unsavedSeals.delete(name);
      save.textContent = `Saved ${name}`;
      this.act.disabled = this.isBusy || this.unsavedSeals.size > 0;
      this.act.focus();
    });
    return element("div", { class: "notice" }, element("p", {}, text), element("p", {}, save));
  }

  private async go(step: Step): Promise<void> {
    this.sameMove();
    if (step.isLast) await check(step.call);
    this.progress.textContent = "Your wallet is asked: look at what it shows, and answer there.";
    const sent = await send(step.call);
    if (step.isLast || sent.state === "unsure") {
      this.dialog.close();
      document.querySelector<HTMLElement>(`[data-sent="${CSS.escape(sent.key)}"]`)?.focus();
      return;
    }
    this.progress.textContent = `${step.call.label}: sent, waiting to be mined …`;
    const now = await outcome(sent);
    if (isOpen(now) || !["mined", "final"].includes(now.state)) throw new Refusal(words(now), "");
    this.step = null;
    await this.check();
  }
}

function effectsShown(effects: Effects): Node[] {
  const made: Node[] = [];
  const all = [...effects.events, ...effects.transfers].map((each) => element("li", {}, each));
  if (all.length > 0)
    made.push(element("div", { class: "notice" }, element("h3", {}, "What it does"), element("ul", {}, ...all)));
  if (effects.caution) made.push(element("div", { class: "notice warn" }, element("p", {}, effects.caution)));
  return made;
}

function callShown(contract: string, call: Call): HTMLElement {
  const { name, arguments: given } = decoded(contract, call.data);
  const facts = element("dl", { class: "facts" });
  const fact = (term: string, value: Node | string) => facts.append(element("dt", {}, term), element("dd", {}, value));
  fact("Contract", element("span", {}, `${contract} `, element("span", { class: "mono" }, call.to)));
  fact("Function", element("code", {}, name));
  for (const each of given) fact(each.name, argumentShown(each));
  return element("details", {}, element("summary", {}, "The call that your wallet will show"), facts);
}

function argumentShown(shown: Shown): Node {
  if (shown.inner.length === 0) return element("span", { class: "mono" }, shown.text);
  const inner = element("dl", { class: "facts" });
  for (const each of shown.inner) inner.append(element("dt", {}, each.name), element("dd", {}, argumentShown(each)));
  return element("details", {}, element("summary", {}, `${shown.inner.length} values`), inner);
}
