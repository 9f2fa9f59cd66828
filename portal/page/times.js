const SECOND = 1000;

/** Counts the seconds in which the page can be seen. */
export class TimeSpent {
  constructor(before = 0) {
    this.before = before;
    /** @type {number | undefined} */
    this.since = undefined;
    this.onChange = () => this.#count();
    document.addEventListener('visibilitychange', this.onChange);
    this.#count();
  }
  get seconds() {
    const running = this.since === undefined ? 0 : (performance.now() - this.since) / SECOND;
    return Math.round(10 * (this.before + running)) / 10;
  }
  end() {
    document.removeEventListener('visibilitychange', this.onChange);
  }
  #count() {
    this.before = this.seconds;
    this.since = document.visibilityState === 'visible' ? performance.now() : undefined;
  }
}

/** When a task's time runs out, by this computer's clock, however wrong it is. */
export class Deadline {
  /** @param {Task} task */
  constructor({ now, acceptedAt, expiresAt }) {
    this.end = Date.now() / SECOND - now + expiresAt;
    this.whole = expiresAt - acceptedAt;
  }
  get left() {
    return this.end - Date.now() / SECOND;
  }
  /** Whether so little is left that the worker should get more before they begin. */
  get isShort() {
    return this.left < this.whole / 2;
  }
}

/** Calls `tick` now and every second, until `clearInterval`. @param {() => void} tick */
export function everySecond(tick) {
  tick();
  return setInterval(tick, SECOND);
}
