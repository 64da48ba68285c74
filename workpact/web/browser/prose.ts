// The agreement's text, built from plain nodes: what people wrote stays text.

import { element } from "./elements";

type Run = ["" | "strong" | "code", string];
export type Block = [string, unknown];

/** Blocks as the server makes them of the Markdown (workpact/web/prose.py). */
export function prose(blocks: Block[]): Node[] {
  return blocks.map(([name, content]) => block(name, content));
}

function block(name: string, content: unknown): Node {
  if (name === "pre") return element("pre", {}, content as string);
  if (name === "table") return table(content as Run[][][]);
  const lines = (content as Run[][]).map(line);
  switch (name) {
    case "h1":
      return element("h2", { class: "document-title" }, ...lines.flat());
    case "h2":
      return element("h3", {}, ...lines.flat());
    case "ul":
      return element("ul", {}, ...lines.map((each) => element("li", {}, ...each)));
    case "blockquote":
      return element("blockquote", {}, ...lines.map((each) => element("p", {}, ...each)));
    default:
      return element("p", {}, ...lines.flatMap((each, number) => (number ? [" ", ...each] : each)));
  }
}

function table(rows: Run[][][]): HTMLElement {
  const [head, ...body] = rows;
  const heading = (head ?? []).map((cell) =>
    cell.length === 0 ? element("td") : element("th", { scope: "col" }, ...line(cell)),
  );
  const made = body.map((row) => {
    const cells = row.map((cell, number) =>
      number === 0 && cell.length > 0 ? element(
        "th",
        { scope: "row" },
        ...line(cell),
      ) : element("td", {}, ...line(cell)),
    );
    return element("tr", {}, ...cells);
  });
  const inner = element(
    "table",
    { class: "figures" },
    element("thead", {}, element("tr", {}, ...heading)),
    element("tbody", {}, ...made),
  );
  return element("div", { class: "scroll", tabindex: "0" }, inner);
}

function line(runs: Run[]): (Node | string)[] {
  return runs.map(([kind, text]) => (kind === "" ? text : element(kind, {}, text)));
}
