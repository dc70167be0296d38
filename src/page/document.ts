// The frame of every page: one file that needs nothing else, and in which nothing runs but its own script.
import { createHash } from 'node:crypto';
import { pageScript, pageStyles } from './assets.ts';
import { html, jsonScript, type Markup, rawHtml } from './markup.ts';

/** What differs from page to page. */
export interface PageContent {
  readonly title: string;
  readonly header: Markup;
  readonly main: Markup;
  readonly footer: Markup;
  /** What the charts are drawn from, as JSON. */
  readonly data: string;
}

/** A page as text. Its policy lets nothing be loaded, and only its own styles and script act. */
export function pageDocument({ title, header, main, footer, data }: PageContent): string {
  const [styles, script] = [pageStyles(), pageScript()];
  const policy = [
    "default-src 'none'",
    `style-src ${hash(styles)}`,
    `script-src ${hash(script)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${rawHtml(styles)}</style>
</head>
<body>
<header>${header}</header>
<main>${main}</main>
<footer>${footer}</footer>
${jsonScript('data', data)}
<script>${rawHtml(script)}</script>
</body>
</html>
`.text;
}

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
