// The operating systems in user agents, and how often each version is seen.

/** Families of systems, as bits. They decide which browsers run on a system. */
export const systemFamilies = { mac: 1, windows: 2, linux: 4, ios: 8, android: 16, other: 32, phone: 64 } as const;

/** One version of an operating system. */
export interface OperatingSystem {
  /** Name with version: `Mac OS X 10.11.3`. */
  readonly os: string;
  /** Name without version: `Mac OS X`. */
  readonly name: string;
  /** Empty if the system is seen in one version only. */
  readonly version: string;
  /** Its share of all events. */
  readonly share: number;
  /** One of {@link systemFamilies}. */
  readonly family: number;
}

/** The systems that are seen in one version only, with their shares in percent. */
const SINGLE_VERSIONS: readonly (readonly [name: string, percent: number, family: keyof typeof systemFamilies])[] = [
  ['Windows 7', 25.7, 'windows'],
  ['Linux', 10.6, 'linux'],
  ['Windows 10', 9.2, 'windows'],
  ['Other', 7.1, 'other'],
  ['Ubuntu', 6.1, 'linux'],
  ['Windows 8.1', 5.1, 'windows'],
  ['Windows XP', 0.45, 'windows'],
  ['Windows 8', 0.35, 'windows'],
  ['Windows Vista', 0.12, 'windows'],
  ['Debian', 0.1, 'linux'],
  ['FreeBSD', 0.03, 'linux'],
  ['Arch Linux', 0.02, 'linux'],
  ['Linux Mint', 0.02, 'linux'],
  ['Windows 2000', 0.015, 'windows'],
  ['CentOS', 0.012, 'linux'],
  ['Red Hat', 0.012, 'linux'],
  ['SUSE', 0.01, 'linux'],
  ['Gentoo', 0.01, 'linux'],
  ['Mageia', 0.006, 'linux'],
  ['Kubuntu', 0.006, 'linux'],
  ['OpenBSD', 0.005, 'linux'],
  ['Slackware', 0.004, 'linux'],
  ['Mandriva', 0.003, 'linux'],
  ['PCLinuxOS', 0.003, 'linux'],
  ['NetBSD', 0.003, 'linux'],
  ['Solaris', 0.003, 'linux'],
  ['Windows 98', 0.003, 'windows'],
  ['Windows NT', 0.003, 'windows'],
  ['Windows CE', 0.003, 'phone'],
  ['Firefox OS', 0.003, 'phone'],
  ['Bada', 0.002, 'phone'],
  ['webOS', 0.002, 'phone'],
  ['Maemo', 0.002, 'phone'],
  ['Tizen', 0.004, 'phone'],
];

interface VersionedSystem {
  readonly name: string;
  readonly family: keyof typeof systemFamilies;
  /** The versions that stand out, with their shares in percent. */
  readonly leading: readonly (readonly [version: string, percent: number])[];
  /** The other versions in the order of their shares, which fall like 1 / (rank + 3). */
  readonly following: readonly string[];
  /** The share of all following versions together, in percent. */
  readonly followingPercent: number;
}

const spread = (prefix: string, minors: readonly number[]): readonly string[] =>
  minors.map((minor) => `${prefix}${minor}`);

