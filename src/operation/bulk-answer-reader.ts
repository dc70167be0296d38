// Reads the answers to bulk requests: of most of them only the first bytes, which say that there were no errors.
import type { Answer } from '../transport/answer.ts';
import { decodeBody, decodeHead, whyUnreadable } from './body.ts';
import { readBulkErrors, saysNoErrors } from './bulk-answer.ts';
import type { Outcome } from './operation.ts';
import { jsonPath, scanNumber } from './scan.ts';

const TOOK = jsonPath('took');

/** The reading of one client's answers: told before each request how many documents it has. */
export class BulkAnswerReader {
  private readonly detailed: boolean;
  private documents = 0;
  private hasNoErrors = false;
  private took: number | undefined;

  /** @param detailed whether the time that the server took and the numbers of items go with each sample */
  constructor(detailed: boolean) {
    this.detailed = detailed;
  }

  /** The next answer is that to so many documents. */
  expect(documents: number): void {
    this.documents = documents;
    this.hasNoErrors = false;
    this.took = undefined;
  }

  /** See `RequestOperation.needsWholeBody`. */
  needsWholeBody(answer: Answer): boolean {
    const head = decodeHead(answer);
    this.hasNoErrors = saysNoErrors(head);
    if (this.detailed) this.took = scanNumber(head, TOOK);
    return !this.hasNoErrors;
  }

  /** See `RequestOperation.read`. */
  read(answer: Answer, outcome: Outcome): void {
    outcome.weight = this.documents;
    outcome.unit = 'docs';
    outcome.documents = this.documents;
    const errorCount = this.hasNoErrors ? 0 : this.readErrors(answer, outcome);
    if (!this.detailed) return;
    outcome.details = new Map([
      ['took', this.took ?? 0],
      ['success-count', this.documents - errorCount],
      ['error-count', errorCount],
    ]);
  }

  private readErrors(answer: Answer, outcome: Outcome): number {
    const errors = answer.isWhole ? readBulkErrors(decodeBody(answer), this.documents) : null;
    if (errors === null) {
      const reason = whyUnreadable(answer);
      const example = `The answer to a bulk request cannot be read: ${reason}. Its items count as failed.`;
      outcome.fail('bulk', example);
      outcome.failedDocuments = [{ kind: 'unreadable answer', count: this.documents, example }];
      return this.documents;
    }
    if (errors.count > 0) outcome.fail('bulk', errors.description);
    outcome.failedDocuments = errors.kinds;
    return errors.count;
  }
}
