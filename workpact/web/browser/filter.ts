// The timeline's filter at once on the rows that are shown; the form itself asks the server for all events.

let isUsed = false;

/** Filters while people choose; what they chose holds for a newer part of the page too. */
export function start(root: ParentNode): void {
  const form = root.querySelector<HTMLFormElement>("#choice");
  if (form === null) return;
  form.addEventListener("input", () => {
    isUsed = true;
    apply(form);
  });
  if (isUsed) apply(form);
}

function apply(form: HTMLFormElement): void {
  const rows = [...document.querySelectorAll<HTMLElement>("#events > li")];
  const wanted = new FormData(form);
  const said = (name: string) => String(wanted.get(name) ?? "").trim();
  const text = said("text").toLowerCase();
  for (const row of rows) {
    const { contract, kind, actor, day } = row.dataset;
    const isWanted =
      ["", contract].includes(said("contract")) &&
      ["", kind].includes(said("kind")) &&
      ["", actor].includes(said("actor")) &&
      (said("since") === "" || said("since") <= day!) &&
      (said("until") === "" || day! <= said("until")) &&
      (text === "" || searched(row).includes(text));
    row.hidden = !isWanted;
  }
  const shown = rows.filter((row) => !row.hidden).length;
  const place = document.querySelector("#choice-said");
  if (place !== null) place.textContent = `${shown} of the ${rows.length} events on this page.`;
}

/** All that the server looks for a text in. */
function searched(row: HTMLElement): string {
  const titles = [...row.querySelectorAll<HTMLElement>("[title].mono")].map((each) => each.title);
  const { contract, kind, actor } = row.dataset;
  return [row.querySelector(".told")?.textContent, contract, kind, actor, ...titles].join(" ").toLowerCase();
}
