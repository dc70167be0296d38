// User agents: the texts that browsers, robots and libraries send, with the systems on which they run.
import { listOperatingSystems, type OperatingSystem, systemFamilies } from './operating-systems.ts';
import { TableRandom } from './random.ts';
import { jsonText, packTexts, type TextArena } from './text-arena.ts';
import { writeUserAgent } from './user-agent.ts';
import { type AliasTable, aliasTable, apportion, rankWeights } from './weights.ts';
import { capitalised, makeWords } from './word-list.ts';

const AGENT_COUNT = 8733;
const NAME_COUNT = 208;

/** A browser, a robot or a library. */
export interface AgentName {
  readonly name: string;
  /** Its share of all events. */
  readonly share: number;
  /** The {@link systemFamilies} on which it runs, as bits. */
  readonly runsOn: number;
}

const DESKTOP = systemFamilies.mac | systemFamilies.windows | systemFamilies.linux;
/** The names with a form of user agent of their own, most frequent first. Shares are in percent. */
const LEADING_NAMES: readonly (readonly [name: string, percent: number, runsOn: number])[] = [
  ['Chrome', 54.8, DESKTOP],
  ['Firefox', 27.1, DESKTOP],
  ['Other', 3.7, systemFamilies.other],
  ['Safari', 3.0, systemFamilies.mac],
  ['IE', 1.9, systemFamilies.windows],
  ['Chromium', 1.4, systemFamilies.linux],
  ['Mobile Safari', 0.9, systemFamilies.ios],
  ['PingdomBot', 0.8, systemFamilies.other],
  ['Chrome Mobile', 0.7, systemFamilies.android],
  ['Opera', 0.5, DESKTOP],
  ['Iceweasel', 0.5, systemFamilies.linux],
  ['Googlebot', 0.5, systemFamilies.other],
  ['Edge', 0.3, systemFamilies.windows],
  ['Chrome Mobile iOS', 0.25, systemFamilies.ios],
  ['Android', 0.15, systemFamilies.android],
  ['IE Mobile', 0.08, systemFamilies.phone],
  ['Opera Mini', 0.02, systemFamilies.phone],
];

/** The table of user agents. Entries are drawn with `alias`. */
export interface Agents {
  readonly alias: AliasTable;
  /** The text of each entry: `{"agent": "\"…\"", "useragent": {"os": …, "os_name": …, "name": …}, "geoip": `. */
  readonly fields: TextArena;
  /** How many characters the agent of each entry has in JSON, its escaped quotes included. */
  readonly lengths: Uint16Array;
}

/** The text before the agent in {@link Agents.fields}. */
export const AGENT_PREFIX = '{"agent": "';

/** Builds the table of user agents. It is always the same one. */
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
    const parsed = `{"os": "${system.os}", "os_name": "${system.name}", "name": "${name.name}"}`;
    texts.push(`${AGENT_PREFIX}${agent}", "useragent": ${parsed}, "geoip": `);
  }
  return {
    alias: aliasTable(weights),
    fields: packTexts(texts),
    lengths: new Uint16Array(agents.map(({ length }) => length)),
  };
}

function uniqueUserAgent(name: string, system: OperatingSystem, random: TableRandom, used: Set<string>): string {
  for (let attempt = 0; ; attempt++) {
    const text = writeUserAgent(name, system, random, attempt);
    if (used.has(text)) continue;
    used.add(text);
    return text;
  }
}

/**
 * The leading names, and many rare ones of browsers, libraries and robots. The shares of the rare ones fall like 1 /
 * (rank + 4).
 */
function listNames(random: TableRandom): readonly AgentName[] {
  const leading = LEADING_NAMES.map(([name, percent, runsOn]) => ({ name, share: percent / 100, runsOn }));
  const rest = 1 - leading.reduce((sum, { share }) => sum + share, 0);
  const words = makeWords(NAME_COUNT - leading.length, random);
  const scale = words.reduce((sum, _, i) => sum + 1 / (i + 4), 0);
  const rare = words.map((word, i) => {
    const kind = i % 5;
    const name = capitalised(word) + (kind < 2 ? 'Browser' : kind === 2 ? 'lib' : 'Bot');
    return { name, share: rest / (i + 4) / scale, runsOn: kind < 2 ? DESKTOP : systemFamilies.other };
  });
  return [...leading, ...rare];
}
