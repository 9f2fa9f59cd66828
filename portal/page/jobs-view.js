import { h, reasonOf } from '../crowd/dom.js';
import { Refused } from './api.js';
import { texts } from './texts.js';

const SECONDS_BETWEEN_LOOKS = 30;

/** The jobs that go on, and what is left of each. */
export class JobsView {
  /** The jobs shown, as text. */
  #jobs = '';

  /** @param {Parts} parts */
  constructor({ api, notices, signedOut }) {
    this.api = api;
    this.notices = notices;
    this.signedOut = signedOut;
    this.title = texts.jobs;
    this.list = h('div', { class: 'jobs', 'aria-busy': true }, h('p', { class: 'quiet' }, texts.loading));
    this.element = h('main', {}, h('h1', { tabindex: -1 }, texts.jobs), this.list);
    this.look();
    this.timer = setInterval(() => document.visibilityState === 'visible' && this.look(), 1000 * SECONDS_BETWEEN_LOOKS);
  }
  leave() {
    clearInterval(this.timer);
    this.notices.hide('jobs', 'released');
  }

  async look() {
    try {
      const jobs = await this.api.jobs();
      this.notices.hide('jobs');
      this.show(jobs);
    } catch (error) {
      if (error instanceof Refused && error.status === 401) this.signedOut();
      else this.notices.show('jobs', reasonOf(error), { [texts.retryNow]: () => this.look() });
    }
    this.list.ariaBusy = 'false';
  }
  /** @param {JobSummary[]} jobs */
  show(jobs) {
    // What did not change stays, with the focus in it.
    const text = JSON.stringify(jobs);
    if (text === this.#jobs) return;
    this.#jobs = text;
    const focused = this.list.contains(document.activeElement) && document.activeElement?.getAttribute('href');
    this.list.replaceChildren(...(jobs.length ? jobs.map(card) : nothing()));
    if (focused)
      /** @type {HTMLElement | null} */ (this.list.querySelector(`[href="${CSS.escape(focused)}"]`))?.focus();
  }
}

function nothing() {
  return [h('p', {}, texts.noJobs), h('p', { class: 'quiet' }, texts.noJobsMore)];
}

/** @param {JobSummary} job */
function card({ job, title, description, timeLimit, done, left }) {
  const href = `#/jobs/${encodeURIComponent(job)}`;
  return h(
    'article',
    {},
    h('h2', { dir: 'auto' }, title),
    h('p', { class: 'description', dir: 'auto' }, description),
    h('progress', { max: done + left, value: done, 'aria-label': texts.progressName }),
    h('p', { class: 'quiet' }, `${texts.left(left, done + left)} · ${texts.perTask(texts.duration(timeLimit))}`),
    h('a', { class: 'button primary', href, 'aria-label': texts.startJob(title) }, texts.start),
  );
}
