// Reads the answers to searches, no further than the search wants.
import type { Answer, BodyUse } from '../transport/answer.ts';
import { type Assertion, assertOutcome } from './assertions.ts';
import { decodeBody, decodeHead, whyUnreadable } from './body.ts';
import type { Outcome } from './operation.ts';
import { nameDetails, readProfile, scanSearchDetails } from './search-details.ts';

/** What is wanted of the answer to a search. */
export interface SearchReading {
  /** `detailed-results`: the details of each answer are read. */
  readonly detailed: boolean;
  /** Names of entries of `breakdown` that are reported of a profiled search. */
  readonly profileMetrics: readonly string[];
  readonly assertions: readonly Assertion[];
}

/** The reading of one client's answers: told before each request what to expect. */
export class SearchAnswerReader {
  bodyUse: BodyUse = 'none';
  private readonly checksAssertions: boolean;
  private reading: SearchReading = { detailed: false, profileMetrics: [], assertions: [] };
  /** The details from the start of an answer; `null` while the whole body is needed for them. */
  private details: ReadonlyMap<string, string | number | boolean> | null = null;

  constructor(checksAssertions: boolean) {
    this.checksAssertions = checksAssertions;
  }

  /** The next answer is that of such a search. */
  expect(reading: SearchReading, isProfiled: boolean): void {
    this.reading = reading;
    this.details = null;
    this.bodyUse = isProfiled ? 'all' : reading.detailed ? 'peek' : 'none';
  }

  /** See `RequestOperation.needsWholeBody`. */
  needsWholeBody(answer: Answer): boolean {
    const details = scanSearchDetails(decodeHead(answer));
    // The relation follows the total. If it is not among the first bytes, the rest has to be read.
    if (details.took === undefined || details.timedOut === undefined || details.relation === undefined) return true;
    this.details = nameDetails(details);
    return false;
  }

  /** See `RequestOperation.read`. `whole` is the body of the answer, if it was decompressed already. */
  read(answer: Answer, outcome: Outcome, whole: Buffer | null = null): void {
    if (answer.isOtherThanJson) {
      outcome.fail('search', `The answer to a search is not JSON: ${whyUnreadable(answer)}.`);
      return;
    }
    if (this.bodyUse === 'none') return;
    const { detailed, profileMetrics, assertions } = this.reading;
    const isWanted = this.details === null || this.bodyUse === 'all';
    const body = whole ?? (isWanted ? decodeBody(answer) : null);
    if (detailed) outcome.details = body === null ? this.details : readDetails(answer, body, outcome);
    if (this.bodyUse === 'all' && body !== null) {
      outcome.profile = readProfile(body, profileMetrics);
      if (outcome.profile === null) outcome.fail('profile', 'The answer to a profiled search holds no profile.');
    }
    if (this.checksAssertions && assertions.length > 0) assertOutcome(assertions, outcome);
  }
}

/** The details of an answer that was read as a whole. One without `took`, such as the page of a proxy, is a failure. */
function readDetails(answer: Answer, body: Buffer, outcome: Outcome): ReadonlyMap<string, string | number | boolean> {
  const details = scanSearchDetails(body);
  if (details.took === undefined)
    outcome.fail('search', `The answer to a search cannot be read: ${whyUnreadable(answer)}.`);
  return nameDetails(details);
}
