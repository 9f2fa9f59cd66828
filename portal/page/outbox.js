import { Refused } from './api.js';

const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 30;

/** Answers on their way: kept in this browser until the server has taken them. */
export class Outbox extends EventTarget {
  /** @type {Promise<void> | undefined} */
  #sending;
  #wake = () => {};
  /** By name; a map, as a browser that keeps nothing must still send. @type {Map<string, OutboxEntry>} */
  entries = new Map();

  /** @param {Api} api @param {WorkerStorage} storage @param {Drafts} drafts */
  constructor(api, storage, drafts) {
    super();
    this.api = api;
    this.storage = storage;
    this.drafts = drafts;
    for (const name of storage.names('answer/')) {
      /** @type {OutboxEntry | null} */
      const entry = storage.get(name);
      if (entry) this.entries.set(name, entry);
    }
    addEventListener('online', () => this.retry());
  }

  get count() {
    return this.entries.size;
  }

  /** Takes an answer. Returns whether the browser keeps it. @param {OutboxEntry} entry */
  add(entry) {
    const name = `answer/${entry.taskId}`;
    this.entries.set(name, entry);
    const isKept = this.storage.set(name, entry);
    this.send();
    return isKept;
  }

  /** Sends what is there, again and again; resolves when all of it is taken or refused for good. */
  send() {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }
  /** Ends the pause between two tries. */
  retry() {
    this.#wake();
  }

  async #sendAll() {
    let pause = FIRST_PAUSE;
    for (;;) {
      const [next] = this.entries;
      if (!next) return;
      const [name, entry] = next;
      try {
        await this.api.answer(entry);
        pause = FIRST_PAUSE;
        this.#drop(name);
        this.drafts.forget(entry.taskId);
        this.#tell('sent');
      } catch (refused) {
        if (!(refused instanceof Refused)) throw refused;
        if (refused.passing) {
          this.#tell('waiting');
          await this.#paused(pause);
          pause = Math.min(2 * pause, LONGEST_PAUSE);
        } else if (refused.status === 401) {
          this.#tell('signed-out');
          return;
        } else {
          this.#drop(name);
          this.drafts.keepHere(entry.taskId, { value: entry.answer, seconds: entry.seconds });
          this.#tell('refused', { entry, refused });
        }
      }
    }
  }
  /** @param {string} name */
  #drop(name) {
    this.entries.delete(name);
    this.storage.delete(name);
  }
  /** @param {number} seconds */
  #paused(seconds) {
    return new Promise(resolve => {
      this.#wake = () => resolve(undefined);
      setTimeout(resolve, 1000 * seconds);
    });
  }
  /** @param {string} type @param {object} [detail] */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
