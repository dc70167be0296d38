// Parameter sources in Python, as the load path asks for them.
// Needs: time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { writeJson } from '../../src/json.ts';
import type { PluginSource } from '../../src/plugin/host.ts';
import { type OpenPlugin, objectOf, openPlugin, sourceRequest, take, takeOne } from '../support/python-plugin.ts';

const PLUGIN = `
import csv
import json
import os
import random

from osbenchmark.workload.params import ParamSource
from .parts import shared


class Terms:
    def __init__(self, workload, params, **kwargs):
        self._params = params
        self.infinite = True
        with open(os.path.join(os.path.dirname(__file__), "terms.csv")) as lines:
            self.terms = [row[0] for row in csv.reader(lines)]

    def partition(self, index, total):
        return self

    def params(self):
        return {"index": None, "cache": self._params.get("cache"), "body": {"query": {"term": {"t": random.choice(self.terms)}}}}


class Few(ParamSource):
    corpora = ["first", "second"]

    def __init__(self, workload, params, **kwargs):
        super().__init__(workload, params, **kwargs)
        self.given = 0

    def partition(self, index, total):
        self.part = f"{index} of {total}"
        return self

    @property
    def infinite(self):
        return False

    @property
    def task_progress(self):
        return self.given / 5, "%"

    def params(self):
        if self.given == 5:
            raise StopIteration
        self.given += 1
        return {"part": self.part, "n": self.given}


class Same:
    def __init__(self, workload, params):
        self._params = params
        self.number = 0

    def params(self):
        self.number += 1
        self._params["body"]["n"] = self.number
        self._params["request-params"]["n"] = str(self.number)
        return self._params


class Seeded(Terms):
    def __init__(self, workload, params, **kwargs):
        random.seed(4)
        super().__init__(workload, params, **kwargs)


def letters(workload, params, **kwargs):
    return {"body": {"ü": "ß\\n\\u2028", "half": "\\ud800", "nan": float("nan"), "big": 2**70, "list": (1, 1.0, True)}}


def lines(workload, params, **kwargs):
    return {"body": [{"index": {}}, {"a": 1}, '{"index": {}}', b'{"a": 2}\\n'], "unit": "docs"}


def kinds(workload, params, **kwargs):
    return {"body": params["as"]}


def numbers(workload, params, **kwargs):
    return {"n": random.randrange(0, 11198.0), "m": random.randint(3.0, 3)}


def large(workload, params, **kwargs):
    return {"body": {"terms": ["a" * 100] * 7800}, "index": None}


def imported(workload, params, **kwargs):
    return {"shared": shared.VALUE, "drawn": shared.DRAWN}


class Changing:
    def __init__(self, workload, params, **kwargs):
        self.number = 0

    def params(self):
        self.number += 1
        shapes = [{"a": 1, "body": {}}, {"a": True, "body": {}}, {"b": 1, "body": {}}, {"a": 1, "c": 2}, {"a": 1.0, "body": {}},
                  {"body": {}}, {"a": [], "body": {}}, {"a": 1, "body": {}}]
        return shapes[self.number // 3 % len(shapes)]


def model(workload, params, **kwargs):
    with open("model_id.json") as file:
        return json.load(file)


def register(registry):
    registry.register_param_source("model", model)
    registry.register_param_source("changing", Changing)
    assert registry.meta_data["async_runner"]
    for name, source in (("terms", Terms), ("few", Few), ("same", Same), ("seeded", Seeded), ("letters", letters),
                         ("lines", lines), ("kinds", kinds), ("numbers", numbers), ("large", large),
                         ("imported", imported)):
        registry.register_param_source(name, source)
`;

const files = {
  'workload.py': PLUGIN,
  'parts/shared.py': 'import random\nVALUE = 3\nDRAWN = random.random()\n',
  '_tools/never.py': 'raise Exception("directories that begin with an underscore are not imported")\n',
  'terms.csv': 'alpha\n"be,ta"\ngamma\ndelta\nepsilon\n',
};

