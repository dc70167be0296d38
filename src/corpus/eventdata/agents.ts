// Who asks: user agents as browsers, robots and libraries write them, with the systems they run on.
import { families, listOperatingSystems, type OperatingSystem } from './operating-systems.ts';
import { TableRandom } from './random.ts';
import { jsonText, packTexts, type TextArena } from './text-arena.ts';
import { writeUserAgent } from './user-agent.ts';
import { type AliasTable, aliasTable, apportion, rankWeights } from './weights.ts';
import { capitalised, makeWords } from './word-list.ts';

const AGENT_COUNT = 8733;
const NAME_COUNT = 208;

/** A browser, robot or library. */
export interface AgentName {
  readonly name: string;
  /** Of all events. */
  readonly share: number;
  /** Bits of the {@link families} it runs on. */
  readonly runsOn: number;
}

const DESKTOP = families.mac | families.windows | families.linux;
/** What `user-agent.ts` writes in a way of its own; shares in percent. */
const LEADING_NAMES: readonly (readonly [name: string, percent: number, runsOn: number])[] = [
  ['Chrome', 54.8, DESKTOP],
  ['Firefox', 27.1, DESKTOP],
  ['Other', 3.7, families.other],
  ['Safari', 3.0, families.mac],
  ['IE', 1.9, families.windows],
  ['Chromium', 1.4, families.linux],
  ['Mobile Safari', 0.9, families.ios],
  ['PingdomBot', 0.8, families.other],
  ['Chrome Mobile', 0.7, families.android],
  ['Opera', 0.5, DESKTOP],
  ['Iceweasel', 0.5, families.linux],
  ['Googlebot', 0.5, families.other],
  ['Edge', 0.3, families.windows],
  ['Chrome Mobile iOS', 0.25, families.ios],
  ['Android', 0.15, families.android],
  ['IE Mobile', 0.08, families.phone],
  ['Opera Mini', 0.02, families.phone],
];

/** Entries are drawn with `alias`. */
export interface Agents {
  readonly alias: AliasTable;
  /** `{"agent": "\"…\"", "useragent": {"os": …, "os_name": …, "name": …}, "geoip": `. */
  readonly fields: TextArena;
  /** Number of characters of the agent as it is written in JSON, its escaped quotes included. */
  readonly lengths: Uint16Array;
}

/** What stands before the agent in `fields`. */
export const AGENT_PREFIX = '{"agent": "';

/** Builds the table of agents; always the same. */
export function buildAgents(): Agents {
  const random = new TableRandom(201);
  const weights = rankWeights(AGENT_COUNT, [
    { rank: 1, share: 0.035 },
    { rank: 10, share: 0.248 },
    { rank: 100, share: 0.724 },
    { rank: 1000, share: 0.949 },
  ]);
  const names = listNames(random);
  const nameOf = apportion(
    weights,
    names.map(({ share }) => share),
  );
  const systems = listOperatingSystems();
  const systemOf = apportion(
    weights,
    systems.map(({ share }) => share),
    (entry, system) => ((names[nameOf[entry] ?? 0]?.runsOn ?? 0) & (systems[system]?.family ?? 0)) !== 0,
  );
  const used = new Set<string>();
  const agents: string[] = [];
  const texts: string[] = [];
  for (let i = 0; i < AGENT_COUNT; i++) {
    const name = names[nameOf[i] ?? 0];
    const system = systems[systemOf[i] ?? 0];
    if (name === undefined || system === undefined) throw new RangeError('An agent without a name or a system.');
    const agent = jsonText(`"${uniqueUserAgent(name.name, system, random, used)}"`);
    agents.push(agent);
    texts.push(`${AGENT_PREFIX}${agent}", "useragent": {"os": "${system.os}", "os_name": "${system.name}", "name": "${name.name}"}, "geoip": `);
  }
  return { alias: aliasTable(weights), fields: packTexts(texts), lengths: new Uint16Array(agents.map(({ length }) => length)) };
}

function uniqueUserAgent(name: string, system: OperatingSystem, random: TableRandom, used: Set<string>): string {
  for (let attempt = 0; ; attempt++) {
    const text = writeUserAgent(name, system, random, attempt);
    if (used.has(text)) continue;
    used.add(text);
    return text;
  }
}

/** The names that stand out, and many rare ones: mostly robots and libraries, some browsers. Their shares fall like 1 / (rank + 4). */
function listNames(random: TableRandom): readonly AgentName[] {
  const leading = LEADING_NAMES.map(([name, percent, runsOn]) => ({ name, share: percent / 100, runsOn }));
  const rest = 1 - leading.reduce((sum, { share }) => sum + share, 0);
  const words = makeWords(NAME_COUNT - leading.length, random);
  const scale = words.reduce((sum, _, i) => sum + 1 / (i + 4), 0);
  const rare = words.map((word, i) => {
    const kind = i % 5;
    const name = capitalised(word) + (kind < 2 ? 'Browser' : kind === 2 ? 'lib' : 'Bot');
    return { name, share: rest / (i + 4) / scale, runsOn: kind < 2 ? DESKTOP : families.other };
  });
  return [...leading, ...rare];
}
