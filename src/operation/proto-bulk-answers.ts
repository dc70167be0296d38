// Reads the answers to bulks over gRPC into outcomes.
import { BulkResponseReader } from '../grpc/bulk-message.ts';
import { FailedItems } from './failed-items.ts';
import type { Outcome } from './operation.ts';

/** One of these serves for all answers of a client. */
export class ProtoBulkAnswers {
  private readonly reader = new BulkResponseReader();

  /** Reads the answer to a bulk of so many documents. Throws `MalformedMessage`. */
  read(answer: Buffer, documents: number, outcome: Outcome): void {
    outcome.weight = documents;
    outcome.unit = 'docs';
    outcome.documents = documents;
    const { hasErrors, items } = this.reader.read(answer);
    if (!hasErrors && items === documents) return;
    const failed = new FailedItems();
    this.reader.eachFailure(answer, ({ status, type, reason }) => failed.add({ status: String(status), type, reason }));
    failed.addMissing(documents - items);
    const errors = failed.sum();
    const description =
      errors.count > 0 ? errors.description : 'The answer tells of errors, and of no item that failed.';
    outcome.fail('bulk', description);
    outcome.failedDocuments = errors.kinds;
  }
}