let plugin: OpenPlugin;
const open = (name: string, change: Parameters<typeof sourceRequest>[1] = {}): Promise<PluginSource> =>
  plugin.host.openSource(sourceRequest(name, change));

before(async () => {
  plugin = await openPlugin(files);
  const names = await plugin.host.register();
  assert.equal(names.sources.length, 12);
});
after(() => plugin.close());

test('a source reads files beside it, and equal parameters are one object', async () => {
  const source = await open('terms', { params: '{"cache": false}' });
  assert.equal(source.isFinite, false);
  assert.equal(source.corpora, null);
  const taken = await take(source, 300);
  assert.equal(taken.length, 300);
  assert.deepEqual(taken[0]?.params, objectOf('{"index": null, "cache": false}'));
  assert.ok(taken.every(({ params }) => params === taken[0]?.params));
  const bodies = new Set(taken.map(({ body }) => body));
  assert.deepEqual([...bodies].sort(), ['alpha', 'be,ta', 'delta', 'epsilon', 'gamma'].map(termQuery));
});

const termQuery = (term: string): string => `{"query":{"term":{"t":"${term}"}}}`;

test('the same seed gives the same parameters, whatever other clients do meanwhile', async () => {
  const [first, other] = [await open('terms', { seed: 21 }), await open('terms', { seed: 22 })];
  const mixed: (string | null | undefined)[] = [];
  for (let round = 0; round < 40; round++) {
    mixed.push(...(await take(first, 7)).map(({ body }) => body));
    await take(other, 1 + (round % 5));
  }
  const alone = await take(await open('terms', { seed: 21 }), 280);
  assert.deepEqual(
    mixed,
    alone.map(({ body }) => body),
  );
  const others = await take(await open('terms', { seed: 22 }), 280);
  assert.notDeepEqual(others, alone);
});

test('a source that seeds itself gives what it gives in any Python', async () => {
  const terms = (await take(await open('seeded', { seed: 1 }), 12)).map(
    ({ body }) => /"t":"(.*?)"/.exec(body ?? '')?.[1],
  );
  const again = (await take(await open('seeded', { seed: 99 }), 12)).map(
    ({ body }) => /"t":"(.*?)"/.exec(body ?? '')?.[1],
  );
  // random.seed(4); [random.choice(["alpha", "be,ta", "gamma", "delta", "epsilon"]) for _ in range(12)] in CPython 3.11
  assert.deepEqual(terms, SEEDED);
  assert.deepEqual(again, SEEDED);
});

const SEEDED: readonly string[] = 'be,ta gamma alpha delta delta be,ta alpha alpha alpha delta epsilon gamma'.split(
  ' ',
);

test('a finite source ends, tells how far it is, and knows its part and its corpora', async () => {
  const source = await open('few', { clientIndex: 2, clientCount: 3 });
  assert.equal(source.isFinite, true);
  assert.deepEqual(source.corpora, ['first', 'second']);
  const taken = await take(source, 100);
  assert.deepEqual(
    taken.map(({ params }) => params),
    [1, 2, 3, 4, 5].map((n) => objectOf(`{"part": "2 of 3", "n": ${n}}`)),
  );
  assert.equal(source.progress(), 1);
  assert.equal(source.ready(), null);
  assert.equal(source.next(), null);
});

test('a source may return one dict that it changes again and again', async () => {
  const source = await open('same', { params: '{"body": {"n": 0}, "request-params": {}}' });
  const taken = await take(source, 40);
  assert.deepEqual(
    taken.map(({ body }) => body),
    taken.map((_, index) => `{"n":${index + 1}}`),
  );
  assert.deepEqual(
    taken.map(({ params }) => params),
    taken.map((_, index) => objectOf(`{"request-params": {"n": "${index + 1}"}}`)),
  );
});

test('parameters that change in kind, name or number are told apart', async () => {
  const taken = await take(await open('changing'), 240);
  const shapes = ['{"a":1}', '{"a":true}', '{"b":1}', '{"a":1,"c":2}', '{"a":1.0}', '{}', '{"a":[]}', '{"a":1}'];
  assert.deepEqual(
    taken.map(({ params }) => writeJson(params)),
    taken.map((_, index) => shapes[Math.floor((index + 1) / 3) % shapes.length]),
  );
  assert.deepEqual(
    taken.map(({ body }) => body),
    taken.map(({ params }) => (params.has('c') ? null : '{}')),
  );
});

