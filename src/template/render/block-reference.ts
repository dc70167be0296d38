// Blocks as values: what `self.name` and `super` mean.

import { TemplateFailure } from '../values/failure.ts';
import { markupOrText } from '../values/text/escape.ts';
import { AttributeObject, type TemplateFunction, Undefined, type Value } from '../values/value.ts';
import type { RenderContext } from './runtime.ts';

/**
 * A block that a template can call. `depth` says whose body of the block it is: 0 is that of the most derived template.
 */
export class BlockReference extends AttributeObject {
  readonly typeName = 'BlockReference';
  private readonly name: string;
  private readonly context: RenderContext;
  private readonly depth: number;
  override readonly call: TemplateFunction;

  constructor(name: string, context: RenderContext, depth: number) {
    super();
    this.name = name;
    this.context = context;
    this.depth = depth;
    this.call = () => markupOrText(renderBlock(name, context, depth), context.autoescape);
  }

  attribute(name: string): Value | undefined {
    return name === 'super' ? superBlock(this.name, this.context, this.depth) : undefined;
  }
}

function renderBlock(name: string, context: RenderContext, depth: number): string {
  const out: string[] = [];
  runBlock(name, context, out, depth);
  return out.join('');
}

/** Runs the body of a block that belongs to the template `depth` levels above the most derived one. */
export function runBlock(name: string, context: RenderContext, out: string[], depth: number): void {
  const bodies = context.blocks.get(name) ?? [];
  const body = bodies[depth];
  if (body === undefined || (depth === 0 && body.required && bodies.length <= 1))
    throw new TemplateFailure(`The required block "${name}" is missing`);
  context.run.nested(() => body.run(context, out, depth));
}

/** The value of `super` in the body of a block at `depth`. */
export function superBlock(name: string, context: RenderContext, depth: number): Value {
  const bodies = context.blocks.get(name) ?? [];
  return depth + 1 < bodies.length
    ? new BlockReference(name, context, depth + 1)
    : new Undefined(`there is no parent block called '${name}'.`);
}

/** The value of `self`: its attributes are the blocks. */
export class SelfReference extends AttributeObject {
  readonly typeName = 'TemplateReference';
  private readonly context: RenderContext;

  constructor(context: RenderContext) {
    super();
    this.context = context;
  }

  attribute(name: string): Value | undefined {
    return this.context.blocks.has(name) ? new BlockReference(name, this.context, 0) : undefined;
  }

  override print(): string {
    return `<TemplateReference '${this.context.name}'>`;
  }
}
