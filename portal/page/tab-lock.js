/** Makes sure that one tab at a time works on a job; the browser gives the lock up when the tab closes. */
export class TabLock {
  constructor(name) {
    this.name = `labeling/${name}`;
  }

  /** Resolves to whether this tab has it now. With `steal` it is taken from another tab; `lost` hears of the reverse. */
  take(lost, { steal = false } = {}) {
    const options = steal ? { steal } : { ifAvailable: true };
    return new Promise(resolve => {
      navigator.locks
        .request(this.name, options, lock => {
          resolve(Boolean(lock));
          return lock && new Promise(release => (this.release = release));
        })
        .catch(lost);
    });
  }
  release() {}
}
