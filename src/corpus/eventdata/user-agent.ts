// Writes user agents in the forms that browsers, robots and libraries use.
import { type OperatingSystem, systemFamilies } from './operating-systems.ts';
import type { TableRandom } from './random.ts';

/** Characters of the longest user agent. */
const LONGEST = 321;
const WINDOWS_VERSIONS: ReadonlyMap<string, string> = new Map([
  ['Windows 10', '10.0'],
  ['Windows 8.1', '6.3'],
  ['Windows 8', '6.2'],
  ['Windows 7', '6.1'],
  ['Windows Vista', '6.0'],
  ['Windows XP', '5.1'],
  ['Windows 2000', '5.0'],
  ['Windows NT', '4.0'],
]);

/**
 * A user agent of a browser on a system. Later attempts write rarer versions, so that a new text is found in the end.
 */
export function writeUserAgent(name: string, system: OperatingSystem, random: TableRandom, attempt: number): string {
  if (name === 'Chrome' || name === 'Chromium' || name === 'Opera' || name === 'Edge')
    return webKit(name, system, random, attempt);
  if (name === 'Firefox' || name === 'Iceweasel') return gecko(name, system, random, attempt);
  if (name === 'Safari') return safari(system, random, attempt);
  if (name === 'IE') return internetExplorer(system, random, attempt);
  if (system.family === systemFamilies.ios) return iosBrowser(name, system, random, attempt);
  if (system.family === systemFamilies.android) return androidBrowser(name, system, random, attempt);
  if (system.family === systemFamilies.phone) return phone(name, system, random, attempt);
  if (name === 'Other' || name.endsWith('lib')) return library(name, random, attempt);
  if (name === 'PingdomBot')
    return `PingdomBot_version_${version(random, 1, 1, attempt)}_(http://www.pingdom.example/)`;
  if (name.endsWith('Bot') || name === 'Googlebot') return robot(name, random, attempt);
  return `${webKit('Chrome', system, random, attempt)} ${name}/${version(random, 4, 3, 0)}`;
}

/**
 * A version of so many parts. After a failed attempt it has one more part, which may be the larger the more attempts
 * there were.
 */
function version(random: TableRandom, major: number, parts: number, attempt: number): string {
  const numbers = [random.integer(1, major)];
  for (let i = 1; i < parts; i++) numbers.push(random.integer(0, 9));
  if (attempt > 0) numbers.push(random.integer(0, attempt * 10));
  return numbers.join('.');
}

function desktopPlatform(system: OperatingSystem, random: TableRandom, macSeparator: string): string {
  if (system.family === systemFamilies.mac)
    return `Macintosh; Intel Mac OS X ${system.version.replaceAll('.', macSeparator)}`;
  if (system.family === systemFamilies.windows) {
    const machine = random.pickEarly(['; WOW64', '; WOW64', '; Win64; x64', '']);
    return `Windows NT ${WINDOWS_VERSIONS.get(system.name) ?? '5.0'}${machine}`;
  }
  const machine = random.pickEarly(['x86_64', 'x86_64', 'x86_64', 'i686']);
  if (system.name === 'Chrome OS') return `X11; CrOS ${machine} ${system.version}.${random.integer(0, 99)}.0`;
  if (system.name === 'Ubuntu') return `X11; Ubuntu; Linux ${machine}`;
  return system.name === 'Linux' ? `X11; Linux ${machine}` : `X11; ${system.name}; Linux ${machine}`;
}

function chromeVersion(random: TableRandom, attempt: number): string {
  const major = random.pickEarly([49, 48, 50, 47, 51, 46, 45, 52, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 33, 31]);
  const build = 2623 + (major - 49) * 80 + random.integer(0, Math.min(attempt, 9));
  return `${major}.0.${build}.${random.integer(70, 120 + attempt)}`;
}

function webKit(name: string, system: OperatingSystem, random: TableRandom, attempt: number): string {
  const chrome = `Chrome/${chromeVersion(random, attempt)}`;
  const engine = `Mozilla/5.0 (${desktopPlatform(system, random, '_')}) AppleWebKit/537.36 (KHTML, like Gecko)`;
  if (name === 'Chromium') return `${engine} Ubuntu Chromium/${chromeVersion(random, attempt)} ${chrome} Safari/537.36`;
  const suffix =
    name === 'Opera' ? ` OPR/${random.integer(28, 38)}.0.${random.integer(1600, 2200)}.${random.integer(20, 90)}` : '';
  return `${engine} ${chrome} Safari/537.36${name === 'Edge' ? ` Edge/13.${random.integer(10_000, 14_400)}` : suffix}`;
}

function gecko(name: string, system: OperatingSystem, random: TableRandom, attempt: number): string {
  const major = random.pickEarly([44, 45, 43, 38, 46, 42, 41, 40, 47, 39, 36, 35, 34, 31, 33, 30, 24, 28, 26, 17]);
  const number =
    attempt === 0
      ? `${major}.0`
      : `${major}.${random.integer(0, 9)}${attempt < 8 ? '' : `.${random.integer(1, attempt)}`}`;
  return `Mozilla/5.0 (${desktopPlatform(system, random, '.')}; rv:${number}) Gecko/20100101 ${name}/${number}`;
}

