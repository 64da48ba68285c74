// What of the form is not one field for one text: periods, the log, and levels, which are an SLO and a line of the
// ServiceCredit each.

import { button, element } from "./elements";
import type { Form, Place } from "./form";
import { CLOCKS, CREDIT, LINE, LOG } from "./level_fields";
import { derive } from "./deriving";
import { list, valueAt, type Plain, type Section } from "./plain";

const PERIODS: [string, string][] = [
  ["months", "calendar months"],
  ["listed", "as listed"],
];
const MEASURES: [string, string][] = [
  ["good", "the share of good cases, at least"],
  ["bad", "the share of bad cases, at most"],
  ["limit", "the share of cases within a limit"],
  ["average", "an average"],
];
const OPERATORS: [string, string][] = [
  ["lte", "at most"],
  ["lt", "less than"],
  ["gte", "at least"],
  ["gt", "more than"],
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
  return [choice, ...form.items([{ path: `${at}.start`, label: "First day", help: "Like 2026-01-01." }, period], 0, "")];
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
    form.box("Credits", [credit, "spec.rightToEnd"], [credit, "spec.earnBack"], [credit, "spec.levels"], [credit, "spec"], [credit, "kind"]),
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
      { path: key, label: key === "below" ? "Missed below" : "Missed above", help: "Per cent for a share, like 95 %; a number for an average." },
      { path: "allocation", label: "Costs of the amount at risk", kind: "share" as const },
    ],
  };
  return element(
    "fieldset",
    { class: "row-of" },
    element("legend", {}, title),
    element("div", { class: "fields" }, form.field({ path: "slo", label: "Short name", help: "Stands on the chain." }, names, title)),
    ...measured,
    ...form.items([...LINE, band], credit, line, title),
    form.box(title, [credit, line], ...(slo === undefined ? [] : ([[slo, "spec"], [slo, "kind"]] as Place[]))),
    remaining,
  );
}

/** What a level measures, and what must be reached. */
function measure(form: Form, slo: number, credit: number, line: string, title: string): Node[] {
  const kind = measureOf(form.documents[slo]!);
  const head = form.items([{ path: "spec.objectives[0].displayName", label: "What must be reached, in words" }], slo, "", title);
  if (kind === null) return [...head, element("p", { class: "muted" }, "How it is measured stands in the text.")];
  const spec = "spec.indicator.spec";
  const choice = select(form, "Measured is", `measured-${slo}`, MEASURES, kind, (now) => {
    const before = isAtLeast(form, slo);
    restructure(form.documents[slo]!, now);
    if (isAtLeast(form, slo) !== before) turn(form, credit, line);
  });
  const isRatio = kind === "good" || kind === "bad";
  const total = isRatio ? `${spec}.ratioMetric.total.metricSource` : `${spec}.thresholdMetric.metricSource`;
  const places: Place[] = [[slo, spec], [slo, "spec.objectives"], [slo, "spec.objectives[0]"], [slo, "spec.indicator"], [slo, "spec.timeWindow"], [slo, "spec.budgetingMethod"], [slo, "spec.service"]];
  const items = [
    { path: `${total}.spec.where`, label: "Cases that count: where", kind: "prose" as const, help: "A condition over the log's columns; true for all." },
    ...(isRatio
      ? [{ path: `${spec}.ratioMetric.${kind}.metricSource.spec.where`, label: `Of them ${kind}: where`, kind: "prose" as const }]
      : [{ path: `${total}.spec.${kind === "limit" ? "column" : "average"}`, label: "The column or clock" }]),
    ...(isRatio ? [] : [{ path: "spec.objectives[0].op", label: "It must be", kind: "choice" as const, choices: kind === "limit" ? OPERATORS : OPERATORS.filter(([op]) => op.endsWith("e")) }]),
    ...(isRatio ? [] : [{ path: "spec.objectives[0].value", label: "This value" }]),
    ...(kind === "average" ? [] : [{ path: "spec.objectives[0].target", label: "Target, as a ratio", help: "The good share, like 0.95." }]),
    ...(kind === "average" ? [] : [{ path: `${total}.spec.weight`, label: "Each counts as many as", help: "A column of whole numbers. May stay empty." }]),
  ];
  const exclusion = {
    rows: `${total}.spec.exclude`,
    title: "Relief",
    one: "cases that do not count",
    items: [
      {
        path: "reason",
        label: "Reason",
        kind: "choice" as const,
        choices: ["client-cause", "planned-outage", "force-majeure", "volume-above-forecast"].map((each): [string, string] => [each, each.replaceAll("-", " ")]),
      },
      { path: "where", label: "Cases where", kind: "prose" as const },
    ],
  };
  return [...head, choice, ...form.items([...items, exclusion], slo, "", title), form.box(`${title}: how it is measured`, ...places)];
}

