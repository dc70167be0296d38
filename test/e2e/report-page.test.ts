// Reports in a real Chromium: they draw their charts, nothing foreign runs in them, and everybody can use them.
// Needs: Chromium.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { runPage } from '../../src/page/run-page.ts';
import { madeRun, noisySeconds } from '../analysis/made-runs.ts';

const EVIL = '<img src=x onerror="window.hacked=1">';
const require = createRequire(import.meta.url);

/** What axe finds wrong in a page. */
interface AxeFindings {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly unknown[] }[];
}

let directory: string;
let browser: Browser;
let address: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'report-page-'));
  const { run, results, history } = madeRun('r', noisySeconds(1, 60, 10), EVIL);
  assert.ok(history);
  const [task] = results.tasks;
  assert.ok(task);
  const page = runPage({
    run: {
      ...run,
      fleet: [
        {
          address: '10.0.0.2',
          hostName: 'driver',
          version: '0.1.0',
          cores: 2,
          clients: 4,
          requests: 3000,
          errors: 3,
          cpuSeconds: 12,
          eventLoopUtilisation: { mean: 0.3, max: 0.5 },
          clockOffset: 0,
          sendLagP99: 0.2,
          lost: null,
        },
      ],
    },
    results: {
      ...results,
      tasks: [
        { ...task, errors: [{ kind: EVIL, count: 3, example: EVIL }], target: { value: 50, unit: 'ops' } },
        { ...task, task: 'quick', throughput: { ...task.throughput, mean: 5 } },
      ],
      driverWarnings: [EVIL],
    },
    history: {
      ...history,
      tasks: history.tasks.map((one) => ({
        ...one,
        cells: one.cells.map((cell) => ({ ...cell, errors: [{ kind: EVIL, count: 1 }] })),
      })),
      nodes: [
        {
          node: '10.0.0.2',
          length: 1000,
          cells: Array.from({ length: 60 }, (_, second) => ({
            start: second * 1000,
            requests: 50,
            failedRequests: 0,
            cpuMillis: 200,
            utilisation: 0.3,
            sendLagP99: 0.1,
          })),
        },
      ],
      telemetry: [
        {
          device: 'node-stats',
          cluster: 'default',
          subject: 'node-1',
          metric: 'heap',
          unit: '%',
          isCounter: false,
          times: [0, 30_000, 60_000],
          values: [10, 50, 30],
        },
      ],
    },
  });
  const path = join(directory, 'report.html');
  await writeFile(path, page);
  address = pathToFileURL(path).href;
  const flags = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--no-first-run',
    '--disable-sync',
  ];
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
});

after(async () => {
  await browser?.close();
  await rm(directory, { recursive: true, force: true });
});

/** Opens the report; what it complains about is in `complaints`. */
async function open(
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly complaints: string[] }> {
  const page = await (await browser.newContext(options)).newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== address) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(address);
  await page.locator('.uplot canvas').first().waitFor();
  return { page, complaints };
}

describe('a report in a browser', () => {
  for (const [width, colorScheme] of [
    [360, 'light'],
    [1920, 'dark'],
  ] as const) {
    test(`fits into ${width} px in ${colorScheme} colours, draws everything and asks for nothing`, async () => {
      const { page, complaints } = await open({ viewport: { width, height: 900 }, colorScheme });
      assert.deepEqual(complaints, []);
      assert.equal(await page.evaluate(() => Reflect.get(globalThis, 'hacked')), undefined);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
      // Of one task: throughput, latency, percentiles, heat map, failures; of machines four charts, of the cluster one.
      assert.equal(await page.locator('.uplot').count(), 10);
      const blank = await page.evaluate(`[...document.querySelectorAll('canvas')].filter((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.every((value) => value === 0);
      }).length`);
      assert.equal(blank, 0);
      assert.equal(await page.getByText(EVIL).first().isVisible(), true);
      await page.context().close();
    });

    test(`has nothing that axe complains about at ${width} px in ${colorScheme} colours`, async () => {
      const { page } = await open({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
      await page.addScriptTag({ content: await readFile(require.resolve('axe-core/axe.min.js'), 'utf8') });
      const { violations } = await page.evaluate<AxeFindings>('axe.run()');
      assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes.length}`),
        [],
      );
      await page.context().close();
    });
  }

  test('sorts the summary by keys, and switches its colours', async () => {
    const { page } = await open();
    const heads = page.locator('#summary ~ .scroll thead th');
    const tasks = page.locator('#summary ~ .scroll tbody th');
    await heads.nth(1).getByRole('button').press('Enter');
    assert.equal(await heads.nth(1).getAttribute('aria-sort'), 'descending');
    assert.equal(await tasks.last().textContent(), 'quick');
    await heads.nth(1).getByRole('button').press('Enter');
    assert.equal(await tasks.first().textContent(), 'quick');
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const before = await paper();
    await page.getByRole('button', { name: 'Light / dark' }).press('Enter');
    assert.notEqual(await paper(), before);
    await page.context().close();
  });

  test('zooms all charts over time together', async () => {
    const { page } = await open({ viewport: { width: 1200, height: 900 } });
    const over = page.locator('#task-0-throughput .u-over');
    const box = await over.boundingBox();
    assert.ok(box);
    const axisOf = (id: string) =>
      page.evaluate<string>(`document.getElementById('${id}').querySelector('canvas').toDataURL()`);
    const whole = await axisOf('nodes-requests');
    await page.mouse.move(box.x + box.width * 0.3, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 });
    await page.mouse.up();
    assert.notEqual(await axisOf('nodes-requests'), whole);
    await page.getByRole('button', { name: 'Whole time' }).click();
    assert.equal(await axisOf('nodes-requests'), whole);
    await page.context().close();
  });

  test('can be printed', async () => {
    const { page } = await open();
    const paper = await page.pdf({ format: 'A4' });
    assert.equal(paper.subarray(0, 5).toString(), '%PDF-');
    await page.context().close();
  });
});