function safari(system: OperatingSystem, random: TableRandom, attempt: number): string {
  const major = random.pickEarly([601, 600, 537, 534, 602]);
  const build = `${major}.${random.integer(1, 9)}.${random.integer(1, 20 + attempt)}`;
  const engine = `Mozilla/5.0 (${desktopPlatform(system, random, '_')}) AppleWebKit/${build} (KHTML, like Gecko)`;
  const product = `Version/${random.integer(6, 9)}.${random.integer(0, 1)}.${random.integer(0, 9)}`;
  return `${engine} ${product} Safari/${build}`;
}

function internetExplorer(system: OperatingSystem, random: TableRandom, attempt: number): string {
  const platform = desktopPlatform(system, random, '.');
  let extras = '';
  // Most lists of installed runtimes are short, some are very long.
  const wanted = attempt + (random.unit() < 0.75 ? random.integer(0, 3) : random.integer(4, 18));
  for (let i = 0; i < wanted; i++) {
    const extra = random.pick([
      `; .NET CLR ${random.integer(1, 4)}.${random.integer(0, 5)}.${random.integer(1000, 50_727)}`,
      `; .NET4.0${random.pick(['C', 'E'])}`,
      '; SLCC2',
      '; Media Center PC 6.0',
      `; InfoPath.${random.integer(1, 3)}`,
      `; .NET CLR 3.5.${random.integer(20_000, 30_729)}`,
    ]);
    if (platform.length + extras.length + extra.length <= LONGEST - 51) extras += extra;
  }
  if (wanted < 4) return `Mozilla/5.0 (${platform}; Trident/7.0${extras}; rv:11.0) like Gecko`;
  const major = random.integer(7, 10);
  return `Mozilla/${major > 8 ? 5 : 4}.0 (compatible; MSIE ${major}.0; ${platform}; Trident/${major - 4}.0${extras})`;
}

function iosBrowser(name: string, system: OperatingSystem, random: TableRandom, attempt: number): string {
  const device = random.pickEarly(['iPhone; CPU iPhone OS', 'iPad; CPU OS', 'iPod touch; CPU iPhone OS']);
  const letters = ['A', 'B', 'C', 'D', 'E', 'F', 'G'];
  const build = `${random.integer(8, 14)}${random.pick(letters)}${random.integer(10, 450 + attempt)}`;
  const engine = `${random.pickEarly([601, 600, 537, 536])}.1.${random.integer(1, 50)}`;
  const product =
    name === 'Mobile Safari'
      ? `Version/${system.version.split('.')[0] ?? '9'}.0`
      : `CriOS/${chromeVersion(random, attempt)}`;
  const platform = `${device} ${system.version.replaceAll('.', '_')} like Mac OS X`;
  const start = `Mozilla/5.0 (${platform}) AppleWebKit/${engine} (KHTML, like Gecko)`;
  return `${start} ${product} Mobile/${build} Safari/${engine}`;
}

function androidBrowser(name: string, system: OperatingSystem, random: TableRandom, attempt: number): string {
  const model = `${random.pick(['SM-G', 'SM-N', 'GT-I', 'HTC ', 'LG-D', 'XT', 'Nexus '])}${random.integer(4, 9999)}`;
  const branch = random.pick(['LMY', 'MMB', 'KOT', 'LRX', 'JDQ']);
  const build = `${branch}${random.integer(10, 50 + attempt)}${random.pick(['X', 'H', 'F', 'G'])}`;
  const engine = `Mozilla/5.0 (Linux; Android ${system.version}; ${model} Build/${build}) AppleWebKit/`;
  if (name === 'Android') return `${engine}534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30`;
  return `${engine}537.36 (KHTML, like Gecko) Chrome/${chromeVersion(random, attempt)} Mobile Safari/537.36`;
}

function phone(name: string, system: OperatingSystem, random: TableRandom, attempt: number): string {
  const engine =
    name === 'Opera Mini' ? `Presto/2.12.${random.integer(100, 450)}` : `Trident/${random.integer(5, 7)}.0`;
  const model = `${random.pick(['NOKIA; Lumia ', 'HTC; Model ', 'RIM; Z'])}${random.integer(5, 1530 + attempt)}`;
  const product = `${name.replaceAll(' ', '')}/${version(random, 11, 2, attempt)}`;
  return `Mozilla/5.0 (${system.os}; ${engine}; ${model}) ${product}`;
}

const LIBRARIES = [
  'Ruby',
  'curl',
  'Wget',
  'Java',
  'Go-http-client',
  'libwww-perl',
  'python-requests',
  'okhttp',
  'PHP',
  'Apache-HttpClient',
  'FeedFetcher',
];

function library(name: string, random: TableRandom, attempt: number): string {
  const product = name === 'Other' ? random.pickEarly(LIBRARIES) : name;
  const platform = random.pick([
    '',
    '',
    '',
    ' (x86_64-pc-linux-gnu) libcurl/7.35.0 OpenSSL/1.0.1f zlib/1.2.8',
    ' (compatible; feeds and pages; +http://feeds.example/)',
  ]);
  return `${product}/${version(random, 7, 3, attempt)}${platform}`;
}

function robot(name: string, random: TableRandom, attempt: number): string {
  const form = random.integer(0, 2);
  const host = `${name.toLowerCase()}.example`;
  const product = `${name}/${version(random, 4, 2, attempt)}`;
  if (form === 0) return `${product} (+http://${host}/)`;
  return `Mozilla/5.0 (compatible; ${product}; +http://www.${host}/${form === 1 ? 'bot.html' : 'about/crawler'})`;
}
