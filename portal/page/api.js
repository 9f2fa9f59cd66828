import { texts } from './texts.js';

const LONGEST_WAIT = 30_000;
// API Gateway and Lambda take no more in one request.
const MOST_REQUEST_BYTES = 4_000_000;

/** A request that was not granted. `status` is that of HTTP, 0 where nothing answered. */
export class Refused extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
  /** Whether it may go better later. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * Fetches; a lost connection and every answer but a good one throw Refused.
 * @param {string} address @param {RequestInit} options
 */
export async function ask(address, options) {
  let response;
  try {
    response = await fetch(address, { signal: AbortSignal.timeout(LONGEST_WAIT), ...options });
  } catch {
    throw new Refused(0, texts.unreachable);
  }
  if (response.ok) return response;
  const { message } = await response.json().catch(() => ({}));
  throw new Refused(response.status, message ?? texts.failed(response.status));
}

/** The API of lambdas/worker_api.py, asked in the name of who signed in. */
export class Api {
  /** @param {string} address @param {Session} session */
  constructor(address, session) {
    this.address = address.replace(/\/$/, '');
    this.session = session;
  }

  /**
   * Resolves to what the API answered; null where it has nothing to say.
   * @param {string} method @param {string} path @param {object} [body]
   */
  async ask(method, path, body) {
    const request = async () =>
      ask(this.address + path, {
        method,
        headers: {
          Authorization: `Bearer ${await this.session.token()}`,
          ...(body && { 'Content-Type': 'application/json' }),
        },
        body: body && JSON.stringify(body),
      });
    let response;
    try {
      response = await request();
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      await this.session.renew();
      response = await request();
    }
    return response.status === 204 ? null : response.json();
  }
  /** @param {string} method @param {string} id @param {string} action @param {object} [body] */
  task(method, id, action, body) {
    return this.ask(method, `/tasks/${encodeURIComponent(id)}/${action}`, body);
  }

  /** @returns {Promise<JobSummary[]>} */
  async jobs() {
    return (await this.ask('GET', '/jobs')).jobs;
  }
  /**
   * The next task, beside the one called `after`; null where there is none now.
   * @param {string} job @param {string} [after] @returns {Promise<Task | null>}
   */
  claim(job, after) {
    const query = after ? `?after=${encodeURIComponent(after)}` : '';
    return this.ask('POST', `/jobs/${encodeURIComponent(job)}/claim${query}`);
  }
  /** @param {string} id @param {Draft} draft */
  draft(id, draft) {
    return this.task('PUT', id, 'draft', { draft });
  }
  /** @param {string} id */
  release(id) {
    return this.task('POST', id, 'release');
  }
  /** @param {string} id @param {string} reason */
  decline(id, reason) {
    return this.task('POST', id, 'decline', { reason });
  }

  /**
   * Hands an answer in, a long one by way of S3. May be called again with the same `entry`.
   * @param {OutboxEntry} entry
   */
  async answer(entry) {
    const content = JSON.stringify(entry.answer);
    if (new Blob([content]).size > MOST_REQUEST_BYTES) entry.answerUri ??= await this.upload(entry.taskId, content);
    const answer = entry.answerUri ? { answerUri: entry.answerUri } : { answerContent: entry.answer };
    return this.task('POST', entry.taskId, 'answer', { ...answer, timeSpentInSeconds: entry.seconds });
  }
  /** @param {string} id @param {string} content @returns {Promise<string>} its address in S3 */
  async upload(id, content) {
    const { url, answerUri } = await this.task('POST', id, 'upload');
    // A mask over a slow line takes longer than any other request.
    const signal = AbortSignal.timeout(10 * LONGEST_WAIT);
    await ask(url, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: content, signal });
    return answerUri;
  }
}
