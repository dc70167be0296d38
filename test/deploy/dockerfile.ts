// Reads a Dockerfile for tests, with the parser of an editor's language server.
import { readFileSync } from 'node:fs';
import { type Dockerfile, DockerfileParser } from 'dockerfile-ast';

export const parseDockerfile = (path: string): Dockerfile => DockerfileParser.parse(readFileSync(path, 'utf8'));

/** What follows a keyword, for each of its occurrences; of RUN only the command, without mounts and continued lines. */
export const commandsOf = (file: Dockerfile, keyword: string): readonly string[] =>
  file
    .getInstructions()
    .filter((instruction) => instruction.getKeyword() === keyword)
    .map((instruction) =>
      (instruction.getArgumentsContent() ?? '').replace(/\\\n\s*/g, '').replace(/^(--\S+\s+)*/, ''),
    );
