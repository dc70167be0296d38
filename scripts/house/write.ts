// `npm run house`: writes what is made from the table of rooms.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package.ts';
import { PICTURE_FILE, WALLS_FILE, wallsText, withPicture } from './generated.ts';

const page = join(packageRoot, PICTURE_FILE);
writeFileSync(join(packageRoot, WALLS_FILE), wallsText());
writeFileSync(page, withPicture(readFileSync(page, 'utf8')));
