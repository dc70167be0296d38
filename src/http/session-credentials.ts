// Loads credentials by the default chain of AWS (`amazon_aws_log_in:session`): environment, profiles, single sign-on,
// container, instance.
import { BenchmarkError, messageOf } from '../errors.ts';
import type { AwsCredentials } from './client-options.ts';

/** What the chain has found. */
export interface SessionCredentials {
  readonly credentials: AwsCredentials;
  /** Wall time in ms at which the credentials end; `null` if they do not. */
  readonly expiresAt: number | null;
}

/**
 * Loads the chain's library, which is optional, and asks it. Rejects with `CREDENTIALS`, which says what is missing.
 */
export async function loadSessionCredentials(): Promise<SessionCredentials> {
  const provider = await importChain();
  try {
    const identity = await withLimit(provider.defaultProvider()());
    return {
      credentials: {
        accessKeyId: identity.accessKeyId,
        secretAccessKey: identity.secretAccessKey,
        sessionToken: identity.sessionToken ?? null,
      },
      expiresAt: identity.expiration?.getTime() ?? null,
    };
  } catch (error) {
    throw new BenchmarkError('CREDENTIALS', `amazon_aws_log_in:session found no AWS credentials: ${messageOf(error)}`, {
      hint: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine a role',
      cause: error,
    });
  }
}

/** Limit for the chain, whose programs and services may never answer. */
const limitMillis = 30_000;

async function withLimit<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMillis / 1000} s`)), limitMillis);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function importChain(): Promise<typeof import('@aws-sdk/credential-provider-node')> {
  try {
    return await import('@aws-sdk/credential-provider-node');
  } catch (error) {
    throw new BenchmarkError(
      'CREDENTIALS',
      'amazon_aws_log_in:session needs the optional package @aws-sdk/credential-provider-node, which is not installed.',
      {
        hint: 'npm install @aws-sdk/credential-provider-node, or use amazon_aws_log_in:environment',
        cause: error,
      },
    );
  }
}
