// Keeps the AWS credentials that requests are signed with, and renews those of a session before they end.
import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import { knownSecrets } from '../secrets.ts';
import type { AwsCredentials, SigV4Options } from './client-options.ts';
import { loadSessionCredentials } from './session-credentials.ts';

/** How long before their end credentials are renewed. */
const RENEW_BEFORE_MS = 300_000;
/** How long after an attempt to renew the next one may begin. */
const RETRY_AFTER_MS = 30_000;

/** Knows with which credentials a request is signed. */
export interface CredentialKeeper {
  /**
   * What to sign with now. Starts a renewal in the background when it is time; until that is done, the old credentials
   * are used.
   */
  scope(): { readonly credentials: AwsCredentials; readonly region: string; readonly service: string };
  /** Why the last renewal failed; `null` if it did not. */
  readonly renewalProblem: string | null;
}

type LoadCredentials = typeof loadSessionCredentials;

/** A keeper for the credentials of one cluster. Renewed ones are registered as secrets. */
export function createCredentialKeeper(
  options: SigV4Options,
  clock: Clock,
  load: LoadCredentials = loadSessionCredentials,
): CredentialKeeper {
  let { credentials, expiresAt } = options;
  let nextAttempt = 0;
  let renewalProblem: string | null = null;

  const renew = async (): Promise<void> => {
    try {
      const fresh = await load();
      credentials = fresh.credentials;
      knownSecrets.register(credentials.accessKeyId, credentials.secretAccessKey, credentials.sessionToken);
      expiresAt = fresh.expiresAt;
      renewalProblem = null;
    } catch (error) {
      renewalProblem = messageOf(error);
    }
  };

  return {
    scope() {
      const now = clock.wall();
      if (
        expiresAt !== null &&
        options.source === 'session' &&
        now >= expiresAt - RENEW_BEFORE_MS &&
        now >= nextAttempt
      ) {
        nextAttempt = now + RETRY_AFTER_MS;
        void renew();
      }
      return { credentials, region: options.region, service: options.service };
    },
    get renewalProblem() {
      return renewalProblem;
    },
  };
}
