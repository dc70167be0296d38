// Makes the script and the styles that reports hold within them: one file of each, from page/ and the chart library.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, transformSync } from 'esbuild';
import { packageRoot } from '../src/package.ts';

const target = ['chrome123', 'firefox120', 'safari17.5'];
const assets = join(packageRoot, 'dist', 'src', 'page', 'assets');
const charts = dirname(createRequire(import.meta.url).resolve('uplot'));

mkdirSync(assets, { recursive: true });
await build({
  entryPoints: [join(packageRoot, 'page', 'client', 'main.ts')],
  outfile: join(assets, 'page.js'),
  bundle: true,
  minify: true,
  format: 'iife',
  target,
  legalComments: 'none',
  banner: { js: '/* Charts by uPlot (MIT licence), copyright (c) 2022 Leon Sorokin. */' },
  // What belongs to the server side does not build these files.
  tsconfigRaw: {},
});
const styles = [join(charts, 'uPlot.min.css'), join(packageRoot, 'page', 'style.css')];
const css = styles.map((path) => readFileSync(path, 'utf8')).join('\n');
writeFileSync(join(assets, 'page.css'), transformSync(css, { loader: 'css', minify: true, target }).code);
