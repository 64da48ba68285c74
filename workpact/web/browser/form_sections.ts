// What the form asks, in plain words.

import { DATE, DURATION, NAME, type Item, type SectionOf } from "./form_fields";
import { SERVICE } from "./service_sections";

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
    {
      path: `${at}.operators`,
      label: "Operators",
      kind: "addresses",
      help: "May submit, accept and reject for it. One address a line; may stay empty.",
    },
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
      {
        path: "spec.operatorLimit",
        label: "Most that an operator's call may touch",
        kind: "money",
        help: "Only with operators.",
      },
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
      {
        path: "spec.offer.deposit",
        label: "Deposit",
        kind: "money",
        help: "Taken from the client when the agreement is opened.",
      },
      {
        path: "spec.total",
        label: "Total",
        kind: "money",
        help: "All milestones, and all periods at their cap. May stay empty; else it is checked.",
      },
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
      {
        path: "spec.review.holdback",
        label: "Held back of each payment",
        kind: "share",
        help: "Like 5. May stay empty.",
      },
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
  ...SERVICE,
  {
    name: "ending",
    title: "Ending",
    intro: "How one side ends it.",
    items: [
      { path: "spec.ending.clientNotice", label: "The client's notice", help: DURATION },
      { path: "spec.ending.contractorNotice", label: "The contractor's notice", help: DURATION },
      {
        path: "spec.ending.cure",
        label: "A payment may stay open for",
        help: `${DURATION} Then the contractor may end it.`,
      },
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
