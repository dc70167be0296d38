// Undoes the first step of bzip2: four equal bytes are followed by a byte that says how many more of them there are.

/** Equal bytes before the number of further ones. */
const RUN = 4;

/** The content of a block. If it has no runs, that is what is given. */
export function expandRuns(packed: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const numbers = placesOfNumbers(packed);
  if (numbers.length === 0) return packed;
  const size = numbers.reduce((sum, place) => sum + (packed[place] ?? 0) - 1, packed.length);
  const content = new Uint8Array(size);
  let [read, written] = [0, 0];
  for (const place of numbers) {
    content.set(packed.subarray(read, place), written);
    written += place - read;
    const more = packed[place] ?? 0;
    content.fill(packed[place - 1] ?? 0, written, written + more);
    written += more;
    read = place + 1;
  }
  content.set(packed.subarray(read), written);
  return content;
}

/** Where a byte is a number of further bytes. A run at the end of a block may lack it. */
function placesOfNumbers(packed: Uint8Array): readonly number[] {
  const places: number[] = [];
  let [equal, last] = [1, -1];
  for (let index = 0; index < packed.length; index++) {
    const byte = packed[index] ?? 0;
    if (byte !== last) {
      equal = 1;
      last = byte;
      continue;
    }
    if (++equal < RUN) continue;
    index++;
    if (index < packed.length) places.push(index);
    equal = 1;
    last = -1;
  }
  return places;
}
