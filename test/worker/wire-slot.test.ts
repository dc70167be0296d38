// The life of one connection, driven through any sequence of events with a wire and a timeline made by hand.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Answer } from '../../src/transport/answer.ts';
import type { Wire, WireFailure, WireOwner } from '../../src/transport/wire.ts';
import { TargetWatch } from '../../src/worker/target-watch.ts';
import { Timeline, type Waiter } from '../../src/worker/timeline.ts';
import { WireSlot } from '../../src/worker/wire-slot.ts';

/** Holds those that wait; nobody may wait twice. */
class HandTimeline extends Timeline {
  readonly held = new Set<Waiter>();

  override wait(waiter: Waiter): void {
    assert.ok(!this.held.has(waiter), 'it waits already');
    this.held.add(waiter);
  }

  override cancel(waiter: Waiter): void {
    this.held.delete(waiter);
  }

  /** The time of all who wait has come. */
  release(): void {
    const due = [...this.held];
    this.held.clear();
    for (const waiter of due) waiter.onDue(0);
  }
}

/** Nothing happens on it by itself; misuse is an error. */
class HandWire implements Wire {
  state: 'closed' | 'opening' | 'open' | 'busy' = 'closed';
  attempts = 0;

  get isOpen(): boolean {
    return this.state === 'open' || this.state === 'busy';
  }

  get isBusy(): boolean {
    return this.state === 'busy';
  }

  open(): void {
    assert.equal(this.state, 'closed', 'it was opened twice');
    this.state = 'opening';
    this.attempts++;
  }

  send(): void {
    assert.equal(this.state, 'open');
    this.state = 'busy';
  }

  destroy(): void {
    this.state = 'closed';
  }
}

class Scene {
  readonly timeline = new HandTimeline();
  readonly wire = new HandWire();
  readonly slot: WireSlot;
  readonly watch = new TargetWatch({ endpoints: 1, hint: '' }, false, () => {});
  answers = 0;
  losses = 0;
  sent = 0;

  constructor() {
    const [figures] = this.watch.endpoints;
    assert.ok(figures !== undefined);
    const owner = { onOpen: () => {}, onRefused: () => {} };
    const context = { endpoint: 0, owner, timeline: this.timeline, watch: this.watch, random: () => 0.5 };
    this.slot = new WireSlot(context, figures, (_owner: WireOwner) => this.wire);
  }

  send(): void {
    this.sent++;
    this.slot.send({ bytes: () => Buffer.alloc(1), isHead: false, isRepeatable: false }, 'none', {
      needsWholeBody: () => false,
      onAnswer: () => this.answers++,
      onLost: () => this.losses++,
    });
  }

  answer(closes: boolean): void {
    this.wire.state = closes ? 'closed' : 'open';
    const answer = new Answer();
    answer.closes = closes;
    this.slot.onAnswer(answer);
  }

  fail(): void {
    const { state } = this.wire;
    const phase = state === 'opening' ? 'opening' : state === 'busy' ? 'unanswered' : 'idle';
    const failure: WireFailure = { kind: 'lost', message: 'x', phase };
    this.wire.state = 'closed';
    this.slot.onFailure(failure);
  }
}

const steps: Readonly<Record<string, (scene: Scene) => void>> = {
  open: ({ slot }) => slot.open(),
  refresh: ({ slot }) => slot.refresh(Number.POSITIVE_INFINITY),
  abandon: ({ slot }) => slot.abandon(),
  fire: ({ timeline }) => timeline.release(),
  accepted: ({ slot, wire }) => {
    if (wire.state !== 'opening') return;
    wire.state = 'open';
    slot.onOpen();
  },
  send: (scene) => {
    if (scene.slot.isFree) scene.send();
  },
  answered: (scene) => {
    if (scene.wire.isBusy) scene.answer(false);
  },
  'answered and closed': (scene) => {
    if (scene.wire.isBusy) scene.answer(true);
  },
  fails: (scene) => {
    if (scene.wire.state !== 'closed') scene.fail();
  },
  'closed while idle': ({ slot, wire }) => {
    if (wire.state !== 'open') return;
    wire.state = 'closed';
    slot.onIdleClose();
  },
};

describe('WireSlot', () => {
  test('waits for one thing at a time, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.keys(steps)), { maxLength: 60 }), (names) => {
        const scene = new Scene();
        scene.slot.open();
        for (const name of names) {
          steps[name]?.(scene);
          const waits = scene.timeline.held.has(scene.slot) ? 1 : 0;
          assert.equal(
            waits,
            scene.wire.state === 'closed' ? 1 : 0,
            `after ${name}: it waits if, and only if, nothing is open or under way`,
          );
          assert.equal(scene.slot.isFree, scene.wire.state === 'open');
        }
        scene.slot.close();
        assert.deepEqual(
          [scene.timeline.held.size, scene.wire.state, scene.watch.endpoints[0]?.openConnections],
          [0, 'closed', 0],
        );
      }),
    );
  });

  test('a connection that is accepted and closed is opened less and less often', () => {
    const scene = new Scene();
    scene.slot.open();
    let pauses = 0;
    for (let round = 0; round < 20; round++) {
      steps.accepted?.(scene);
      steps['closed while idle']?.(scene);
      if (scene.timeline.held.size > 0) pauses++;
      scene.timeline.release();
    }
    assert.equal(pauses, 19, 'all but the first are opened after a pause');
  });

  test('a server that closes what nobody uses is no target that closes what it has accepted', (context) => {
    context.mock.method(performance, 'now', () => time);
    let time = 0;
    const scene = new Scene();
    scene.slot.open();
    for (let round = 0; round < 20; round++) {
      steps.accepted?.(scene);
      time += 1000;
      steps['closed while idle']?.(scene);
      assert.equal(scene.wire.state, 'opening', 'it opens at once');
    }
    assert.equal(scene.slot.isFailing, false);
  });

  test('an answer makes good what failed before', () => {
    const scene = new Scene();
    scene.slot.open();
    for (let round = 0; round < 5; round++) {
      steps.fails?.(scene);
      scene.timeline.release();
    }
    assert.ok(scene.slot.isFailing);
    steps.accepted?.(scene);
    assert.ok(scene.slot.isFailing, 'an accepted connection alone is no answer');
    scene.send();
    scene.answer(true);
    assert.equal(scene.slot.isFailing, false);
    assert.equal(scene.wire.state, 'opening', 'it opens at once');
  });
});
