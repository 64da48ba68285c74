// What a page does in the browser. Each module says what it begins on a page, and again on each new part of it.

import { start as connecting } from "./connecting";
import { start as countdown } from "./countdown";
import { start as evidence } from "./evidence";
import { start as filter } from "./filter";
import { start as following } from "./following";
import { start as live } from "./live";
import { start as moves } from "./moves";
import { start as portfolio } from "./portfolio";
import { start as proof } from "./proof";
import { start as proposal } from "./proposal";
import { start as tracked } from "./tracked";
import { start as worker } from "./worker";
import { start as write } from "./write";

type Start = (root: ParentNode) => void;

const starts: Start[] = [live, countdown, connecting, following, moves, proposal, tracked, evidence, filter, proof, write, worker, portfolio];

for (const start of starts) start(document);
document.addEventListener("workpact:part", () => {
  for (const start of starts) start(document.querySelector("#part")!);
});
