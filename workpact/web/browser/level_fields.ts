// What the form asks of the log, of levels and of their credits.

import { DURATION, type FieldOf, type RowsOf } from "./form_fields";

/** The log that levels and prices read: the DataSource. */
export const LOG: FieldOf[] = [
  { path: "metadata.name", label: "The log's name" },
  { path: "spec.description", label: "What it is" },
  {
    path: "spec.connectionDetails.case",
    label: "Columns that name a case",
    kind: "lines",
    help: "Rows that share them are one case. One a line.",
  },
  {
    path: "spec.connectionDetails.attribution",
    label: "A case belongs to the period of",
    help: "A column with a date.",
  },
  { path: "spec.connectionDetails.timeFormat", label: "Dates are written", help: "Like %Y-%m-%d %H:%M, or ISO." },
  {
    path: "spec.connectionDetails.order",
    label: "The last row has the highest",
    help: "A column of whole numbers. May stay empty.",
  },
  { path: "spec.connectionDetails.at", label: "When a row was written", help: "A column. May stay empty." },
  { path: "spec.connectionDetails.missing", label: "Stands for nothing", help: "Like ?. May stay empty." },
  { path: "spec.connectionDetails.drop", label: "Rows not read", help: "A condition. May stay empty." },
  {
    path: "spec.connectionDetails.wholeNumbers",
    label: "Columns of whole numbers",
    kind: "lines",
    help: "One a line; may stay empty.",
  },
  { path: "spec.connectionDetails.maxLag", label: "The log may end before a period does by", help: DURATION },
];
export const CLOCKS: RowsOf = {
  rows: "spec.connectionDetails.clocks",
  title: "Clock",
  one: "a clock",
  items: [
    { path: "name", label: "Its name in conditions", help: "Like resolution_minutes." },
    { path: "unit", label: "Counts", kind: "choice", choices: [["minutes", "minutes"], ["seconds", "seconds"]] },
    { path: "from", label: "From", help: "A column with a date." },
    { path: "to", label: "To", help: "A column with a date." },
    { path: "pause", label: "Stands still after a row where", help: "A condition. May stay empty." },
  ],
};
/** What all levels share: the ServiceCredit. */
export const CREDIT: FieldOf[] = [
  { path: "spec.atRisk", label: "At risk, of a period's charge", kind: "share" },
  { path: "spec.periodCap", label: "Most for one period", kind: "share" },
  {
    path: "spec.yearCap",
    label: "Most over several periods",
    kind: "share",
    help: "With the number of periods; both may stay empty.",
  },
  { path: "spec.yearPeriods", label: "So many periods", help: "Like 12." },
  { path: "spec.pool", label: "All levels together may allocate", kind: "share" },
  {
    path: "spec.rightToEnd.failures",
    label: "The client may end after so many misses of one level",
    help: "May stay empty.",
  },
  { path: "spec.rightToEnd.within", label: "Within so many periods", help: "May stay empty." },
  { path: "spec.rightToEnd.lapse", label: "That right lapses after", help: DURATION },
  {
    path: "spec.earnBack.periods",
    label: "Credits return after so many periods without a miss",
    help: "May stay empty.",
  },
];
/** One level's line in the ServiceCredit. */
export const LINE: FieldOf[] = [
  { path: "minimumSample", label: "Fewest cases that count", help: "May stay empty." },
  {
    path: "lowVolume",
    label: "With fewer it is",
    kind: "choice",
    choices: [["left-out", "left out"], ["met", "met"], ["missed", "missed"]],
  },
  { path: "repeat", label: "Times the credit when missed again", help: "May stay empty." },
  { path: "critical", label: "Missing its last band gives a right to end", kind: "flag" },
  { path: "earnBack", label: "Its credit is held and may return", kind: "flag" },
];
