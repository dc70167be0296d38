// download, install, start, stop: provisioning of a node step by step. Not in this version.

import { choiceFlag, valueFlag } from '../args/flag.ts';
import { readDictionaryText, readInteger, readList, readText } from '../args/grammar.ts';
import { defineFutureCommand } from './not-built.ts';
import { commonFlags, distributionVersionFlag, groups, nodeFlags, preserveInstallFlag, provisioningFlags, testRunIdFlag } from './shared-flags.ts';

const text = (long: string, description: string) => valueFlag(long, { description, group: groups.command, fallback: null, parse: readText });
const textOr = (long: string, description: string, fallback: string) =>
  valueFlag(long, { description, group: groups.command, fallback, parse: (value) => value });
const list = (long: string, description: string) => valueFlag(long, { description, group: groups.command, fallback: [], parse: readList });

const installationIdFlag = valueFlag('installation-id', {
  description: 'What "install" printed.',
  group: groups.command,
  placeholder: 'ID',
  isRequired: true,
  fallback: null,
  parse: readText,
});

export const downloadCommand = defineFutureCommand({
  name: 'download',
  summary: 'Download a distribution of OpenSearch.',
  description: 'Downloads a distribution and prints its path as JSON.',
  flags: {
    distributionVersion: distributionVersionFlag,
    ...provisioningFlags,
    targetOs: text('target-os', 'Operating system that it is for.'),
    targetArch: text('target-arch', 'Processor that it is for.'),
    ...commonFlags,
  },
});

export const installCommand = defineFutureCommand({
  name: 'install',
  summary: 'Install a node of OpenSearch.',
  description: 'Installs and configures a node and prints the id of the installation as JSON.',
  flags: {
    distributionVersion: distributionVersionFlag,
    ...provisioningFlags,
    ...nodeFlags,
    buildType: choiceFlag('build-type', {
      description: 'Kind of build.',
      group: groups.command,
      isHidden: true,
      choices: ['tar', 'docker'],
      fallback: 'tar',
    }),
    networkHost: textOr('network-host', 'Address to bind to.', '127.0.0.1'),
    httpPort: valueFlag('http-port', {
      description: 'Port of HTTP.',
      group: groups.command,
      fallback: 39200,
      parse: (value) => readInteger(value, 1),
    }),
    nodeName: textOr('node-name', 'Name of the node.', 'benchmark-node-0'),
    masterNodes: list('master-nodes', 'Names of the nodes that may lead the cluster.'),
    seedHosts: list('seed-hosts', 'Addresses to find other nodes at.'),
    ...commonFlags,
  },
});

export const startCommand = defineFutureCommand({
  name: 'start',
  summary: 'Start an installed node.',
  description: 'Starts a node that was installed before.',
  flags: {
    installationId: installationIdFlag,
    testRunId: { ...testRunIdFlag, isRequired: true },
    runtimeJdk: nodeFlags.runtimeJdk,
    telemetry: list('telemetry', 'Telemetry devices.'),
    telemetryParams: valueFlag('telemetry-params', {
      description: 'Their parameters.',
      group: groups.command,
      fallback: '',
      parse: readDictionaryText,
    }),
    ...commonFlags,
  },
});

export const stopCommand = defineFutureCommand({
  name: 'stop',
  summary: 'Stop a node.',
  description: 'Stops a node that was started before.',
  flags: { installationId: installationIdFlag, preserveInstall: preserveInstallFlag, ...commonFlags },
});
