// HTML that is made of texts without any of them becoming markup.

/** A piece of HTML. Only {@link html} and {@link rawHtml} make one. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: texts and numbers are escaped, pieces of HTML are taken as they are. */
export type Insert = string | number | Markup | null | readonly Insert[];

/** A template of HTML: `` html`<td>${name}</td>` ``. Whatever `name` holds is shown as text. */
export function html(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Markup {
  return new Markup(parts.map((part, index) => part + (index < inserts.length ? insert(inserts[index]) : '')).join(''));
}

/** Text of this program that is HTML already. It must hold nothing that came from outside. */
export const rawHtml = (text: string): Markup => new Markup(text);

function insert(value: Insert | undefined): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return value.map(insert).join('');
}

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** A JSON document for an element `script`, which cannot end that element. */
export const jsonScript = (id: string, json: string): Markup =>
  new Markup(`<script type="application/json" id="${id}">${json.replaceAll('<', '\\u003c')}</script>`);
