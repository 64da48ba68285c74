// What a level measures: a share of cases, cases within a limit, or an average; and how one becomes another.

import { element } from "./elements";
import type { Form, Place } from "./form";
import type { FieldOf } from "./form_fields";
import { list, valueAt, type Plain, type Section } from "./plain";

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

/** What a level measures, and what must be reached. */
export function measure(form: Form, slo: number, credit: number, line: string, title: string): Node[] {
  const kind = measureOf(form.documents[slo]!);
  const head = form.items(
    [{ path: "spec.objectives[0].displayName", label: "What must be reached, in words" }],
    slo,
    "",
    title,
  );
  if (kind === null) return [...head, element("p", { class: "muted" }, "How it is measured stands in the text.")];
  const spec = "spec.indicator.spec";
  const choice = select(form, "Measured is", `measured-${slo}`, MEASURES, kind, (now) => {
    const before = isAtLeast(form, slo);
    restructure(form.documents[slo]!, now);
    if (isAtLeast(form, slo) !== before) turn(form, credit, line);
  });
  const isRatio = kind === "good" || kind === "bad";
  const total = isRatio ? `${spec}.ratioMetric.total.metricSource` : `${spec}.thresholdMetric.metricSource`;
  const places: Place[] = [
    [slo, spec],
    [slo, "spec.objectives"],
    [slo, "spec.objectives[0]"],
    [slo, "spec.indicator"],
    [slo, "spec.timeWindow"],
    [slo, "spec.budgetingMethod"],
    [slo, "spec.service"],
  ];
  const where = { path: `${total}.spec.where`, label: "Cases that count: where", kind: "prose" as const };
  const items: FieldOf[] = [
    { ...where, help: "A condition over the log's columns; true for all." },
    ...(isRatio ? [ofPart(spec, kind)] : ofValue(total, kind)),
    ...(kind === "average" ? [] : ofShare(total)),
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
        choices: [
          "client-cause",
          "planned-outage",
          "force-majeure",
          "volume-above-forecast",
        ].map((each): [string, string] => [each, each.replaceAll("-", " ")]),
      },
      { path: "where", label: "Cases where", kind: "prose" as const },
    ],
  };
  return [
    ...head,
    choice,
    ...form.items([...items, exclusion], slo, "", title),
    form.box(`${title}: how it is measured`, ...places),
  ];
}

function measureOf(slo: Section): string | null {
  const spec = valueAt(slo, "spec.indicator.spec");
  if (valueAt(spec, "ratioMetric.good") !== undefined) return "good";
  if (valueAt(spec, "ratioMetric.bad") !== undefined) return "bad";
  if (valueAt(spec, "thresholdMetric.metricSource.spec.column") !== undefined) return "limit";
  return valueAt(spec, "thresholdMetric") === undefined ? null : "average";
}

/** Whether more is better, so that bands say `below`. */
export function isAtLeast(form: Form, slo: number | undefined): boolean {
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
  const part = ["good", "bad"].map(
    (each) => valueAt(spec, `ratioMetric.${each}.metricSource.spec.where`),
  ).find((each) => each !== undefined);
  const metric = (inner: Section): Plain => ({ metricSource: { ...ref, spec: inner } });
  const made: Section =
    kind === "good" || kind === "bad"
      ? {
        ratioMetric: {
          counter: "true",
          [kind]: metric(part === undefined ? {} : { where: part }),
          total: metric({ where }),
        },
      }
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

function ofPart(spec: string, kind: string): FieldOf {
  const path = `${spec}.ratioMetric.${kind}.metricSource.spec.where`;
  return { path, label: `Of them ${kind}: where`, kind: "prose" };
}

function ofValue(total: string, kind: string): FieldOf[] {
  const choices = kind === "limit" ? OPERATORS : OPERATORS.filter(([op]) => op.endsWith("e"));
  return [
    { path: `${total}.spec.${kind === "limit" ? "column" : "average"}`, label: "The column or clock" },
    { path: "spec.objectives[0].op", label: "It must be", kind: "choice", choices },
    { path: "spec.objectives[0].value", label: "This value" },
  ];
}

function ofShare(total: string): FieldOf[] {
  return [
    { path: "spec.objectives[0].target", label: "Target, as a ratio", help: "The good share, like 0.95." },
    {
      path: `${total}.spec.weight`,
      label: "Each counts as many as",
      help: "A column of whole numbers. May stay empty.",
    },
  ];
}

/** A choice that changes what the form asks. */
export function select(
  form: Form,
  label: string,
  id: string,
  choices: [string, string][],
  value: string,
  changed: (now: string) => void,
): HTMLElement {
  const made = element("select", { id }, ...choices.map(([each, words]) => element("option", { value: each }, words)));
  made.value = value;
  made.addEventListener("change", () => {
    changed(made.value);
    form.restructured(id);
  });
  return element("div", { class: "field" }, element("label", { for: id }, label), made);
}
