// /new: writes an agreement file by the form or as text, kept in step by the server, which checks and keeps nothing.

import { element } from "./elements";
import { derive } from "./deriving";
import { Form, type Mistake, type Model } from "./form";
import type { Section } from "./plain";
import { prose, type Block } from "./prose";
import { fragment } from "./share";
import type { Typed } from "./signing";
import { hashes, shown } from "./typed";

interface Answer {
  text: string;
  documents: Section[] | null;
  mistakes: Mistake[];
  notes: string[];
  signed: { id: string; typed: Typed; prose: Block[]; document: string } | null;
}

const DRAFT = "workpact:draft";
/** Milliseconds after the last key. */
const PAUSE = 250;

/** Begins on the page that writes agreements. */
export function start(root: ParentNode): void {
  const place = root.querySelector<HTMLElement>("[data-write]");
  if (place === null || place.dataset["begun"]) return;
  place.dataset["begun"] = "true";
  void new Writing(place).begin();
}

class Writing {
  private readonly model: Model = { documents: [], added: [], touched: new Set(), isChecked: false };
  private readonly form: Form;
  private readonly text: HTMLTextAreaElement;
  private isText = false;
  private answer: Answer | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  constructor(private readonly place: HTMLElement) {
    this.form = new Form(this.found("#form"), this.model, () => {
      derive(this.model.documents);
      this.later({ documents: this.model.documents });
    });
    this.text = this.found<HTMLTextAreaElement>("#text");
    this.text.addEventListener("input", () => {
      this.model.isChecked = true;
      this.later({ text: this.text.value });
    });
    for (const tab of place.querySelectorAll<HTMLButtonElement>("[role=tab]")) {
      tab.addEventListener("click", () => this.turn(tab.id === "tab-text"));
      tab.addEventListener("keydown", (event) => this.arrow(event));
    }
    this.found("#file").addEventListener("change", (event) => void this.opened(event.target as HTMLInputElement));
    this.found("#anew").addEventListener("click", () => void this.anew());
    this.found("#check").addEventListener("click", () => this.check());
    this.found("#save").addEventListener("click", () => this.save());
    this.found("#propose").addEventListener("click", () => void this.propose());
  }

  /** Goes on with the draft of this tab, or begins one. */
  async begin(): Promise<void> {
    const kept = sessionStorage.getItem(DRAFT);
    const answer = await this.post("/draft/begin", {});
    if (answer === null) return;
    const { documents, added } = answer as { documents: Section[]; added: Section[] };
    this.model.added = added;
    if (kept === null) return this.take({ documents });
    const { text, touched, isChecked } = JSON.parse(kept) as { text: string; touched: string[]; isChecked: boolean };
    this.model.touched = new Set(touched);
    this.model.isChecked = isChecked;
    await this.take({ text });
  }

  private async anew(): Promise<void> {
    if (!window.confirm("Leave this draft and begin another? What is not saved is gone.")) return;
    sessionStorage.removeItem(DRAFT);
    this.model.touched.clear();
    this.model.isChecked = false;
    await this.begin();
  }

  private async opened(input: HTMLInputElement): Promise<void> {
    const [file] = input.files ?? [];
    if (file === undefined) return;
    this.model.isChecked = true;
    await this.take({ text: await file.text() });
    input.value = "";
  }

  private later(sent: object): void {
    clearTimeout(this.timer);
    this.asked++;
    this.place.dataset["state"] = "asking";
    this.timer = setTimeout(() => void this.ask(sent), PAUSE);
  }

  /** From now on the draft is this one. */
  private async take(sent: object): Promise<void> {
    clearTimeout(this.timer);
    this.answer = null;
    await this.ask(sent);
  }

  private async ask(sent: object): Promise<void> {
    const mine = ++this.asked;
    const answer = (await this.post("/draft", sent)) as Answer | null;
    if (mine !== this.asked) return;
    if (answer !== null) this.show(answer, "text" in sent || this.answer === null);
    this.place.dataset["state"] = answer === null ? "silent" : "shown";
  }

  private async post(path: string, content: object): Promise<unknown> {
    const said = this.found("#said");
    try {
      const options = {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(content),
      };
      const answer = await fetch(path, options);
      if (answer.ok) {
        said.replaceChildren();
        return await answer.json();
      }
      said.replaceChildren(
        notice(
          "bad",
          "The server did not take the draft: it is too large, or not a file's shape. It is kept in this tab.",
        ),
      );
    } catch {
      said.replaceChildren(
        notice("bad", "This page's server does not answer. The draft is kept in this tab: go on when it is back."),
      );
    }
    return null;
  }

