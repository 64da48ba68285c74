// The form: fields over a file's documents. Every mistake of the server is shown at the field it is about.

import { button, element } from "./elements";
import { FormField } from "./controls";
import type { FieldOf, Item, OptionalOf, RowsOf } from "./form_fields";
import { SECTIONS } from "./form_sections";
import { levels, log, periods } from "./form_levels";
import { above, setAt, valueAt, type Plain, type Section } from "./plain";

/** One mistake, as the server tells it (workpact/web/draft.py). */
export interface Mistake {
  document: number;
  field: string;
  line: number;
  words: string;
}

/** A place of the file: the number of a document, and a path in it. */
export type Place = [number, string];

export interface Model {
  documents: Section[];
  /** The sections that may be added, as they begin. */
  added: Section[];
  /** Keys of fields whose mistakes are shown; all of them once the person has asked. */
  touched: Set<string>;
  isChecked: boolean;
}

/** Draws the form and tells what was changed. */
export class Form {
  private fields = new Map<string, FormField>();
  private boxes = new Map<string, HTMLElement>();
  private labels = new Map<string, string>();
  private mistakes: Mistake[] = [];

  constructor(
    readonly root: HTMLElement,
    readonly model: Model,
    private readonly changed: () => void,
  ) {}

  get documents(): Section[] {
    return this.model.documents;
  }

  get symbol(): string {
    const symbol = valueAt(this.documents[0], "spec.token.symbol");
    return typeof symbol === "string" ? symbol : "";
  }

  /** Draws everything anew; what had the focus gets it again, or `focus`. */
  draw(focus?: string): void {
    const before = focus ?? document.activeElement?.id;
    this.fields.clear();
    this.boxes.clear();
    this.labels.clear();
    const whole = this.documents.map((_, number): Place => [number, ""]);
    this.root.replaceChildren(
      this.box("The file", ...(whole.length > 0 ? whole : [[0, ""] as Place])),
      ...SECTIONS.map(({ name, title, intro, items }) => {
        const made = element("section", { class: "card", id: `part-${name}`, "aria-labelledby": `title-${name}` });
        made.append(element("h2", { id: `title-${name}` }, title), element("p", { class: "muted" }, intro));
        made.append(...this.items(items, 0, ""));
        return made;
      }),
    );
    this.say(this.mistakes);
    if (before) document.getElementById(before)?.focus();
  }

  /** Shows mistakes at their fields; those of fields that nobody has touched wait until `isChecked`. */
  say(mistakes: Mistake[]): void {
    this.mistakes = mistakes;
    const at = new Map<FormField | HTMLElement, string[]>();
    for (const each of mistakes) {
      const key = this.keyOf(each);
      if (key === null || !(this.model.isChecked || this.model.touched.has(key))) continue;
      const place = this.fields.get(key) ?? this.boxes.get(key)!;
      at.set(place, [...(at.get(place) ?? []), each.words]);
    }
    for (const field of new Set(this.fields.values())) field.say(at.get(field) ?? []);
    for (const box of new Set(this.boxes.values())) box.replaceChildren(
      ...(at.get(box) ?? []).map((each) => element("p", {}, each)),
    );
  }

  /** The field of a mistake, or what is nearest above it: its id and what it is called; null if the form has none. */
  where(mistake: Mistake): { id: string; label: string } | null {
    const key = this.keyOf(mistake);
    if (key === null) return null;
    const id = this.fields.get(key)?.control.id ?? this.boxes.get(key)!.id;
    return { id, label: this.labels.get(key) ?? mistake.field };
  }

  private keyOf({ document, field }: Mistake): string | null {
    for (let path = field; ; path = above(path)) {
      const key = `${document} ${path}`;
      if (this.fields.has(key) || this.boxes.has(key)) return key;
      if (path === "") return null;
    }
  }

  // Pieces

  items(items: Item[], document: number, base: string, name = ""): Node[] {
    const made: Node[] = [];
    let grid: HTMLElement | null = null;
    for (const item of items) {
      if ("path" in item) {
        if (grid === null) made.push((grid = element("div", { class: "fields" })));
        grid.append(this.field(item, [[document, join(base, item.path)]], name));
        continue;
      }
      grid = null;
      if ("rows" in item) made.push(...this.rows(item, document, join(base, item.rows)));
      else if ("optional" in item) made.push(this.optional(item));
      else if ("group" in item) made.push(
        element(
          "fieldset",
          {},
          element("legend", {}, item.group),
          ...this.items(item.items, 0, base, item.group.split(":")[0]),
        ),
      );
      else if (item.special === "periods") made.push(...periods(this));
      else if (item.special === "log") made.push(...log(this));
      else made.push(...levels(this));
    }
    return made;
  }

  /** A field that stands for one place or for several that say the same; `also` are places whose mistakes it shows. */
  field(of: FieldOf, places: Place[], name = "", also: Place[] = []): HTMLElement {
    const [document, path] = places[0]!;
    const made = new FormField(of, {
      id: `f-${document}-${path.replace(/[^A-Za-z0-9]+/g, "-").replace(/-$/, "")}`,
      value: valueAt(this.documents[document], path),
      symbol: this.symbol,
      changed: (value) => {
        for (const [at, where] of places) this.set(at, where, value);
        for (const [at, where] of [...places, ...also]) this.model.touched.add(`${at} ${where}`);
        if (of.path === "spec.token.symbol") this.rename();
        this.edited();
      },
      left: () => {
        for (const [at, where] of [...places, ...also]) this.model.touched.add(`${at} ${where}`);
        this.say(this.mistakes);
      },
    });
    for (const [at, where] of [...places, ...also]) this.place(
      `${at} ${where}`,
      made,
      name ? `${name}: ${of.label}` : of.label,
    );
    return made.root;
  }

