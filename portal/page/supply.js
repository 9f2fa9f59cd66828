import { TaskFrame } from './task-frame.js';
import { Deadline } from './times.js';

/** Gets the tasks of a job, each in a frame: one for the worker's hands, and the next one ready behind it. */
export class Supply {
  #ahead;
  #spare;

  /** `heard` makes, for a task, the functions that its frame calls. */
  constructor({ api, drafts, outbox, job }, stage, heard) {
    Object.assign(this, { api, drafts, outbox, job, stage, heard });
    // Loads while the server looks for a task.
    this.#spare = new TaskFrame(stage);
  }

  /** The next task: the one that is ready, else the server's next beside the one called `after`; null if there is none. */
  async next(after) {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return (await this.#fresh(await ahead)) ?? (await this.#claim(after));
  }
  /** Makes the next task ready while one is worked on. */
  lookAhead(held) {
    this.#ahead ??= this.#beside(held);
  }
  /** Puts a task into a frame: {task, frame, draft, deadline, filled}. */
  framed(task) {
    const frame = this.#spare ?? new TaskFrame(this.stage);
    this.#spare = undefined;
    const held = { task, frame, draft: this.drafts.of(task), deadline: new Deadline(task) };
    held.filled = frame.fill(task, held.draft?.value, this.heard(held));
    return held;
  }
  /** Takes all frames off the page that are not seen; with `release`, other workers get what was ready. */
  end({ release }) {
    this.#spare?.remove();
    this.#ahead?.then(held => {
      held?.frame.remove();
      return held && release && this.api.release(held.task.taskId).catch(() => {});
    });
    this.#spare = this.#ahead = undefined;
  }

  async #claim(after) {
    // The server would give again what it does not know to be answered.
    await this.outbox.send();
    const task = await this.api.claim(this.job, after);
    return task && this.framed(task);
  }
  async #beside(held) {
    const next = await this.#claim(held.task.taskId).catch(() => undefined);
    if (next?.task.taskId !== held.task.taskId) return next;
    // The time had run out just now, and the same task was to be had again.
    held.deadline = next.deadline;
    next.frame.remove();
    return undefined;
  }
  /** What was ready, unless much of its time has run meanwhile: then it is given back, to get another. */
  async #fresh(held) {
    if (!held || held.draft || !held.deadline.isShort) return held;
    try {
      await this.api.release(held.task.taskId);
    } catch (refused) {
      if (refused.passing && held.deadline.left > 0) return held;
    }
    held.frame.remove();
    return undefined;
  }
}
