// What is made from the table of rooms: the walls that the linter holds while one types, and the picture in
// docs/architecture.md.
import { type Room, rooms } from './rooms.ts';

/** Where the walls are kept; `biome.json` extends it. */
export const WALLS_FILE = 'biome.walls.json';
/** Where the picture stands, between two markers. */
export const PICTURE_FILE = 'docs/architecture.md';
const PICTURE = /(<!-- rooms: made by `npm run house` -->\n)[\s\S]*?(<!-- end of rooms -->)/;

/**
 * The linter's configuration of walls, as JSON text. It sees the words of an import only, so it knows a room by the
 * last name of its folder; the test of the house resolves paths and is exact.
 */
export function wallsText(table: readonly Room[] = rooms): string {
  const walls = table
    .filter(({ folder }) => folder !== '.')
    .map((room) => ({ room, others: forbidden(room, table) }))
    .filter(({ others }) => others.length > 0)
    .map(({ room, others }) => `    ${JSON.stringify(wall(room, others))}`);
  return `{\n  "overrides": [\n${walls.join(',\n')}\n  ]\n}\n`;
}

function forbidden(room: Room, table: readonly Room[]): readonly string[] {
  const allowed = new Set([room.folder, ...room.imports].map(lastName));
  // Whoever may enter an inner folder writes the name of the outer one.
  const isOnTheWay = (folder: string): boolean =>
    [room.folder, ...room.imports].some((name) => name.startsWith(`${folder}/`));
  return table
    .map(({ folder }) => folder)
    .filter((folder) => folder !== '.' && !allowed.has(lastName(folder)) && !isOnTheWay(folder));
}

function wall({ folder, holds }: Room, others: readonly string[]) {
  const message = `${folder}/ (${holds}) may not import this: see scripts/house/rooms.ts.`;
  const options = { patterns: [{ group: others.map((other) => `**/${lastName(other)}/**`), message }] };
  const rules = { style: { noRestrictedImports: { level: 'error', options } } };
  return { includes: [`src/${folder}/**`], linter: { rules } };
}

const lastName = (folder: string): string => folder.slice(folder.lastIndexOf('/') + 1);

/** The text of the page with the picture of today's table. */
export function withPicture(page: string, table: readonly Room[] = rooms): string {
  if (!PICTURE.test(page)) throw new Error(`${PICTURE_FILE} lacks the markers between which the rooms are drawn.`);
  return page.replace(PICTURE, (_, begin: string, end: string) => `${begin}${pictureText(table)}${end}`);
}

function pictureText(table: readonly Room[]): string {
  const rows = table.map(({ folder, holds, imports }) => {
    const name = folder === '.' ? '`src/*.ts`' : `\`${folder}${folder.endsWith('.ts') ? '' : '/'}\``;
    const others = imports.filter((other) => other !== '.').map((other) => `\`${other}\``);
    return `| ${name} | ${holds} | ${others.join(', ')} |`;
  });
  return ['| folder | what is in it | imports from |', '|---|---|---|', ...rows, ''].join('\n');
}