test('each client has its own copy of the parameters', async () => {
  const params = '{"body": {"n": 0}, "request-params": {}}';
  const [one, two] = [await open('same', { params }), await open('same', { params })];
  assert.equal((await take(one, 1))[0]?.body, '{"n":1}');
  assert.equal((await take(two, 1))[0]?.body, '{"n":1}');
});

test('bodies are compact JSON in UTF-8, with the numbers of Python', async () => {
  const source = await open('letters');
  const next = await takeOne(source);
  const body = next?.body;
  assert.ok(body instanceof Uint8Array);
  // Half of a surrogate pair passes as the three bytes that Python makes of it.
  const expected = '{"ü":"ß\\n\u2028","half":"???","nan":NaN,"big":1180591620717411303424,"list":[1,1.0,true]}';
  const bytes = Buffer.from(expected);
  bytes.set([0xed, 0xa0, 0x80], bytes.indexOf('???'));
  assert.deepEqual(Buffer.from(body), bytes);
});

test('a list is lines for bulk requests, and an array for others', async () => {
  const lines = await take(await open('lines', { bodies: 'lines' }), 2);
  assert.equal(lines[1]?.body, '{"index":{}}\n{"a":1}\n{"index": {}}\n{"a": 2}\n');
  const array = await take(await open('kinds', { params: '{"as": [1, {"a": 2}]}' }), 1);
  assert.equal(array[0]?.body, '[1,{"a":2}]');
});

test('bodies may be texts, absent, or inline', async () => {
  const text = await take(await open('kinds', { params: '{"as": "{\\"a\\": 1}"}' }), 2);
  assert.equal(text[1]?.body, '{"a": 1}');
  const absent = await take(await open('kinds', { params: '{"as": null}' }), 2);
  assert.deepEqual(absent[1], { params: new Map(), body: null });
  const inline = await take(await open('kinds', { params: '{"as": {"a": 1.0}}', bodies: 'inline' }), 2);
  assert.deepEqual(inline[1], { params: objectOf('{"body": {"a": 1.0}}'), body: null });
});

test('random whole numbers may have bounds that are floats', async () => {
  const taken = await take(await open('numbers'), 50);
  for (const { params } of taken) {
    const n = params.get('n');
    assert.ok(typeof n === 'number' && Number.isInteger(n) && n >= 0 && n < 11198);
    assert.equal(params.get('m'), 3);
  }
});

test('bodies of 800 kB come whole, a few at a time', async () => {
  const taken = await take(await open('large'), 12);
  assert.equal(taken.length, 12);
  const expected = JSON.stringify({ terms: Array.from({ length: 7800 }, () => 'a'.repeat(100)) });
  for (const { body } of taken) assert.equal(body, expected);
});

test('modules of a plug-in import each other, and draw the same numbers everywhere', async () => {
  const taken = await take(await open('imported'), 1);
  const other = await openPlugin(files);
  try {
    await other.host.register();
    const again = await take(await other.host.openSource(sourceRequest('imported')), 1);
    assert.equal(taken[0]?.params.get('shared'), 3);
    assert.deepEqual(again, taken);
  } finally {
    await other.close();
  }
});

test('what operations have left behind lies in files of the working directory', async () => {
  await plugin.host.showValues?.(new Map([['model_id.json', '{"model_id": "m1"}']]));
  assert.deepEqual((await take(await open('model'), 1))[0]?.params, objectOf('{"model_id": "m1"}'));
  await plugin.host.showValues?.(new Map([['model_id.json', '{"model_id": "m2"}']]));
  assert.deepEqual((await take(await open('model'), 1))[0]?.params, objectOf('{"model_id": "m2"}'));
});

test('a source that nobody registered is named', async () => {
  await assert.rejects(open('nobody'), /no parameter source 'nobody'/);
});
