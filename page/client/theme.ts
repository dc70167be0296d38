// Colours of the charts, for light and dark paper. The lines are those of Okabe and Ito, which people with any kind of
// colour vision tell apart; they are a little lighter on dark paper.

/** The colours of one theme. */
export interface Palette {
  readonly lines: readonly string[];
  readonly ink: string;
  readonly grid: string;
  readonly target: string;
  readonly bad: string;
  /** From few samples to many. */
  readonly heat: readonly string[];
}

const light: Palette = {
  lines: ['#0072b2', '#d55e00', '#009e73', '#aa5c94', '#b58900', '#2f7fa8', '#5b5b5b', '#8a5a00'],
  ink: '#565d68',
  grid: '#e8ebef',
  target: '#8a919c',
  bad: '#c2341d',
  heat: ['#e3eef6', '#b5d3e7', '#7fb2d6', '#4a8dc0', '#2769a3', '#134a7f', '#062b55'],
};

const dark: Palette = {
  lines: ['#56b4e9', '#f0894a', '#3ecb9f', '#d99ac6', '#e8c547', '#8fd3f4', '#b8bec9', '#d9a760'],
  ink: '#a4abb8',
  grid: '#272d37',
  target: '#7a828f',
  bad: '#ff8a75',
  heat: ['#1b2c3d', '#1d4566', '#216391', '#2f86ba', '#5aaedb', '#9cd3ee', '#e3f5ff'],
};

const isDark = (): boolean =>
  (document.documentElement.dataset.theme ??
    (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';

/** The colours of the theme that is shown; paper has those of the light one. */
export const palette = (): Palette => (isDark() && !matchMedia('print').matches ? dark : light);

/** Lets the button of the page switch between light and dark; `redraw` draws all charts anew. */
export function addThemeSwitch(redraw: () => void): void {
  const button = document.getElementById('theme');
  button?.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    redraw();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  matchMedia('print').addEventListener('change', redraw);
}
