// What a move asks of a person, checked as strictly as contracts would, in exact integers.

import { element } from "./elements";
import { getAddress, isAddress } from "viem/utils";
import { Refusal } from "./refusal";
import { seal, sealFile, type Seal } from "./sealing";

export interface Input {
  name: string;
  label: string;
  kind: "file-hash" | "text-hash" | "money" | "share" | "address" | "choice";
  help?: string;
  /** In smallest units or parts per million, as decimal text. */
  least?: string;
  most?: string;
  /** What is filled in before, likewise. */
  value?: string;
  choices?: { value: string; label: string }[];
  decimals?: number;
  unit?: string;
}

/** A value as the call takes it; `seal` where the file of its salt has to be saved, under the name `of`. */
export interface Entered {
  value: string;
  seal?: Seal;
  of?: string;
}

/** An amount of a token in smallest units. Throws `Refusal`. */
export function units(written: string, decimals: number): bigint {
  const text = written.trim().replace(/(?<=\d)[, ](?=\d{3}(\D|$))/g, "");
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null)
    throw new Refusal(`${written || "Nothing"} is no amount.`, "Write digits, with a point: 1250.50.");
  const part = match[2] ?? "";
  if (part.length > decimals)
    throw new Refusal(`The token has ${decimals} decimals.`, `Write no more than ${decimals} digits after the point.`);
  return BigInt(match[1]! + part.padEnd(decimals, "0"));
}

/** An amount in the token's own unit. */
export function money(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ",");
  const part = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return part ? `${whole}.${part}` : whole;
}

/** A share in parts per million from per cent with at most four decimals. Throws `Refusal`. */
export function ppm(written: string): bigint {
  const match = /^(\d{1,3})(?:\.(\d{1,4}))?\s*%?$/.exec(written.trim());
  const found = match && BigInt(match[1]! + (match[2] ?? "").padEnd(4, "0"));
  if (found === null || found > 1_000_000n)
    throw new Refusal(
      `${written || "Nothing"} is no share.`,
      "Write per cent from 0 to 100, with at most 4 decimals: 62.5.",
    );
  return found;
}

/** A field with label, help and the place of its error. */
export class Field {
  readonly root: HTMLElement;
  private readonly control: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
  private readonly error: HTMLElement;
  private sealed: { content: string | File; entered: Entered } | null = null;

  constructor(
    private readonly input: Input,
    changed: () => void,
  ) {
    const id = `input-${input.name}`;
    this.control = control(input, id);
    this.error = element("p", { class: "error", id: `${id}-error` });
    if (input.value !== undefined) this.control.value = prefilled(input, input.value);
    const described = input.help ? `${id}-help ${id}-error` : `${id}-error`;
    this.control.setAttribute("aria-describedby", described);
    this.control.addEventListener("input", () => {
      this.clear();
      changed();
    });
    const unit = input.kind === "money" && input.unit ? ` (${input.unit})` : input.kind === "share" ? " (%)" : "";
    this.root = element("div", { class: "field" }, element("label", { for: id }, input.label + unit), this.control);
    if (input.help) this.root.append(element("p", { class: "help", id: `${id}-help` }, input.help));
    this.root.append(this.error);
  }

  /** What was entered; null with the error shown at the field. */
  async read(): Promise<Entered | null> {
    try {
      this.clear();
      return await this.parse();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.control.setAttribute("aria-invalid", "true");
      this.error.textContent = `${error.message} ${error.advice}`;
      this.control.focus();
      return null;
    }
  }

  private clear(): void {
    this.control.removeAttribute("aria-invalid");
    this.error.textContent = "";
  }

  private async parse(): Promise<Entered> {
    const { input } = this;
    const written = this.control.value;
    if (input.kind === "file-hash") return this.seal((this.control as HTMLInputElement).files?.[0] ?? null);
    if (input.kind === "text-hash") return this.seal(written.trim() === "" ? null : written);
    if (input.kind === "money") {
      const decimals = input.decimals ?? 0;
      return { value: within(units(written, decimals), input, (each) => money(each, decimals)) };
    }
    if (input.kind === "share") return { value: within(ppm(written), input, (each) => `${money(each, 4)} %`) };
    if (input.kind === "address") return { value: address(written) };
    return { value: written };
  }

  /** The same content keeps its seal, so that what was shown is what is sent. */
  private async seal(content: string | File | null): Promise<Entered> {
    if (content === null)
      throw this.input.kind === "text-hash"
        ? new Refusal("Nothing is written.", "Write it, so that its hash can be made.")
        : new Refusal("No file is chosen.", "Choose it.");
    if (this.sealed?.content !== content) {
      const made = typeof content === "string" ? seal(new TextEncoder().encode(content)) : await sealFile(content);
      const of = typeof content === "string" ? `${this.input.name}.txt` : content.name;
      this.sealed = { content, entered: { value: made.hash, seal: made, of } };
    }
    return this.sealed.entered;
  }
}

function prefilled(input: Input, value: string): string {
  if (input.kind === "money") return money(BigInt(value), input.decimals ?? 0);
  return input.kind === "share" ? money(BigInt(value), 4) : value;
}

function within(value: bigint, input: Input, shown: (value: bigint) => string): string {
  if (input.least !== undefined && value < BigInt(input.least))
    throw new Refusal("That is too little.", `Write at least ${shown(BigInt(input.least))}.`);
  if (input.most !== undefined && value > BigInt(input.most))
    throw new Refusal("That is too much.", `Write at most ${shown(BigInt(input.most))}.`);
  return value.toString();
}

function address(written: string): string {
  const text = written.trim();
  if (!isAddress(text, { strict: false })) throw new Refusal("That is no address.", "Write 0x and 40 hex digits.");
  const digits = text.slice(2);
  const isMixed = digits !== digits.toLowerCase() && digits !== digits.toUpperCase();
  if (isMixed && getAddress(text) !== text)
    throw new Refusal("A digit of this address is wrong: its capitals do not fit.", "Copy the address anew.");
  return getAddress(text);
}

function control(input: Input, id: string): HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement {
  if (input.kind === "choice") {
    const options = (input.choices ?? []).map((each) => element("option", { value: each.value }, each.label));
    return element("select", { id }, ...options);
  }
  if (input.kind === "text-hash") return element("textarea", { id, rows: "4" });
  if (input.kind === "file-hash") return element("input", { id, type: "file" });
  const isAnAddress = input.kind === "address";
  const looks = isAnAddress ? { class: "mono", spellcheck: "false" } : { class: "num", inputmode: "decimal" };
  return element("input", { id, autocomplete: "off", ...looks });
}
