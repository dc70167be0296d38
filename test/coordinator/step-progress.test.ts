import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StepProgress } from '../../src/coordinator/step-progress.ts';

const word = (task: string, progress: number | null, taskStart: number | null = 0) => ({ task, progress, taskStart });

test('the mean over workers and tasks; nothing is estimated from next to nothing', () => {
  const progress = new StepProgress(0, []);
  assert.deepEqual(progress.at(1000), { fraction: null, secondsLeft: null });
  progress.report(0, 1000, word('a', 0.01));
  assert.deepEqual(progress.at(1000), { fraction: 0.01, secondsLeft: null });
  progress.report(0, 1000, word('b', null));
  progress.report(1, 1000, word('a', 0.49));
  assert.deepEqual(progress.at(1000), { fraction: 0.25, secondsLeft: 3 });
  progress.report(0, 2000, word('a', 1));
  progress.report(1, 2000, word('a', 1));
  assert.deepEqual(progress.at(2000), { fraction: 1, secondsLeft: 0 });
});

test('tasks one after another: those that wait count as not begun', () => {
  const progress = new StepProgress(0, []);
  progress.report(0, 2000, word('a', 0.5));
  progress.report(0, 2000, word('b', 0, null));
  assert.deepEqual(progress.at(2000), { fraction: 0.25, secondsLeft: 6 });
  progress.report(0, 6000, word('a', 1));
  progress.report(0, 6000, word('b', 0.5, 4000));
  assert.deepEqual(progress.at(6000), { fraction: 0.75, secondsLeft: 2 });
});

test('tasks side by side end with the slowest', () => {
  const progress = new StepProgress(0, []);
  progress.report(0, 10_000, word('short', 1));
  progress.report(1, 10_000, word('long', 0.2));
  assert.deepEqual(progress.at(10_000), { fraction: 0.6, secondsLeft: 40 });
});

test('a step with completing tasks is as far as the first of them', () => {
  const progress = new StepProgress(0, ['main', 'other']);
  progress.report(0, 1000, word('side', 0.01));
  progress.report(0, 1000, word('main', 0.5));
  progress.report(0, 1000, word('other', 0.1));
  assert.deepEqual(progress.at(1000), { fraction: 0.5, secondsLeft: 1 });
});

test('a worker that is gone holds nothing up; one that has ended its part still counts', () => {
  const progress = new StepProgress(0, []);
  progress.report(0, 1000, word('a', 0.1));
  progress.report(1, 1000, word('a', 1));
  progress.report(2, 20_000, word('a', 0.6));
  assert.deepEqual(progress.at(20_000), { fraction: 0.8, secondsLeft: 5 });
});
