// A wire with promises around it, for tests.

import { type ClientOptions, defaultClientOptions } from '../../src/http/client-options.ts';
import { createWire } from '../../src/http/connection.ts';
import type { Endpoint } from '../../src/http/endpoint.ts';
import { createWireContext, type WireContext } from '../../src/http/wire-context.ts';
import type { Answer, BodyUse } from '../../src/transport/answer.ts';
import type { Wire, WireFailure } from '../../src/transport/wire.ts';

/** What happened next on a wire; answers are copied. */
export type WireEvent =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly isWhole: boolean;
      readonly bodyLength: number;
      readonly closes: boolean;
    }
  | { readonly kind: 'failure'; readonly failure: WireFailure }
  | { readonly kind: 'idle-close' };

export interface TestWire {
  readonly wire: Wire;
  /** The next event, in order. */
  next(): Promise<WireEvent>;
  /** Sends and waits for what comes of it. */
  ask(request?: string, bodyUse?: BodyUse, isHead?: boolean): Promise<WireEvent>;
}

export const plainRequest = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n';

export function testWire(
  endpoint: Partial<Endpoint> & { readonly port: number },
  options: Partial<ClientOptions> = {},
  context: WireContext = createWireContext(),
  wantsBody: (answer: Answer) => boolean = () => false,
): TestWire {
  const events: WireEvent[] = [];
  const waiting: ((event: WireEvent) => void)[] = [];
  const emit = (event: WireEvent): void => {
    const next = waiting.shift();
    if (next === undefined) events.push(event);
    else next(event);
  };
  const wire = createWire(
    { host: '127.0.0.1', useTls: false, prefix: '', basicAuth: null, ...endpoint },
    { ...defaultClientOptions, timeout: 5, ...options },
    {
      onOpen: () => emit({ kind: 'open' }),
      needsWholeBody: wantsBody,
      onAnswer: ({ status, body, isWhole, bodyLength, closes }) =>
        emit({ kind: 'answer', status, body: body.toString(), isWhole, bodyLength, closes }),
      onFailure: (failure) => emit({ kind: 'failure', failure }),
      onIdleClose: () => emit({ kind: 'idle-close' }),
    },
    context,
  );
  const next = (): Promise<WireEvent> => {
    const event = events.shift();
    return event === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(event);
  };
  return {
    wire,
    next,
    ask(request = plainRequest, bodyUse = 'all', isHead = false) {
      wire.send(Buffer.from(request), { isHead }, bodyUse);
      return next();
    },
  };
}