function measureOf(slo: Section): string | null {
  const spec = valueAt(slo, "spec.indicator.spec");
  if (valueAt(spec, "ratioMetric.good") !== undefined) return "good";
  if (valueAt(spec, "ratioMetric.bad") !== undefined) return "bad";
  if (valueAt(spec, "thresholdMetric.metricSource.spec.column") !== undefined) return "limit";
  return valueAt(spec, "thresholdMetric") === undefined ? null : "average";
}

function isAtLeast(form: Form, slo: number | undefined): boolean {
  if (slo === undefined) return true;
  const kind = measureOf(form.documents[slo]!);
  const op = valueAt(form.documents[slo], "spec.objectives[0].op");
  return kind === "good" || kind === "limit" || (kind === "average" && op === "gte");
}

/** The same level by another measure; conditions stay. */
function restructure(slo: Section, kind: string): void {
  const spec = valueAt(slo, "spec.indicator.spec");
  const parts = ["ratioMetric.total", "thresholdMetric"].map((each) => valueAt(spec, `${each}.metricSource`));
  const source = (parts.find((each) => each !== undefined) ?? {}) as Section;
  const ref = { metricSourceRef: source["metricSourceRef"] ?? "", type: "workpact-log" };
  const where = valueAt(source, "spec.where") ?? "true";
  const objective = valueAt(slo, "spec.objectives[0]") as Section;
  const part = ["good", "bad"].map((each) => valueAt(spec, `ratioMetric.${each}.metricSource.spec.where`)).find((each) => each !== undefined);
  const metric = (inner: Section): Plain => ({ metricSource: { ...ref, spec: inner } });
  const made: Section =
    kind === "good" || kind === "bad"
      ? { ratioMetric: { counter: "true", [kind]: metric(part === undefined ? {} : { where: part }), total: metric({ where }) } }
      : { thresholdMetric: metric({ where, [kind === "limit" ? "column" : "average"]: "minutes" }) };
  (valueAt(slo, "spec.indicator") as Section)["spec"] = made;
  if (kind === "average") delete objective["target"];
  else objective["target"] ??= "0.95";
  if (kind === "good" || kind === "bad") {
    delete objective["op"];
    delete objective["value"];
  } else {
    const op = objective["op"];
    objective["op"] = kind === "average" && op !== "gte" ? "lte" : (op ?? "lte");
    objective["value"] ??= "60";
  }
}

/** Bands say `below` where more is better, else `above`. */
function turn(form: Form, credit: number, line: string): void {
  for (const band of list(valueAt(form.documents[credit], `${line}.bands`)) as Section[]) {
    const { below, above, ...rest } = band;
    const threshold = below ?? above;
    for (const key of Object.keys(band)) delete band[key];
    if (threshold !== undefined) band[below === undefined ? "below" : "above"] = threshold;
    Object.assign(band, rest);
  }
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
  const line = structuredClone(valueAt(form.model.added.find((each) => each["kind"] === "ServiceCredit"), "spec.levels[0]")) as Section;
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

function select(form: Form, label: string, id: string, choices: [string, string][], value: string, changed: (now: string) => void): HTMLElement {
  const made = element("select", { id }, ...choices.map(([each, words]) => element("option", { value: each }, words)));
  made.value = value;
  made.addEventListener("change", () => {
    changed(made.value);
    form.restructured(id);
  });
  return element("div", { class: "field" }, element("label", { for: id }, label), made);
}
