// What of a file follows from its other parts, so that nobody has to write it twice.

import { list, valueAt, type Plain, type Section } from "./plain";

/** What of a level follows from the agreement: its service, its window, and the one log. */
export function derive(documents: Section[]): void {
  const [agreement] = documents;
  const name = valueAt(agreement, "spec.service.name");
  const zone = valueAt(agreement, "spec.timezone");
  const month = valueAt(agreement, "spec.service.monthly.from");
  const start = valueAt(agreement, "spec.service.start");
  const first = month === undefined ? start : `${String(month)}-01`;
  const sources = documents.filter((each) => each["kind"] === "DataSource").map(
    (each) => valueAt(each, "metadata.name"),
  );
  const log = sources.length === 1 ? sources[0] : undefined;
  for (const each of documents.filter((one) => one["kind"] === "SLO")) {
    const spec = each["spec"] as Section;
    if (name !== undefined) spec["service"] = name;
    const calendar = valueAt(spec, "timeWindow[0].calendar") as Section | undefined;
    if (calendar !== undefined && zone !== undefined) calendar["timeZone"] = zone;
    if (calendar !== undefined && typeof first === "string") calendar["startTime"] = midnight(first);
    if (log !== undefined) refer(spec["indicator"], log);
  }
  for (const each of list(valueAt(agreement, "spec.billing.prices")) as Section[]) {
    const source = (each["metricSource"] ??= {}) as Section;
    source["type"] = "workpact-log";
    if (log !== undefined) source["metricSourceRef"] = log;
  }
}

function midnight(text: string): string {
  return text.length <= 10 ? `${text} 00:00:00` : text.length === 16 ? `${text.replace("T", " ")}:00` : text;
}

function refer(value: Plain | undefined, log: Plain): void {
  if (typeof value !== "object") return;
  if (!Array.isArray(value) && "metricSourceRef" in value) value["metricSourceRef"] = log;
  for (const each of Object.values(value)) refer(each, log);
}
