// An imported template as a value: what it exports, and what it printed.
import { AttributeObject, type Value } from '../values/value.ts';

/** The value that `import` binds. Its attributes are the exported variables; it prints what the template printed. */
export class TemplateModule extends AttributeObject {
  readonly typeName = 'TemplateModule';
  override readonly isSafe = true;
  /** What the template printed, in pieces. */
  readonly body: readonly string[];
  private readonly exported: ReadonlyMap<string, Value>;

  constructor(body: readonly string[], exported: ReadonlyMap<string, Value>) {
    super();
    this.body = body;
    this.exported = exported;
  }

  attribute(name: string): Value | undefined {
    return this.exported.get(name);
  }

  override print(): string {
    return this.body.join('');
  }
}
