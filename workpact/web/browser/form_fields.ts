// What the form asks, in plain words: fields by their paths in the file, lists of rows, and sections that may be added.

export type Kind = "line" | "prose" | "money" | "share" | "lines" | "address" | "addresses" | "flag" | "choice";

export interface FieldOf {
  path: string;
  label: string;
  kind?: Kind;
  help?: string;
  /** Values and what they are called. */
  choices?: [string, string][];
}

export interface RowsOf {
  rows: string;
  title: string;
  one: string;
  items: Item[];
}

/** A section of the document that may be left out. */
export interface OptionalOf {
  optional: string;
  label: string;
  /** What goes with it. */
  also?: string[];
  items: Item[];
}

export interface GroupOf {
  group: string;
  items: Item[];
}

export interface SpecialOf {
  special: "periods" | "levels" | "log";
}

export type Item = FieldOf | RowsOf | OptionalOf | GroupOf | SpecialOf;

export interface SectionOf {
  name: string;
  title: string;
  intro: string;
  items: Item[];
}

export const DURATION = "A number and a unit, like 14 days.";
const DATE = "Like 2026-12-31; it counts to its last second.";
const NAME = "Small letters, digits and hyphens: it stands on the chain, where everyone can read it.";
const SIDES: [string, string][] = [
  ["contractor", "the contractor"],
  ["client", "the client"],
];

function party(role: "client" | "contractor"): Item[] {
  const at = `spec.parties.${role}`;
  return [
    { path: `${at}.legalName`, label: "Legal name" },
    { path: `${at}.wallet`, label: "Wallet", kind: "address", help: "The account that signs, pays and is paid." },
    { path: `${at}.registerNumber`, label: "Register number" },
    { path: `${at}.country`, label: "Country" },
    { path: `${at}.signatory.name`, label: "Who signs" },
    { path: `${at}.signatory.title`, label: "As what", help: "Like Director." },
    { path: `${at}.noticeAddress`, label: "Address for notices" },
    { path: `${at}.operators`, label: "Operators", kind: "addresses", help: "May submit, accept and reject for it. One address a line; may stay empty." },
    {
      optional: `${at}.reporters`,
      label: "Signs reports of service levels with keys of its own",
      items: [
        { path: `${at}.reporters.wallets`, label: "Reporters", kind: "addresses", help: "One address a line." },
        { path: `${at}.reporters.quorum`, label: "How many of them must sign" },
      ],
    },
  ];
}

function judge(name: "arbiter" | "backup", label: string): Item {
  const at = `spec.arbitration.${name}`;
  return {
    optional: at,
    label,
    items: [
      { path: `${at}.wallet`, label: "Wallet", kind: "address" },
      { path: `${at}.legalName`, label: "Legal name" },
      { path: `${at}.country`, label: "Country" },
    ],
  };
}

