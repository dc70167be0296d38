// Paths into a JSON document as people write them: `test_procedures[0].schedule[2].clients`.

const PLAIN_KEY = /^[\w#@$*-]+$/;
const SEGMENT = /\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)|\./y;

/** The path of a property of the object at `base`. Keys with dots and the like are written as `["index.codec"]`. */
export function propertyPath(base: string, key: string): string {
  if (!PLAIN_KEY.test(key)) return `${base}[${JSON.stringify(key)}]`;
  return base === '' ? key : `${base}.${key}`;
}

/** The path of an item of the array at `base`. */
export function itemPath(base: string, index: number): string {
  return `${base}[${index}]`;
}

/** A path relative to the value at `base`, as checks of operations report it, as a path of the document. */
export function joinPath(base: string, relative: string | undefined): string {
  if (relative === undefined || relative === '') return base;
  return base === '' || relative.startsWith('[') ? `${base}${relative}` : `${base}.${relative}`;
}

/** The keys and indexes that a path is made of. What cannot be read ends the path early. */
export function pathSegments(path: string): readonly (string | number)[] {
  const segments: (string | number)[] = [];
  SEGMENT.lastIndex = 0;
  for (let match = SEGMENT.exec(path); match !== null; match = SEGMENT.exec(path)) {
    const [, quoted, index, plain] = match;
    if (quoted !== undefined) segments.push(quoted.replace(/\\(.)/g, '$1'));
    else if (index !== undefined) segments.push(Number(index));
    else if (plain !== undefined) segments.push(plain);
  }
  return segments;
}
