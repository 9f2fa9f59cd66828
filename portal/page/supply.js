import { Refused } from './api.js';
import { TaskFrame } from './task-frame.js';
import { Deadline } from './times.js';

/** Gets the tasks of a job, each in a frame: one for the worker's hands, and the next one ready behind it. */
export class Supply {
  /** @type {Promise<Lease | null | undefined> | undefined} */
  #ahead;
  /** @type {TaskFrame | undefined} */
  #spare;

  /**
   * `listenersOf` makes, for a task, the functions that its frame calls.
   * @param {Parts & { job: string }} parts @param {Element} stage @param {(lease: Lease) => FrameListeners} listenersOf
   */
  constructor({ api, drafts, outbox, job }, stage, listenersOf) {
    this.api = api;
    this.drafts = drafts;
    this.outbox = outbox;
    this.job = job;
    this.stage = stage;
    this.listenersOf = listenersOf;
    // Loads while the server looks for a task.
    this.#spare = new TaskFrame(stage);
  }

  /**
   * The next task: the one that is ready, else the server's next beside the one called `after`; null if there is none.
   * @param {string} [after] @returns {Promise<Lease | null>}
   */
  async next(after) {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return (await this.#fresh(await ahead)) ?? (await this.#claim(after));
  }
  /** Makes the next task ready while one is worked on. @param {Lease} lease */
  lookAhead(lease) {
    this.#ahead ??= this.#beside(lease);
  }
  /** Puts a task into a frame. @param {Task} task */
  framed(task) {
    const frame = this.#spare ?? new TaskFrame(this.stage);
    this.#spare = undefined;
    /** @type {Lease} */
    const lease = { task, frame, draft: this.drafts.of(task), deadline: new Deadline(task) };
    lease.filled = frame.fill(task, lease.draft?.value, this.listenersOf(lease));
    return lease;
  }
  /**
   * Takes all frames off the page that are not seen; with `release`, other workers get what was ready.
   * @param {{ release: boolean }} options
   */
  end({ release }) {
    this.#spare?.remove();
    this.#ahead?.then(lease => {
      lease?.frame.remove();
      return lease && release && this.api.release(lease.task.taskId).catch(() => {});
    });
    this.#spare = undefined;
    this.#ahead = undefined;
  }

  /** @param {string} [after] @returns {Promise<Lease | null>} */
  async #claim(after) {
    // The server would give again what it does not know to be answered.
    await this.outbox.send();
    const task = await this.api.claim(this.job, after);
    return task && this.framed(task);
  }
  /** @param {Lease} lease */
  async #beside(lease) {
    const next = await this.#claim(lease.task.taskId).catch(() => undefined);
    if (!next || next.task.taskId !== lease.task.taskId) return next;
    // The time had run out just now, and the same task was to be had again.
    lease.deadline = next.deadline;
    next.frame.remove();
    return undefined;
  }
  /**
   * What was ready, unless much of its time has run meanwhile: then it is given back, to get another.
   * @param {Lease | null | undefined} lease
   */
  async #fresh(lease) {
    if (!lease || lease.draft || !lease.deadline.isShort) return lease;
    try {
      await this.api.release(lease.task.taskId);
    } catch (error) {
      if (error instanceof Refused && error.passing && lease.deadline.left > 0) return lease;
    }
    lease.frame.remove();
    return undefined;
  }
}
