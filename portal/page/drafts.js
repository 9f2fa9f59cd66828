const SECONDS_BETWEEN_SAVES = 5;
const SECONDS_KEPT = 14 * 24 * 3600;
// The API takes 300,000 bytes; a longer draft stays in this browser.
const MOST_BYTES = 290_000;

const now = () => Date.now() / 1000;

/** What is entered so far: at once in this browser, and soon after on the server, for another one. */
export class Drafts {
  #next;
  #timer;

  constructor(api, kept) {
    this.api = api;
    this.kept = kept;
    for (const name of kept.names('draft/')) {
      if (!(kept.get(name)?.saved > now() - SECONDS_KEPT)) kept.delete(name);
    }
  }

  /** The newest draft of a task: {value, seconds, saved}; undefined if there is none. */
  of({ taskId, draft }) {
    const found = [this.kept.get(`draft/${taskId}`), draft].filter(one => one?.value);
    return found.sort((one, other) => other.saved - one.saved)[0];
  }
  /** Keeps a draft in this browser; returns whether that worked. */
  keepHere(taskId, { value, seconds }) {
    return this.kept.set(`draft/${taskId}`, { value, seconds, saved: now() });
  }
  /** Keeps a draft here, and on the server before long; `failed` hears why it could not. */
  keep(taskId, draft, failed) {
    this.#next = { taskId, draft: { ...draft, saved: now() }, failed };
    this.#timer ??= setTimeout(() => this.send(), 1000 * SECONDS_BETWEEN_SAVES);
    return this.keepHere(taskId, draft);
  }
  /** Sends what is not on the server yet. */
  async send() {
    const { taskId, draft, failed } = this.#next ?? {};
    this.stop();
    if (!draft || new Blob([JSON.stringify(draft)]).size > MOST_BYTES) return;
    try {
      await this.api.draft(taskId, draft);
      failed(null);
    } catch (refused) {
      failed(refused);
      if (!refused.passing || this.#next) return;
      this.#next = { taskId, draft, failed };
      this.#timer = setTimeout(() => this.send(), 1000 * SECONDS_BETWEEN_SAVES);
    }
  }
  /** Sends nothing more of what is waiting. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = this.#next = undefined;
  }
  forget(taskId) {
    this.kept.delete(`draft/${taskId}`);
  }
}
