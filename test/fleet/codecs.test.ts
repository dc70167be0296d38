// What travels between nodes arrives as it was, and what is not what it should be is refused.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BenchmarkError } from '../../src/errors.ts';
import { decodeText, encodeText } from '../../src/fleet/protocol/json-codec.ts';
import { commandCodec, eventCodec, readDown, writeDown } from '../../src/fleet/protocol/node-messages.ts';
import { readReport, writeReport } from '../../src/fleet/protocol/report-codec.ts';
import { type OpenPlan, openPlanCodec } from '../../src/fleet/protocol/run-plan-codec.ts';
import { Float, type Json, parseJson, writeJson } from '../../src/json.ts';
import { allocate } from '../../src/schedule/allocation.ts';
import { seconds } from '../../src/units.ts';
import { task, workloadOf } from '../support/small-model.ts';
import { reportArbitrary } from './reports.ts';

const isRefusal = (error: unknown): boolean => error instanceof BenchmarkError;

describe('reports', () => {
  it('arrive as they were', () => {
    fc.assert(
      fc.property(reportArbitrary, (report) => {
        const read = readReport(writeReport(report));
        assert.deepEqual(normal(read), normal(report));
      }),
      { numRuns: 300 },
    );
  });

  it('arrive as they were from anywhere within a message', () => {
    fc.assert(
      fc.property(reportArbitrary, fc.nat(15), (report, offset) => {
        const bytes = writeReport(report);
        const shifted = new Uint8Array(bytes.length + offset);
        shifted.set(bytes, offset);
        assert.deepEqual(normal(readReport(shifted.subarray(offset))), normal(report));
      }),
      { numRuns: 50 },
    );
  });

  it('that were cut off or changed are refused, or are still reports', () => {
    fc.assert(
      fc.property(reportArbitrary, fc.nat(), fc.nat(255), fc.boolean(), (report, place, value, isCut) => {
        const bytes = writeReport(report);
        const at = place % bytes.length;
        const broken = isCut ? bytes.slice(0, at) : bytes.map((byte, index) => (index === at ? value : byte));
        try {
          const read = readReport(broken);
          assert.ok(!isCut && read.tasks.length === report.tasks.length);
        } catch (error) {
          assert.ok(isRefusal(error));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('of any bytes are refused with words, never with a crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => assert.throws(() => readReport(bytes), isRefusal)),
    );
  });
});

/** Views and columns as plain numbers, for comparing. */
const normal = (value: unknown): unknown =>
  ArrayBuffer.isView(value)
    ? [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]
    : Array.isArray(value)
      ? value.map(normal)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normal(item)]))
        : value;

const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: 'grapheme' }),
    fc.maxSafeInteger(),
    fc.bigInt({ min: 2n ** 60n, max: 2n ** 90n }),
    fc.double().map((value) => new Float(value)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
  ),
})).value;

function planOf(body: Json): OpenPlan {
  const leaf = task(
    'search',
    'search',
    {},
    { clients: 3, timePeriod: seconds(0.1), targetThroughput: { value: 7.5, unit: 'ops' }, tags: ['a'] },
  );
  const operation = {
    ...leaf.operation,
    params: new Map<string, Json>([
      ['body', body],
      ['200', 1],
      ['10', 2],
    ]),
  };
  const schedule = [{ ...leaf, operation, meta: new Map([['x', body]]) }];
  const workload = workloadOf(schedule);
  return {
    testRunId: 'run',
    workload: { ...workload, indices: [{ name: 'idx', body, types: [] }] },
    grpcHosts: ['[::1]:9400', 'search.example:9400'],
    corpora: [],
    steps: allocate(schedule),
    onError: 'abort',
    checksAssertions: true,
    seed: 2 ** 31 - 1,
    plugin: {
      language: 'python',
      procedure: 'p',
      preparesData: false,
      entry: 'w/workload.py',
      files: [{ path: 'w/workload.py', content: 'eA==' }],
    },
  };
}

describe('plans', () => {
  it('arrive as they were: floats, large integers, the order of keys', () => {
    fc.assert(
      fc.property(json, (body) => {
        const plan = planOf(body);
        const read = decodeText(openPlanCodec, encodeText(openPlanCodec, plan), 'plan');
        assert.deepEqual(read, {
          ...plan,
          workload: { ...plan.workload, indices: read.workload.indices },
          steps: read.steps,
        });
        assert.equal(writeJson(read.workload.indices[0]?.body ?? null), writeJson(parseJson(writeJson(body))));
        assert.deepEqual(
          read.steps.map(({ rows }) => rows),
          plan.steps.map(({ rows }) => rows),
        );
        assert.deepEqual([...(read.steps[0]?.tasks[0]?.operation.params.keys() ?? [])], ['body', '200', '10']);
      }),
      { numRuns: 100 },
    );
  });

  it('hold no secret of the cluster under test', () => {
    const target = { name: 'default', password: 'hush' };
    assert.ok(!encodeText(openPlanCodec, { ...planOf(null), ...{ target } }).includes('hush'));
  });
});

describe('messages', () => {
  it('of another shape are refused, naming the place and not the value', () => {
    const refuses = (text: string, message: RegExp): void =>
      assert.throws(() => decodeText(commandCodec, text, 'command'), { message });
    refuses(
      '{"kind":"run","step":1,"startAt":"secret"}',
      /^A message between nodes cannot be read: command\.startAt is not a number\.$/,
    );
    refuses('{"kind":"run","step":-1,"startAt":1}', /command\.step is not a whole number/);
    refuses(
      '{"kind":"format-disk"}',
      /command\.kind is not one of prepare, open, run, activate, complete, profile, close/,
    );
    refuses('{"kind":"__proto__"}', /command\.kind is not one of/);
    refuses('[]', /command is not an object/);
    refuses('{', /command is not JSON/);
  });

  it('to a node carry commands and questions', () => {
    const batch = { first: 4, pieces: [new Uint8Array([1, 2]), new Uint8Array()] };
    const read = readDown(writeDown({ kind: 'commands', secret: 's', session: 'k', batch }));
    assert.ok(read?.kind === 'commands');
    assert.deepEqual(
      [read.secret, read.session, read.batch.first, read.batch.pieces.map((piece) => [...piece])],
      ['s', 'k', 4, [[1, 2], []]],
    );
    const question = { kind: 'probe', endpoints: [{ host: 'h', port: 9200 }] } as const;
    assert.deepEqual(readDown(writeDown({ kind: 'question', secret: 's', session: 'k', question })), {
      kind: 'question',
      secret: 's',
      session: 'k',
      question,
    });
  });

  it('about failures keep code, hint and causes', () => {
    const error = {
      code: 'DISK',
      message: 'full',
      hint: 'free some',
      exitCode: 64,
      problems: [{ message: 'p', line: 3 }],
      causes: ['ENOSPC'],
    } as const;
    assert.deepEqual(decodeText(eventCodec, encodeText(eventCodec, { kind: 'failed', error }), 'event'), {
      kind: 'failed',
      error,
    });
  });
});
