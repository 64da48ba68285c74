// Elements with text, never with markup: whatever people wrote is shown as text.

type Child = Node | string;

/** An element with attributes (null leaves one out) and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | null> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** A button that calls `pressed`. */
export function button(label: string, look: string, pressed: (event: Event) => unknown): HTMLButtonElement {
  const made = element("button", { type: "button", class: look }, label);
  made.addEventListener("click", pressed);
  return made;
}

/** An address or hash, shortened, with the whole of it as its title. */
export function short(value: string): HTMLElement {
  return element("span", { class: "mono", title: value }, `${value.slice(0, 8)}…${value.slice(-6)}`);
}
