// What the form asks of a service over time, its levels, and the workers' share.

import { DURATION, NAME, type SectionOf } from "./form_fields";

const SIDES: [string, string][] = [
  ["contractor", "the contractor"],
  ["client", "the client"],
];

export const SERVICE: SectionOf[] = [
  {
    name: "service",
    title: "Service and billing",
    intro: "Service by periods, and what a period costs.",
    items: [
      {
        optional: "spec.service",
        also: ["spec.billing"],
        label: "A service over time",
        items: [
          { path: "spec.service.title", label: "What it is" },
          { path: "spec.service.name", label: "Short name", help: NAME },
          { special: "periods" },
          {
            path: "spec.service.reportWithin",
            label: "Reports are due within",
            help: `${DURATION} From a period's end.`,
          },
          { path: "spec.service.finalWithin", label: "A period is settled at the latest after", help: DURATION },
          { path: "spec.service.obliged", label: "Who has to report", kind: "choice", choices: SIDES },
          { path: "spec.service.contest.window", label: "The other side answers a report within", help: DURATION },
          {
            path: "spec.service.contest.ruling",
            label: "An arbiter chooses between two reports within",
            help: DURATION,
          },
          {
            path: "spec.service.contest.standing",
            label: "Whose report stands if nobody chose",
            kind: "choice",
            choices: SIDES,
          },
          { path: "spec.billing.fixed", label: "Each period costs", kind: "money" },
          { path: "spec.billing.cap", label: "At most, with what is counted", kind: "money" },
          { path: "spec.billing.cover", label: "Periods ahead that must be held" },
          {
            path: "spec.billing.oracle",
            label: "The contract of reports",
            kind: "address",
            help: "SLAOracle of this deployment.",
          },
          {
            rows: "spec.billing.prices",
            title: "Price of something counted",
            one: "a price",
            items: [
              { path: "title", label: "What is counted" },
              { path: "quantity", label: "Short name", help: NAME },
              { path: "rate", label: "For each", kind: "money" },
              {
                path: "metricSource.spec.where",
                label: "Counted are cases where",
                kind: "prose",
                help: "A condition over the log's columns; true for all.",
              },
              {
                path: "metricSource.spec.weight",
                label: "Each counts as many as",
                help: "A column of whole numbers. May stay empty.",
              },
            ],
          },
        ],
      },
    ],
  },
  {
    name: "levels",
    title: "Service levels",
    intro: "What is measured, in which log, and what missing it costs.",
    items: [{ special: "log" }, { special: "levels" }],
  },
  {
    name: "equity",
    title: "The workers' share",
    intro: "Units for the people who do the work.",
    items: [
      {
        optional: "spec.equity",
        label: "Workers hold a share",
        items: [
          { path: "spec.equity.tokenName", label: "The units' name", help: NAME },
          { path: "spec.equity.tokenSymbol", label: "The units' symbol", help: "Like SHARE." },
          { path: "spec.equity.units", label: "Units in all", help: "Millionths of a whole one." },
          {
            path: "spec.equity.contract",
            label: "The contract",
            kind: "address",
            help: "WorkerEquity of this deployment.",
          },
          {
            rows: "spec.equity.plans",
            title: "Plan",
            one: "a plan",
            items: [
              { path: "title", label: "What it is for" },
              { path: "name", label: "Short name", help: NAME },
              { path: "start", label: "Starts", help: "Like 2026-01-01." },
              { path: "duration", label: "Vests over", help: DURATION },
              { path: "step", label: "In steps of", help: `${DURATION} It divides the time.` },
              { path: "cliff", label: "Nothing before", help: DURATION },
              {
                path: "gate",
                label: "Depends on progress",
                kind: "choice",
                choices: [
                  ["none", "no"],
                  ["minimum", "the lesser of time and progress"],
                  ["maximum", "the greater"],
                  ["product", "the product"],
                ],
              },
              { path: "milestones", label: "Milestones that count", kind: "lines", help: "Short names, one a line." },
              {
                path: "periods",
                label: "Periods that count",
                kind: "lines",
                help: "Their names, one a line, like 2026-01.",
              },
              { path: "notice", label: "Notice before a grant ends", help: `${DURATION} Or never; empty for at once.` },
              { path: "leave", label: "Leaves stop it for at most", help: `${DURATION} May stay empty.` },
              {
                path: "leaver",
                label: "Vests of the rest if the client ends by notice",
                kind: "share",
                help: "May stay empty.",
              },
            ],
          },
          {
            rows: "spec.equity.grants",
            title: "Grants",
            one: "grants",
            items: [
              { path: "plan", label: "By the plan" },
              { path: "workers", label: "To so many workers" },
              { path: "units", label: "Units for each" },
            ],
          },
        ],
      },
    ],
  },
];
