/** What this browser keeps for one worker, under names; on a shared computer nobody else's page reads it. */
export class WorkerStorage {
  /** @param {string} worker */
  constructor(worker) {
    this.prefix = `labeling/${worker}/`;
  }

  /**
   * Null where there is nothing under the name.
   * @template T
   * @param {string} name
   * @returns {T | null} as it was set under a name of that kind
   */
  get(name) {
    try {
      return JSON.parse(localStorage.getItem(this.prefix + name) ?? 'null');
    } catch {
      return null;
    }
  }
  /**
   * Returns whether it could be kept: browsers forbid it, or have no more place.
   * @param {string} name @param {unknown} value
   */
  set(name, value) {
    try {
      localStorage.setItem(this.prefix + name, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }
  /** @param {string} name */
  delete(name) {
    try {
      localStorage.removeItem(this.prefix + name);
    } catch {
      // Nothing is kept where it is forbidden.
    }
  }
  /** The names that begin with `start`. @param {string} start */
  names(start) {
    try {
      const whole = this.prefix + start;
      return Object.keys(localStorage)
        .filter(key => key.startsWith(whole))
        .map(key => key.slice(this.prefix.length));
    } catch {
      return [];
    }
  }
}
