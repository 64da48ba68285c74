// What a page does in the browser. Each module says what it begins on a page, and again on each new part of it.

type Start = (root: ParentNode) => void;

const starts: Start[] = [];

for (const start of starts) start(document);
document.addEventListener("workpact:part", () => {
  for (const start of starts) start(document.querySelector("#part")!);
});
