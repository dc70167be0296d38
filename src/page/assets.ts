// The script and the styles of reports. They are made when the package is built.
import { readFileSync } from 'node:fs';

const read = (name: string): string => readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8');

/** The styles of every page. */
export const pageStyles = (): string => read('page.css');

/** The script of every page. */
export const pageScript = (): string => read('page.js');