  private place(key: string, made: FormField, label: string): void {
    this.fields.set(key, made);
    this.labels.set(key, label);
  }

  /** Where mistakes of a whole section are shown. */
  box(label: string, ...places: Place[]): HTMLElement {
    const [document, path] = places[0]!;
    const made = element(
      "div",
      { class: "error", id: `b-${document}-${path.replace(/[^A-Za-z0-9]+/g, "-")}`, tabindex: "-1" },
    );
    for (const [at, where] of places) {
      this.boxes.set(`${at} ${where}`, made);
      this.labels.set(`${at} ${where}`, label);
    }
    return made;
  }

  rows(of: RowsOf, document: number, path: string): Node[] {
    const list = valueAt(this.documents[document], path);
    const all = Array.isArray(list) ? list : [];
    const made: Node[] = all.map((_, index) => {
      const at = `${path}[${index}]`;
      const title = `${of.title} ${index + 1}`;
      const remove = button("Remove", "quiet", () => {
        setAt(this.documents[document]!, all.length === 1 ? path : at, undefined);
        this.restructured();
      });
      remove.setAttribute("aria-label", `Remove ${title}`);
      const legend = element("legend", {}, title);
      return element(
        "fieldset",
        { class: "row-of" },
        legend,
        ...this.items(of.items, document, at, title),
        this.box(title, [document, at]),
        remove,
      );
    });
    const add = button(`Add ${of.one}`, "", () => {
      setAt(this.documents[document]!, `${path}[${all.length}]`, fresh(of));
      const first = of.items.find((each): each is FieldOf => "path" in each)!;
      this.restructured(`f-${document}-${`${path}[${all.length}].${first.path}`.replace(/[^A-Za-z0-9]+/g, "-")}`);
    });
    return [...made, this.box(of.title, [document, path]), element("p", {}, add)];
  }

  /** A section that can be taken in or left out. */
  optional({ optional, also = [], label, items }: OptionalOf): HTMLElement {
    const isThere = valueAt(this.documents[0], optional) !== undefined;
    const all = [optional, ...also];
    const made = this.toggle(label, `t-${optional}`, isThere, (now) => {
      for (const path of all) this.set(0, path, now ? this.begun(path) : undefined);
    });
    if (isThere) made.append(...this.items(items, 0, "", label));
    const places = all.map((path): Place => [0, path]);
    made.append(this.box(label, ...(isThere ? places : places.slice(0, 1))));
    return made;
  }

  toggle(label: string, name: string, isOn: boolean, changed: (now: boolean) => void): HTMLElement {
    const id = name.replace(/[^A-Za-z0-9]+/g, "-");
    const box = element("input", { type: "checkbox", id });
    box.checked = isOn;
    box.addEventListener("change", () => {
      changed(box.checked);
      this.restructured(id);
    });
    return element(
      "div",
      { class: "optional" },
      element("div", { class: "check" }, box, element("label", { for: id }, label)),
    );
  }

  /** What a section that is added begins with. */
  begun(path: string): Plain {
    const found = valueAt(this.model.added[0], path) ?? (path.endsWith("reporters") ? { quorum: "1" } : {});
    return inToken(structuredClone(found), this.symbol);
  }

  // Changes

  set(document: number, path: string, value: Plain | undefined): void {
    setAt(this.documents[document]!, path, value);
  }

  /** Something was written. */
  edited(): void {
    this.changed();
  }

  /** Rows or sections are others than before. */
  restructured(focus?: string): void {
    this.mistakes = [];
    this.draw(focus);
    this.changed();
  }

  /** All amounts are in the token. */
  private rename(): void {
    const { symbol } = this;
    this.model.documents[0] = renamed(this.documents[0]!, symbol) as Section;
    this.draw();
  }
}

function join(base: string, path: string): string {
  return base === "" ? path : `${base}.${path}`;
}

/** A new row: what has a choice begins with the first. */
function fresh(of: RowsOf): Plain {
  const made: Section = {};
  for (const each of of.items)
    if ("path" in each && each.kind === "choice") setAt(made, each.path, each.choices![0]![0]);
  return made;
}

const MONEY = /^([\d,]+(?:\.\d+)?) [A-Za-z][A-Za-z0-9.]*$/;

function renamed(value: Plain, symbol: string): Plain {
  if (typeof value === "string") {
    const isMoney = symbol !== "" && MONEY.test(value) && !UNITS.test(value);
    return isMoney ? value.replace(MONEY, `$1 ${symbol}`) : value;
  }
  if (Array.isArray(value)) return value.map((each) => renamed(each, symbol));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, renamed(each, symbol)]));
}

const UNITS = / (second|minute|hour|day|week)s?$| ppm$/;

function inToken(value: Plain, symbol: string): Plain {
  return renamed(value, symbol);
}
