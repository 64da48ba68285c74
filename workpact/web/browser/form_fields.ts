// The kinds of what the form asks: fields by their paths in the file, lists of rows, and sections that may be added.

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
export const DATE = "Like 2026-12-31; it counts to its last second.";
export const NAME = "Small letters, digits and hyphens: it stands on the chain, where everyone can read it.";