  private show(answer: Answer, isOther: boolean): void {
    this.answer = answer;
    if (document.activeElement !== this.text) this.text.value = answer.text;
    if (isOther && answer.documents !== null) {
      this.model.documents = answer.documents;
      this.form.draw();
    }
    this.form.say(answer.mistakes);
    const { touched, isChecked } = this.model;
    sessionStorage.setItem(DRAFT, JSON.stringify({ text: answer.text, touched: [...touched], isChecked }));
    this.summary(answer);
    this.preview(answer);
  }

  private summary({ mistakes, notes }: Answer): void {
    const links = mistakes.map((each) => element("li", {}, this.link(each)));
    const count = mistakes.length;
    const things = `${count} ${count === 1 ? "thing is" : "things are"}`;
    const head = count === 0 ? "Nothing is missing." : `${things} missing or wrong`;
    this.found("#summary").replaceChildren(
      count === 0 ? notice("good", head) : element(
        "details",
        { class: "notice warn", ...(this.model.isChecked ? { open: "" } : {}) },
        element("summary", {}, head),
        element("ul", {}, ...links),
      ),
      ...notes.map((each) => notice("warn", each)),
    );
  }

  private link(mistake: Mistake): HTMLElement {
    const where = this.form.where(mistake);
    const label = where?.label ?? (mistake.field || "The file");
    const made = element("a", { href: where === null || this.isText ? "#text" : `#${where.id}` }, label);
    made.addEventListener("click", (event) => {
      event.preventDefault();
      if (where === null || this.isText) this.line(mistake.line);
      else document.getElementById(where.id)?.focus();
    });
    return element("span", {}, made, `, line ${mistake.line}: ${mistake.words}`);
  }

  /** Shows a line of the text. */
  private line(number: number): void {
    this.turn(true);
    const lines = this.text.value.split("\n");
    const from = lines.slice(0, Math.max(number - 1, 0)).reduce((sum, each) => sum + each.length + 1, 0);
    this.text.focus();
    this.text.setSelectionRange(from, from + (lines[number - 1] ?? "").length);
  }

  private preview({ signed }: Answer): void {
    const place = this.found("#preview");
    if (signed === null) {
      place.replaceChildren(
        element("p", { class: "muted" }, "The text of the agreement appears here as soon as nothing is missing."),
      );
      return;
    }
    const { digest } = hashes(signed.typed);
    const same = digest === signed.id;
    const id = [
      element("dt", {}, "Id, if it is signed as it is now"),
      element("dd", { class: "mono", id: "id" }, digest),
    ];
    const wallet = element("details", {}, element("summary", {}, "What wallets will show"), shown(signed.typed));
    place.replaceChildren(
      ...(same ? [] : [notice("bad", `The server names another id, ${signed.id}: do not use what it says.`)]),
      element("dl", { class: "facts" }, ...id),
      wallet,
      element("div", { class: "prose" }, ...prose(signed.prose)),
    );
  }

  /** From now on every mistake is shown. */
  private check(): boolean {
    this.model.isChecked = true;
    if (this.answer === null) return false;
    this.show(this.answer, false);
    if (this.answer.signed !== null) return true;
    const summary = this.found("#summary");
    summary.querySelector("details")?.setAttribute("open", "");
    summary.focus();
    return false;
  }

  private save(): void {
    if (!this.check() || this.place.dataset["state"] !== "shown") return;
    const name = (this.model.documents[0]?.["metadata"] as Section | undefined)?.["name"];
    const url = URL.createObjectURL(new Blob([this.answer!.text], { type: "application/yaml" }));
    element("a", { href: url, download: `${String(name ?? "agreement")}.yaml` }).click();
    URL.revokeObjectURL(url);
  }

  private async propose(): Promise<void> {
    if (!this.check() || this.place.dataset["state"] !== "shown") return;
    const { chain, agreement } = document.body.dataset;
    const made = {
      document: this.answer!.signed!.document,
      signatures: [],
      chain: Number(chain),
      ...(agreement ? { agreement } : {}),
    };
    location.assign(`/proposal#${await fragment(made)}`);
  }

  private turn(isText: boolean): void {
    this.isText = isText;
    for (const [name, isOn] of [["form", !isText], ["text", isText]] as const) {
      const tab = this.found(`#tab-${name}`);
      tab.setAttribute("aria-selected", String(isOn));
      tab.tabIndex = isOn ? 0 : -1;
      this.found(`#panel-${name}`).hidden = !isOn;
    }
    if (this.answer !== null) this.show(this.answer, false);
  }

  private arrow(event: KeyboardEvent): void {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    this.turn(!this.isText);
    this.found(this.isText ? "#tab-text" : "#tab-form").focus();
  }

  private found<Kind extends HTMLElement = HTMLElement>(selector: string): Kind {
    return this.place.querySelector<Kind>(selector)!;
  }
}

function notice(look: string, text: string): HTMLElement {
  return element("div", { class: `notice ${look}` }, element("p", {}, text));
}

