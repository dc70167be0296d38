// The small numpy: equal seeds give the numbers of the original (recorded from numpy 2.4 and scikit-learn 1.8).
// Needs: time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPlugin } from '../support/python-plugin.ts';

const PLUGIN = `
import json
import numpy as np
from sklearn.datasets import make_blobs


def show(*values):
    print(json.dumps(values))


def register(registry):
    r = np.random.RandomState(42)
    show(r.rand(3).tolist(), r.randint(0, 1000, 4).tolist(), r.normal(5, 2, 3).tolist(), r.permutation(6).tolist(),
         r.uniform(1, 2), r.exponential(2.0))
    centres = np.random.RandomState(42).rand(5, 3).astype("float32") * 100
    show(centres.tolist(), list(centres.shape))
    np.random.seed(7)
    points, labels = make_blobs(n_samples=7, n_features=3, centers=centres, cluster_std=0.5)
    show(points.tolist(), labels.tolist())
    a = np.arange(6).reshape(2, 3)
    show((a * 2 + 1).tolist(), a[1].tolist(), a[1, 2], a[:, ].tolist(), a.T.tolist(), a.sum(axis=0).tolist(),
         np.linalg.norm(np.array([3.0, 4.0])), np.dot(a, [1, 1, 1]).tolist(), (a / 2).tolist())
    try:
        np.fft
    except AttributeError as error:
        print(error)
`;

test('equal seeds give the numbers of the original', async () => {
  const plugin = await openPlugin({ 'workload.py': PLUGIN });
  try {
    await plugin.host.register();
  } finally {
    await plugin.close();
  }
  const [drawn = '', centres = '', blobs = '', array = '', absent = ''] = plugin.printed;
  assert.deepEqual(JSON.parse(drawn), [
    [0.3745401188473625, 0.9507143064099162, 0.7319939418114051],
    [700, 20, 614, 121],
    [5.5580825844002755, 7.021030569613053, 3.83824373195297],
    [5, 2, 1, 3, 0, 4],
    1.0070663052197175,
    0.046665047196646776,
  ]);
  assert.deepEqual(JSON.parse(centres), [
    [
      [37.45401382446289, 95.07142639160156, 73.19939422607422],
      [59.865848541259766, 15.6018648147583, 15.599452018737793],
      [5.808361053466797, 86.61761474609375, 60.11149978637695],
      [70.80725860595703, 2.0584492683410645, 96.99098205566406],
      [83.2442626953125, 21.233911514282227, 18.182497024536133],
    ],
    [5, 3],
  ]);
  assert.deepEqual(JSON.parse(blobs), [
    [
      [60.16609779921954, 15.289150327774921, 15.513677888139933],
      [70.08063789971163, 2.3357394242870084, 97.05292250830759],
      [59.8654033483308, 14.724502661585591, 16.10828102156954],
      [6.061010740565172, 86.48693653849793, 59.99012524704068],
      [83.38149265719248, 20.470649248347307, 19.00784687012937],
      [37.657771965961146, 94.6769648772887, 73.20042701252719],
      [38.29927667636307, 94.83845770633114, 73.21580430791352],
    ],
    [1, 3, 1, 2, 4, 0, 0],
  ]);
  assert.deepEqual(JSON.parse(array), [
    [
      [1, 3, 5],
      [7, 9, 11],
    ],
    [3, 4, 5],
    5,
    [
      [0, 1, 2],
      [3, 4, 5],
    ],
    [
      [0, 3],
      [1, 4],
      [2, 5],
    ],
    [3, 5, 7],
    5,
    [3, 12],
    [
      [0, 0.5, 1],
      [1.5, 2, 2.5],
    ],
  ]);
  assert.match(absent, /^numpy\.fft is not part of the small numpy of this program/);
});
