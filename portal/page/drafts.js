import { Refused } from './api.js';

const SECONDS_BETWEEN_SAVES = 5;
const SECONDS_KEPT = 14 * 24 * 3600;
// The API takes 300,000 bytes; a longer draft stays in this browser.
const MOST_BYTES = 290_000;

const now = () => Date.now() / 1000;

/** What is entered so far: at once in this browser, and soon after on the server, for another one. */
export class Drafts {
  /** What is to be sent. @type {{ taskId: string, draft: Draft, done: DraftSent } | undefined} */
  #next;
  /** @type {number | undefined} */
  #timer;

  /** @param {Api} api @param {WorkerStorage} storage */
  constructor(api, storage) {
    this.api = api;
    this.storage = storage;
    for (const name of storage.names('draft/')) {
      const draft = this.#stored(name);
      if (!draft || !(draft.saved > now() - SECONDS_KEPT)) storage.delete(name);
    }
  }
  /** @param {string} name @returns {Draft | null} */
  #stored(name) {
    return this.storage.get(name);
  }

  /** The newest draft of a task; undefined if there is none. @param {Task} task @returns {Draft | undefined} */
  of({ taskId, draft }) {
    const drafts = [this.#stored(`draft/${taskId}`), draft].filter(candidate => candidate?.value);
    return /** @type {Draft[]} */ (drafts).sort((draft, other) => other.saved - draft.saved)[0];
  }
  /**
   * Keeps a draft in this browser; returns whether that worked.
   * @param {string} taskId @param {Omit<Draft, 'saved'>} draft
   */
  keepHere(taskId, { value, seconds }) {
    return this.storage.set(`draft/${taskId}`, { value, seconds, saved: now() });
  }
  /**
   * Keeps a draft here, and on the server before long; `done` hears why it could not, or null.
   * @param {string} taskId @param {Omit<Draft, 'saved'>} draft @param {DraftSent} done
   */
  keep(taskId, draft, done) {
    this.#next = { taskId, draft: { ...draft, saved: now() }, done };
    this.#timer ??= setTimeout(() => this.send(), 1000 * SECONDS_BETWEEN_SAVES);
    return this.keepHere(taskId, draft);
  }
  /** Sends what is not on the server yet. */
  async send() {
    const next = this.#next;
    this.stop();
    if (!next || new Blob([JSON.stringify(next.draft)]).size > MOST_BYTES) return;
    try {
      await this.api.draft(next.taskId, next.draft);
      next.done(null);
    } catch (error) {
      if (!(error instanceof Refused)) return;
      next.done(error);
      if (!error.passing || this.#next) return;
      this.#next = next;
      this.#timer = setTimeout(() => this.send(), 1000 * SECONDS_BETWEEN_SAVES);
    }
  }
  /** Sends nothing more of what is waiting. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#next = undefined;
  }
  /** @param {string} taskId */
  forget(taskId) {
    this.storage.delete(`draft/${taskId}`);
  }
}
