import { Refused } from './api.js';

const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 30;

/** Answers on their way: kept in this browser until the server has taken them. */
export class Outbox extends EventTarget {
  #sending;
  #wake = () => {};

  constructor(api, kept, drafts) {
    super();
    Object.assign(this, { api, kept, drafts });
    // A map, as a browser that keeps nothing must still send.
    this.entries = new Map(kept.names('answer/').map(name => [name, kept.get(name)]));
    addEventListener('online', () => this.retry());
  }

  get count() {
    return this.entries.size;
  }

  /** Takes an answer: {taskId, title, answer, seconds}. Returns whether the browser keeps it. */
  add(entry) {
    const name = `answer/${entry.taskId}`;
    this.entries.set(name, entry);
    const isKept = this.kept.set(name, entry);
    this.send();
    return isKept;
  }

  /** Sends what is there, again and again; resolves when all of it is taken or refused for good. */
  send() {
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined));
    return this.#sending;
  }
  /** Ends the pause between two tries. */
  retry() {
    this.#wake();
  }

  async #sendAll() {
    let pause = FIRST_PAUSE;
    while (this.entries.size) {
      const [name, entry] = this.entries.entries().next().value;
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
  #drop(name) {
    this.entries.delete(name);
    this.kept.delete(name);
  }
  #paused(seconds) {
    return new Promise(wake => {
      this.#wake = wake;
      setTimeout(wake, 1000 * seconds);
    });
  }
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