const VERSIONED: readonly VersionedSystem[] = [
  {
    name: 'Mac OS X',
    family: 'mac',
    leading: [
      ['10.11.3', 9.7],
      ['10.10.5', 6.2],
      ['10.11.4', 4.8],
    ],
    following: [
      ...[
        '10.11',
        '10.9.5',
        '10.11.2',
        '10.10',
        '10.11.1',
        '10.10.4',
        '10.11.5',
        '10.10.3',
        '10.9',
        '10.8.5',
        '10.6.8',
        '10.10.2',
        '10.7.5',
        '10.11.6',
      ],
      ...[
        '10.12',
        '10.10.1',
        '10.9.4',
        '10.9.2',
        '10.8',
        '10.9.3',
        '10.10.0',
        '10.7',
        '10.6',
        '10.9.1',
        '10.11.0',
        '10.8.4',
        '10.8.3',
        '10.8.2',
        '10.7.4',
      ],
      ...[
        '10.7.3',
        '10.12.1',
        '10.9.0',
        '10.6.7',
        '10.8.0',
        '10.5.8',
        '10.6.4',
        '10.7.2',
        '10.6.6',
        '10.12.2',
        '10.8.1',
        '10.5',
        '10.7.1',
      ],
    ],
    followingPercent: 10.5,
  },
  {
    name: 'iOS',
    family: 'ios',
    leading: [],
    following: [
      ...[
        '9.2.1',
        '9.3',
        '9.2',
        '9.3.1',
        '9.1',
        '8.4.1',
        '9.0.2',
        '9.3.2',
        '8.1.2',
        '7.1.2',
        '8.4',
        '9.0.1',
        '8.3',
        '8.1.3',
        '9.0',
        '8.2',
        '8.1',
        '8.1.1',
        '7.1.1',
      ],
      ...[
        '8.0.2',
        '7.0.4',
        '6.1.3',
        '7.1',
        '7.0.6',
        '6.1',
        '5.1.1',
        '7.0',
        '6.0',
        '7.0.3',
        '7.0.2',
        '6.1.4',
        '6.0.1',
        '5.1',
        '5.0.1',
        '10.0',
        '4.3.5',
        '6.1.6',
        '4.2.1',
      ],
    ],
    followingPercent: 1.2,
  },
  {
    name: 'Android',
    family: 'android',
    leading: [],
    following: [
      ...[
        '5.1.1',
        '6.0.1',
        '5.0.2',
        '4.4.2',
        '6.0',
        '5.1',
        '5.0',
        '4.4.4',
        '4.2.2',
        '4.1.2',
        '5.0.1',
        '4.4.3',
        '4.3',
        '4.4.1',
        '4.0.4',
        '4.0.3',
        '4.1.1',
        '4.2.1',
      ],
      ...['2.3.6', '2.3.5', '4.4', '2.3.4', '2.2.1', '2.3.3', '4.2', '3.2', '2.2', '2.1', '4.0', '3.1', '7.0', '2.3.7'],
    ],
    followingPercent: 0.9,
  },
  {
    name: 'Fedora',
    family: 'linux',
    leading: [['23', 0.5]],
    following: spread('', [22, 24, 21, 20, 19, 18, 17]),
    followingPercent: 0.3,
  },
  {
    name: 'Ubuntu',
    family: 'linux',
    leading: [],
    following: ['14.04', '15.10', '12.04', '10.04', '11.10', '9.10', '8.04', '16.04', '13.10'],
    followingPercent: 0.3,
  },
  {
    name: 'Linux',
    family: 'linux',
    leading: [],
    following: spread('3.', [13, 16, 10, 2, 19, 0, 8, 4, 1]),
    followingPercent: 0.3,
  },
  {
    name: 'Chrome OS',
    family: 'linux',
    leading: [],
    following: spread('', [7834, 7647, 7520, 7390, 7262, 7077, 6946, 6812, 6680, 6457, 6310, 6158, 5978, 5841]),
    followingPercent: 0.2,
  },
  {
    name: 'Windows Phone',
    family: 'phone',
    leading: [],
    following: ['8.1', '8.0', '10.0', '7.5', '7.0'],
    followingPercent: 0.06,
  },
  {
    name: 'BlackBerry OS',
    family: 'phone',
    leading: [],
    following: ['10.3.2', '10.2.1', '10.3.1', '7.1.0', '7.0.0', '6.0.0', '5.0.0'],
    followingPercent: 0.02,
  },
  { name: 'Symbian OS', family: 'phone', leading: [], following: ['9.4', '9.2', '9.3', '9.1'], followingPercent: 0.01 },
];

/** All operating systems in all versions. Their shares sum up to about 1. */
export function listOperatingSystems(): readonly OperatingSystem[] {
  return [
    ...SINGLE_VERSIONS.map(([name, percent, family]) => ({
      os: name,
      name,
      version: '',
      share: percent / 100,
      family: systemFamilies[family],
    })),
    ...VERSIONED.flatMap(versionsOf),
  ];
}

function versionsOf(system: VersionedSystem): readonly OperatingSystem[] {
  const scale = system.following.reduce((sum, _, i) => sum + 1 / (i + 3), 0);
  const following = system.following.map((version, i) => [version, system.followingPercent / (i + 3) / scale] as const);
  return [...system.leading, ...following].map(([version, percent]) => ({
    os: `${system.name} ${version}`,
    name: system.name,
    version,
    share: percent / 100,
    family: systemFamilies[system.family],
  }));
}
