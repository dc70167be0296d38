// Reads the command lines of units, images and manifests with the parser of the programs: what they type must exist.
import assert from 'node:assert/strict';
import { benchmarkProgram, daemonProgram, type Program } from '../../src/cli/program.ts';

const programs: Readonly<Record<string, Program>> = {
  'opensearch-benchmark': benchmarkProgram,
  osb: benchmarkProgram,
  'opensearch-benchmarkd': daemonProgram,
  osbd: daemonProgram,
};

/** Fails if the program, the command or one of its flags does not exist, or if one that is required is missing. */
export function parseCommand([name = '', verb = '', ...words]: readonly string[]): void {
  const program = programs[name];
  assert.ok(program !== undefined, `There is no program ${name}`);
  const command = program.commands.find((known) => known.name === verb || known.aliases.includes(verb));
  assert.ok(command !== undefined, `${name} has no command ${verb}`);
  assert.ok(command.isBuilt, `${name} ${verb} is not in this version`);
  command.parse(verb, words);
}
