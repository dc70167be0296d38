// The banners above a command's output and above the summary.

/** Six lines that say which program is at work. */
export const banner: readonly string[] = [
  '      _____________',
  '    /   .   |   .   \\',
  '   /  .     |     .  \\      O p e n S e a r c h',
  "  |   .    ,O'    .   |      B e n c h m a r k",
  "   \\     ,'          /",
  "    '---------------'",
];

/** Heading of the summary of a test run: nine lines, as scripts that skip the heading expect. */
export const summaryHeading: readonly string[] = [
  '',
  '+-----------------------------------------+',
  '|                                         |',
  '|                                         |',
  '|              Final  Score               |',
  '|                                         |',
  '|                                         |',
  '+-----------------------------------------+',
  '',
];
