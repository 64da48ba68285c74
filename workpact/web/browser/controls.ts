// One field of the form: label, control, help and the place of its error, over texts of the file.

import { getAddress } from "viem/utils";
import { button, element } from "./elements";
import type { FieldOf, Kind } from "./form_fields";
import type { Plain } from "./plain";
import { account } from "./wallet";

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export interface Bound {
  id: string;
  /** What stands in the file, undefined for nothing. */
  value: Plain | undefined;
  symbol: string;
  changed(value: Plain | undefined): void;
  left(): void;
}

/** What the file says for what a person wrote; undefined for nothing. */
export function written(kind: Kind | undefined, text: string, symbol: string): Plain | undefined {
  if (kind === "lines" || kind === "addresses") {
    const lines = text.split("\n").map((each) => each.trim());
    return lines.some((each) => each !== "") ? lines.filter((each) => each !== "") : undefined;
  }
  const plain = kind === "prose" ? text : text.trim();
  if (plain.trim() === "") return undefined;
  if (kind === "money") return /[A-Za-z]/.test(plain) || symbol === "" ? plain : `${plain} ${symbol}`;
  if (kind === "share") return /[%a-z]/.test(plain) ? plain : `${plain} %`;
  return plain;
}

/** What the field shows for what the file says; null where the form cannot show it. */
function shown(kind: Kind | undefined, value: Plain | undefined, symbol: string): string | null {
  if (value === undefined) return "";
  if (kind === "lines" || kind === "addresses") {
    const all = Array.isArray(value) ? value : [value];
    return all.every((each) => typeof each === "string") ? all.join("\n") : null;
  }
  if (typeof value !== "string") return null;
  if (kind === "money" && symbol !== "" && value.endsWith(` ${symbol}`)) return value.slice(0, -symbol.length - 1);
  if (kind === "share" && value.endsWith(" %")) return value.slice(0, -2);
  return value;
}

/** A field with its control. */
export class FormField {
  readonly root: HTMLElement;
  readonly control: Control;
  private readonly error: HTMLElement;

  constructor(
    readonly field: FieldOf,
    private readonly bound: Bound,
  ) {
    const { id } = bound;
    this.control = this.made();
    this.control.id = id;
    this.error = element("p", { class: "error", id: `${id}-error` });
    const help = field.help ? [element("p", { class: "help", id: `${id}-help` }, field.help)] : [];
    const described = [...(help.length > 0 ? [`${id}-help`] : []), `${id}-error`];
    this.control.setAttribute("aria-describedby", described.join(" "));
    const label = element("label", { for: id }, field.label);
    const inner =
      field.kind === "flag"
        ? [element("div", { class: "check" }, this.control, label)]
        : [label, ...this.withUnit()];
    this.root = element(
      "div",
      { class: field.kind === "prose" ? "field wide" : "field" },
      ...inner,
      ...help,
      this.error,
    );
    const heard = field.kind === "choice" || field.kind === "flag" ? "change" : "input";
    this.control.addEventListener(heard, () => bound.changed(this.read()));
    this.control.addEventListener("blur", () => bound.left());
  }

  /** Shows the mistakes at it. */
  say(words: string[]): void {
    this.error.replaceChildren(...words.flatMap((each, index) => (index ? [element("br"), each] : [each])));
    if (words.length > 0) this.control.setAttribute("aria-invalid", "true");
    else this.control.removeAttribute("aria-invalid");
  }

  private read(): Plain | undefined {
    if (this.field.kind === "flag") return (this.control as HTMLInputElement).checked ? "true" : undefined;
    return written(this.field.kind, this.control.value, this.bound.symbol);
  }

  private made(): Control {
    const { kind, choices } = this.field;
    const text = shown(kind, this.bound.value, this.bound.symbol);
    if (kind === "flag") {
      const box = element("input", { type: "checkbox" });
      box.checked = text === "true";
      return box;
    }
    if (kind === "choice") return chosen(choices ?? [], text ?? "");
    const area = kind === "prose" || kind === "lines" || kind === "addresses";
    const made = area ? element("textarea", { rows: "2" }) : element("input", { type: "text", autocomplete: "off" });
    if (kind === "address" || kind === "addresses") made.classList.add("mono");
    if (kind === "money" || kind === "share") made.classList.add("num");
    made.spellcheck = kind === "prose";
    made.value = text ?? "";
    if (text === null) {
      made.disabled = true;
      made.setAttribute("placeholder", "as in the text");
    }
    return made;
  }

  private withUnit(): Node[] {
    const { kind } = this.field;
    if (kind === "money") return [unit(this.control, this.bound.symbol || "?")];
    if (kind === "share") return [unit(this.control, "%")];
    if (kind !== "address") return [this.control];
    const mine = button("Use my wallet", "quiet", () => {
      const connected = account();
      if (connected === null) {
        this.say(["No wallet is connected: connect yours at the top of the page, then press again."]);
        return;
      }
      this.control.value = getAddress(connected);
      this.bound.changed(this.read());
      this.bound.left();
    });
    return [element("div", { class: "with-unit" }, this.control, mine)];
  }
}

function unit(control: Control, text: string): HTMLElement {
  return element(
    "div",
    { class: "with-unit" },
    control,
    element("span", { class: "muted", "aria-hidden": "true" }, text),
  );
}

function chosen(choices: [string, string][], value: string): HTMLSelectElement {
  const known = choices.some(([each]) => each === value);
  const all: [string, string][] = known ? choices : [[value, value === "" ? "choose …" : value], ...choices];
  const made = element("select", {}, ...all.map(([each, label]) => element("option", { value: each }, label)));
  made.value = value;
  return made;
}
