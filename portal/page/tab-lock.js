/** Makes sure that one tab at a time works on a job; the browser gives the lock up when the tab closes. */
export class TabLock {
  /** @param {string} name */
  constructor(name) {
    this.name = `labeling/${name}`;
  }

  /**
   * Resolves to whether this tab has it now. With `steal` it is taken from another tab; `lost` hears of the reverse.
   * @param {() => void} lost @param {{ steal?: boolean }} options @returns {Promise<boolean>}
   */
  take(lost, { steal = false } = {}) {
    const options = steal ? { steal } : { ifAvailable: true };
    return new Promise(resolve => {
      navigator.locks
        .request(this.name, options, lock => {
          resolve(Boolean(lock));
          if (!lock) return null;
          return new Promise(release => {
            this.release = () => release(undefined);
          });
        })
        .catch(lost);
    });
  }
  release() {}
}
