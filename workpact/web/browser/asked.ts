// What is posted to the server, and its refusals in words.

import { Refusal } from "./refusal";

/** What the server answers. Throws `Refusal` with its words if it does not take it. */
export async function posted<Answer>(path: string, content: unknown): Promise<Answer> {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) };
  const answer = await fetch(path, options).catch(() => {
    throw new Refusal("This page's server does not answer.", "Nothing was sent. Try again when it is back.");
  });
  const isJson = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
  if (answer.ok && isJson) return (await answer.json()) as Answer;
  if (isJson) {
    const { faults } = (await answer.json()) as { faults?: string[] };
    if (faults) throw new Refusal(faults.join(" "), "Nothing can be signed or sent.");
  }
  if (answer.status >= 500)
    throw new Refusal("This page's server cannot read the chain now.", "Its node may be silent: try again in a while.");
  throw new Refusal(
    "This page's server did not take it: it is damaged, too large, or no proposal.",
    "Ask for it again.",
  );
}
