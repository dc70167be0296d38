// generate-data: documents that fit a mapping. Not in this version.

import { switchFlag, valueFlag } from '../args/flag.ts';
import { readInteger, readText } from '../args/grammar.ts';
import { defineFutureCommand } from './not-built.ts';
import { commonFlags, groups } from './shared-flags.ts';

const text = (long: string, short: string, description: string, isRequired = false) =>
  valueFlag(long, { short, description, group: groups.command, isRequired, fallback: null, parse: readText });

export const generateDataCommand = defineFutureCommand({
  name: 'generate-data',
  summary: 'Generate documents.',
  description: 'Generates documents that fit a mapping, or with a module of your own.',
  flags: {
    indexMappings: text('index-mappings', 'i', 'File of mappings.'),
    customModule: text('custom-module', 'm', 'Module that makes the documents.'),
    totalSize: valueFlag('total-size', {
      short: 's',
      description: 'Size in GiB.',
      group: groups.command,
      placeholder: 'N',
      isRequired: true,
      fallback: 0,
      defaultText: null,
      parse: (value) => readInteger(value, 1),
    }),
    indexName: text('index-name', 'n', 'Name of the index.', true),
    outputPath: valueFlag('output-path', {
      short: 'p',
      description: 'Directory to write to.',
      group: groups.command,
      placeholder: 'PATH',
      fallback: './generated_corpora',
      parse: (value) => value,
    }),
    customConfig: text('custom-config', 'c', 'File of settings.'),
    testDocument: switchFlag('test-document', { short: 't', description: 'Print one document and stop.', group: groups.command }),
    ...commonFlags,
  },
  exclusive: [['indexMappings', 'customModule']],
  oneOf: [['indexMappings', 'customModule']],
});
