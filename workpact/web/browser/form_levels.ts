// What of the form is not one field for one text: periods, the log, and levels, which are an SLO and a line of the
// ServiceCredit each.

import { button, element } from "./elements";
import type { Form, Place } from "./form";
import { CLOCKS, CREDIT, LINE, LOG } from "./level_fields";
import { derive } from "./deriving";
import { isAtLeast, measure, select } from "./measures";
import { list, valueAt, type Section } from "./plain";

const PERIODS: [string, string][] = [
  ["months", "calendar months"],
  ["listed", "as listed"],
];
/** Calendar months, or periods by their ends. */
export function periods(form: Form): Node[] {
  const at = "spec.service";
  const isListed = valueAt(form.documents[0], `${at}.periods`) !== undefined;
  const choice = select(form, "Periods are", "periods-are", PERIODS, isListed ? "listed" : "months", (now) => {
    form.set(0, `${at}.monthly`, now === "months" ? form.begun(`${at}.monthly`) : undefined);
    form.set(0, `${at}.start`, undefined);
    form.set(0, `${at}.periods`, now === "listed" ? [{}] : undefined);
  });
  if (!isListed)
    return [
      choice,
      ...form.items(
        [
          { path: `${at}.monthly.from`, label: "First month", help: "Like 2026-01." },
          { path: `${at}.monthly.to`, label: "Last month", help: "Like 2026-12." },
        ],
        0,
        "",
      ),
      form.box("Months", [0, `${at}.monthly`]),
    ];
  const period = {
    rows: `${at}.periods`,
    title: "Period",
    one: "a period",
    items: [
      { path: "name", label: "Name", help: "Small letters, digits and hyphens." },
      { path: "end", label: "Last day", help: "Like 2026-03-31." },
    ],
  };
  return [
    choice,
    ...form.items([{ path: `${at}.start`, label: "First day", help: "Like 2026-01-01." }, period], 0, ""),
  ];
}

/** The log that levels and prices read; there is one when something is measured. */
export function log(form: Form): Node[] {
  const numbers = all(form, "DataSource");
  const hasPrices = valueAt(form.documents[0], "spec.billing.prices") !== undefined;
  if (numbers.length === 0 && hasPrices) {
    const add = button("Describe the log", "", () => {
      form.documents.splice(1, 0, begun(form, "DataSource"));
      form.restructured();
    });
    return [element("p", {}, "What is counted is counted in a log, which has to be described."), element("p", {}, add)];
  }
  return numbers.map((number) =>
    element(
      "fieldset",
      {},
      element("legend", {}, "The log"),
      ...form.items([...LOG, CLOCKS], number, "", "Log"),
      form.box("The log", [number, "spec.connectionDetails"], [number, "spec"], [number, "kind"]),
    ),
  );
}

/** All levels, and what they share. */
export function levels(form: Form): Node[] {
  const [credit] = all(form, "ServiceCredit");
  const made = form.toggle("Service levels, with credits for missing them", "t-levels", credit !== undefined, (now) => {
    if (now) add(form, ["DataSource", "SLO", "ServiceCredit"]);
    else remove(form);
  });
  if (credit === undefined) {
    const places = all(form, "SLO").flatMap((slo): Place[] => [[slo, "metadata.name"], [slo, "spec"]]);
    return [made, form.box("Service levels", ...(places.length > 0 ? places : [[0, "spec.levels"] as Place]))];
  }
  const lines = list(valueAt(form.documents[credit], "spec.levels"));
  made.append(
    ...lines.map((line, index) => level(form, credit, index, String((line as Section)["slo"] ?? ""))),
    element("p", {}, button("Add a level", "", () => addLevel(form, credit, lines.length))),
    ...form.items(CREDIT, credit, "", "Credits"),
    form.box(
      "Credits",
      [credit, "spec.rightToEnd"],
      [credit, "spec.earnBack"],
      [credit, "spec.levels"],
      [credit, "spec"],
      [credit, "kind"],
    ),
  );
  return [made];
}

function level(form: Form, credit: number, index: number, name: string): HTMLElement {
  const line = `spec.levels[${index}]`;
  const slo = all(form, "SLO").find((each) => valueAt(form.documents[each], "metadata.name") === name);
  const title = `Level ${index + 1}`;
  const names: Place[] = [[credit, `${line}.slo`]];
  if (slo !== undefined) names.push([slo, "metadata.name"], [slo, "spec.indicator.metadata.name"]);
  const remaining = button("Remove", "quiet", () => {
    form.set(credit, line, undefined);
    if (slo !== undefined) form.documents.splice(slo, 1);
    form.restructured();
  });
  remaining.setAttribute("aria-label", `Remove ${title}`);
  const measured = slo === undefined ? [] : measure(form, slo, credit, line, title);
  const key = isAtLeast(form, slo) ? "below" : "above";
  const band = {
    rows: "bands",
    title: "Band",
    one: "a band",
    items: [
      {
        path: key,
        label: key === "below" ? "Missed below" : "Missed above",
        help: "Per cent for a share, like 95 %; a number for an average.",
      },
      { path: "allocation", label: "Costs of the amount at risk", kind: "share" as const },
    ],
  };
  return element(
    "fieldset",
    { class: "row-of" },
    element("legend", {}, title),
    element(
      "div",
      { class: "fields" },
      form.field({ path: "slo", label: "Short name", help: "Stands on the chain." }, names, title),
    ),
    ...measured,
    ...form.items([...LINE, band], credit, line, title),
    form.box(title, [credit, line], ...(slo === undefined ? [] : ([[slo, "spec"], [slo, "kind"]] as Place[]))),
    remaining,
  );
}

function add(form: Form, kinds: string[]): void {
  for (const kind of kinds) {
    if (kind === "DataSource" && all(form, kind).length > 0) continue;
    form.documents.push(begun(form, kind));
  }
  derive(form.documents);
}

function addLevel(form: Form, credit: number, count: number): void {
  const made = begun(form, "SLO");
  const name = `level-${count + 1}`;
  for (const path of [made["metadata"], valueAt(made, "spec.indicator.metadata")]) (path as Section)["name"] = name;
  const line = structuredClone(
    valueAt(form.model.added.find((each) => each["kind"] === "ServiceCredit"), "spec.levels[0]"),
  ) as Section;
  form.set(credit, `spec.levels[${count}]`, { ...line, slo: name });
  form.documents.splice(credit, 0, made);
  derive(form.documents);
  form.restructured();
}

function remove(form: Form): void {
  const gone = new Set(["SLO", "SLI", "Service", "ServiceCredit"]);
  if (valueAt(form.documents[0], "spec.billing.prices") === undefined) gone.add("DataSource");
  form.documents.splice(0, form.documents.length, ...form.documents.filter((each) => !gone.has(String(each["kind"]))));
}

function begun(form: Form, kind: string): Section {
  return structuredClone(form.model.added.find((each) => each["kind"] === kind)!);
}

function all(form: Form, kind: string): number[] {
  return form.documents.flatMap((each, index) => (each["kind"] === kind ? [index] : []));
}