export const SECTIONS: SectionOf[] = [
  {
    name: "agreement",
    title: "The agreement",
    intro: "What it is called, and until when it can come into force.",
    items: [
      { path: "metadata.title", label: "Title", help: "Heads the document." },
      { path: "metadata.name", label: "Short name", help: "Names the file: small letters, digits and hyphens." },
      { path: "spec.timezone", label: "Time zone", help: "All dates are in it. Like Europe/Berlin, or UTC." },
      { path: "spec.offer.openBefore", label: "Can come into force until", help: DATE },
    ],
  },
  {
    name: "parties",
    title: "The parties",
    intro: "Names and addresses stand in the text alone, never on the chain. Wallets do.",
    items: [
      { group: "Client: pays", items: party("client") },
      { group: "Contractor: does the work", items: party("contractor") },
      { path: "spec.operatorLimit", label: "Most that an operator's call may touch", kind: "money", help: "Only with operators." },
    ],
  },
  {
    name: "money",
    title: "Money",
    intro: "The token that is paid in, and what opening takes from the client.",
    items: [
      { path: "spec.token.symbol", label: "Token", help: "Its symbol, like USDC." },
      { path: "spec.token.decimals", label: "Its decimals", help: "6 for USDC." },
      { path: "spec.token.address", label: "Its address", kind: "address" },
      { path: "spec.offer.deposit", label: "Deposit", kind: "money", help: "Taken from the client when the agreement is opened." },
      { path: "spec.total", label: "Total", kind: "money", help: "All milestones, and all periods at their cap. May stay empty; else it is checked." },
    ],
  },
  {
    name: "milestones",
    title: "Milestones",
    intro: "What is delivered for a fixed price, by a date.",
    items: [
      {
        rows: "spec.milestones",
        title: "Milestone",
        one: "a milestone",
        items: [
          { path: "title", label: "What it is" },
          { path: "name", label: "Short name", help: NAME },
          { path: "amount", label: "The client pays", kind: "money" },
          { path: "due", label: "Due", help: DATE },
          { path: "description", label: "Description", kind: "prose", help: "And how one sees that it is complete." },
          { path: "deliverables", label: "To be handed over", kind: "lines", help: "One a line; may stay empty." },
        ],
      },
    ],
  },
  {
    name: "review",
    title: "Review and holdback",
    intro: "How submitted work is looked at, and what of each payment waits.",
    items: [
      { path: "spec.review.period", label: "The client looks at work for", help: `${DURATION} Then silence pays.` },
      { path: "spec.review.grace", label: "Work may come late by", help: DURATION },
      { path: "spec.review.rejections", label: "Can be rejected so often" },
      { path: "spec.review.holdback", label: "Held back of each payment", kind: "share", help: "Like 5. May stay empty." },
      { path: "spec.review.holdbackUntil", label: "Held back until", help: `${DATE} Only with a holdback.` },
    ],
  },
  {
    name: "arbitration",
    title: "Disputes",
    intro: "Who rules when the two disagree, and what happens when nobody does.",
    items: [
      judge("arbiter", "An arbiter"),
      judge("backup", "A backup, for when the arbiter is silent"),
      { path: "spec.arbitration.fee", label: "The arbiter's fee", kind: "share", help: "Of what is disputed." },
      { path: "spec.arbitration.window", label: "Each of them has", help: DURATION },
      { path: "spec.arbitration.split", label: "The contractor's part if nobody rules", kind: "share" },
    ],
  },
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
          { path: "spec.service.reportWithin", label: "Reports are due within", help: `${DURATION} From a period's end.` },
          { path: "spec.service.finalWithin", label: "A period is settled at the latest after", help: DURATION },
          { path: "spec.service.obliged", label: "Who has to report", kind: "choice", choices: SIDES },
          { path: "spec.service.contest.window", label: "The other side answers a report within", help: DURATION },
          { path: "spec.service.contest.ruling", label: "An arbiter chooses between two reports within", help: DURATION },
          { path: "spec.service.contest.standing", label: "Whose report stands if nobody chose", kind: "choice", choices: SIDES },
          { path: "spec.billing.fixed", label: "Each period costs", kind: "money" },
          { path: "spec.billing.cap", label: "At most, with what is counted", kind: "money" },
          { path: "spec.billing.cover", label: "Periods ahead that must be held" },
          { path: "spec.billing.oracle", label: "The contract of reports", kind: "address", help: "SLAOracle of this deployment." },
          {
            rows: "spec.billing.prices",
            title: "Price of something counted",
            one: "a price",
            items: [
              { path: "title", label: "What is counted" },
              { path: "quantity", label: "Short name", help: NAME },
              { path: "rate", label: "For each", kind: "money" },
              { path: "metricSource.spec.where", label: "Counted are cases where", kind: "prose", help: "A condition over the log's columns; true for all." },
              { path: "metricSource.spec.weight", label: "Each counts as many as", help: "A column of whole numbers. May stay empty." },
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
          { path: "spec.equity.contract", label: "The contract", kind: "address", help: "WorkerEquity of this deployment." },
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
                choices: [["none", "no"], ["minimum", "the lesser of time and progress"], ["maximum", "the greater"], ["product", "the product"]],
              },
              { path: "milestones", label: "Milestones that count", kind: "lines", help: "Short names, one a line." },
              { path: "periods", label: "Periods that count", kind: "lines", help: "Their names, one a line, like 2026-01." },
              { path: "notice", label: "Notice before a grant ends", help: `${DURATION} Or never; empty for at once.` },
              { path: "leave", label: "Leaves stop it for at most", help: `${DURATION} May stay empty.` },
              { path: "leaver", label: "Vests of the rest if the client ends by notice", kind: "share", help: "May stay empty." },
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
  {
    name: "ending",
    title: "Ending",
    intro: "How one side ends it.",
    items: [
      { path: "spec.ending.clientNotice", label: "The client's notice", help: DURATION },
      { path: "spec.ending.contractorNotice", label: "The contractor's notice", help: DURATION },
      { path: "spec.ending.cure", label: "A payment may stay open for", help: `${DURATION} Then the contractor may end it.` },
    ],
  },
  {
    name: "legal",
    title: "Law",
    intro: "What makes the text binding.",
    items: [
      { path: "spec.legal.governingLaw", label: "Governing law" },
      { path: "spec.legal.jurisdiction", label: "Jurisdiction" },
      {
        path: "spec.legal.prevails",
        label: "If text and contract differ",
        kind: "choice",
        choices: [["text", "the text counts"], ["code", "what the contract does counts"]],
      },
      {
        rows: "spec.legal.attachments",
        title: "Attachment",
        one: "an attachment",
        items: [
          { path: "title", label: "Title" },
          { path: "path", label: "File name" },
          { path: "sha256", label: "SHA-256", help: "64 hex digits, as sha256sum prints them." },
        ],
      },
    ],
  },
];
