const STEPS = 200;
const BYTES = 256 * 1024 * 1024;

/** Undo and redo. A step is a function that exchanges what is now with what was, so it serves both ways. */
export class History {
  /** @type {Step[]} */
  past = [];
  /** @type {Step[]} */
  future = [];
  /** Changes made and not undone; unlike `past` it never forgets. */
  position = 0;

  /** @param {() => void} swap */
  push(swap, bytes = 0) {
    this.past.push({ swap, bytes });
    this.future = [];
    this.position++;
    let total = this.past.reduce((sum, step) => sum + step.bytes, 0);
    while (this.past.length > 1 && (this.past.length > STEPS || total > BYTES)) total -= this.past.shift()?.bytes ?? 0;
  }
  undo() {
    return this.take(this.past, this.future, -1);
  }
  redo() {
    return this.take(this.future, this.past, 1);
  }
  /** @param {Step[]} from @param {Step[]} to @param {1 | -1} direction */
  take(from, to, direction) {
    const step = from.pop();
    if (!step) return false;
    step.swap();
    to.push(step);
    this.position += direction;
    return true;
  }
}
