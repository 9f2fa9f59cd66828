import { h } from '../crowd/dom.js';
import { Refused } from './api.js';
import { askWhy } from './decline.js';
import { Supply } from './supply.js';
import { TabLock } from './tab-lock.js';
import { TaskBar } from './task-bar.js';
import { texts } from './texts.js';
import { everySecond, TimeSpent } from './times.js';

const SOON_SECONDS = 120;
const OF_TASK = ['time', 'answer', 'loading', 'gone'];
const OF_VIEW = [...OF_TASK, 'claim', 'offline', 'keeping'];

/** Works on a job: shows one task after the other, keeps and hands in what is entered, says what is in the way. */
export class TaskView {
  /** The task in hand, as Supply gives it. @type {Lease | undefined} */
  current;
  isLeft = false;
  isOurs = false;

  /** @param {Parts & { job: string }} parts */
  constructor(parts) {
    this.api = parts.api;
    this.notices = parts.notices;
    this.storage = parts.storage;
    this.drafts = parts.drafts;
    this.outbox = parts.outbox;
    this.signedOut = parts.signedOut;
    this.title = texts.task;
    this.back = texts.allJobs;
    this.bar = new TaskBar({ release: () => this.release(), decline: () => this.decline() });
    this.announcement = h('p', { class: 'only-heard', role: 'status' });
    this.note = h('div', { class: 'note', role: 'status' });
    this.stage = h('div', { class: 'stage' }, this.note);
    this.element = h('main', { class: 'work' }, this.bar.element, this.announcement, this.stage);
    this.supply = new Supply(parts, this.stage, lease => this.hearing(lease));
    this.onHide = () => document.visibilityState === 'hidden' && this.save();
    this.onLine = () => this.connection();
    document.addEventListener('visibilitychange', this.onHide);
    for (const event of ['online', 'offline']) addEventListener(event, this.onLine);
    this.lock = new TabLock(parts.job);
    this.begin();
  }
  leave() {
    this.isLeft = true;
    this.save();
    document.removeEventListener('visibilitychange', this.onHide);
    for (const event of ['online', 'offline']) removeEventListener(event, this.onLine);
    this.supply.end({ release: true });
    this.drop();
    this.lock.release();
    this.notices.hide(...OF_VIEW);
  }

  /** @param {{ steal?: boolean }} [options] */
  async begin(options) {
    this.isOurs = await this.lock.take(() => this.elsewhere(), options);
    if (this.isLeft) this.lock.release();
    else if (this.isOurs) this.next();
    else this.elsewhere();
  }
  /** Another tab has the job. What is entered here was kept at each change. */
  elsewhere() {
    if (this.isLeft) return;
    this.isOurs = false;
    this.save();
    this.supply.end({ release: false });
    this.drop();
    this.current = undefined;
    this.rest(texts.elsewhereTitle, texts.elsewhere, { [texts.takeOver]: () => this.begin({ steal: true }) });
  }

  /** Goes on to the next task, at once if it is there. */
  async next() {
    const after = this.current?.task.taskId;
    this.drop();
    this.wait();
    try {
      const lease = await this.supply.next(after);
      if (this.isLeft || !this.isOurs) lease?.frame.remove();
      else if (lease) this.show(lease);
      else this.rest(texts.nothing, texts.nothingMore, { [texts.lookAgain]: () => this.next() });
    } catch (error) {
      this.failed('claim', error, () => this.next());
    }
  }
  /** What the frame of a task calls. @param {Lease} lease @returns {FrameListeners} */
  hearing(lease) {
    return {
      draft: value => this.drafted(lease, value),
      submit: answer => this.submit(lease, answer),
      failed: () => lease === this.current && this.notLoaded(texts.notLoaded),
      slow: () => lease === this.current && this.notLoaded(texts.slow),
      filled: () => lease === this.current && this.notices.hide('loading'),
    };
  }

  /** @param {Lease} lease */
  show(lease) {
    const isNext = this.current !== undefined;
    this.current = lease;
    const { task, frame, draft } = lease;
    this.note.replaceChildren();
    this.notices.hide('claim');
    this.bar.show(task);
    document.title = `${task.title} · ${texts.name}`;
    this.announcement.textContent = isNext ? texts.submitted : task.title;
    lease.spent = new TimeSpent(draft?.seconds);
    lease.timer = everySecond(() => this.tick(lease));
    frame.show();
    lease.filled?.then(() => this.ready(lease));
  }
  /** @param {Lease} lease */
  ready(lease) {
    if (lease !== this.current) return;
    const seen = `seen/${lease.task.job}`;
    if (!this.storage.get(seen)) lease.frame.showInstructions();
    this.storage.set(seen, true);
    this.supply.lookAhead(lease);
  }
  /** @param {Lease} lease */
  tick(lease) {
    const seconds = lease.deadline.left;
    this.bar.tick(seconds);
    if (seconds <= 0) this.notices.show('time', texts.expired, { [texts.goOn]: () => this.next() });
    else if (seconds <= SOON_SECONDS && lease.deadline.whole > 2 * SOON_SECONDS)
      this.notices.show('time', texts.soonUp);
    else this.notices.hide('time');
  }

  /** @param {Lease} lease @param {Answer} value */
  drafted(lease, value) {
    if (lease !== this.current) return;
    const isKept = this.drafts.keep(lease.task.taskId, { value, seconds: lease.spent?.seconds ?? 0 }, refused =>
      this.draftSent(lease, refused),
    );
    if (!isKept) this.notices.show('keeping', texts.notKept);
  }
  /** @param {Lease} lease @param {Refused | null} refused */
  draftSent(lease, refused) {
    if (lease !== this.current) return;
    if (!refused) this.notices.hide('offline');
    else if (refused.passing) this.notices.show('offline', texts.offline);
    else if (refused.status === 401) this.signedOut();
    // Where the time ran out, that is told already.
    else if (refused.status === 410 && lease.deadline.left > 0) this.gone();
  }
  gone() {
    this.notices.show('gone', texts.gone, { [texts.goOn]: () => this.next() });
  }
  /** @param {Lease} lease @param {Answer | undefined} answer */
  submit(lease, answer) {
    if (lease !== this.current) return;
    if (!answer) {
      this.notices.show('answer', texts.unreadable);
      return;
    }
    const { taskId, title } = lease.task;
    this.drafts.stop();
    if (!this.outbox.add({ taskId, title, answer, seconds: lease.spent?.seconds ?? 0 }))
      this.notices.show('keeping', texts.notKept);
    this.next();
  }
  async decline() {
    const lease = this.current;
    const reason = await askWhy(this.element);
    if (!reason || !lease || lease !== this.current) return;
    try {
      await this.api.decline(lease.task.taskId, reason);
      this.drafts.stop();
      this.drafts.forget(lease.task.taskId);
    } catch (error) {
      if (!(error instanceof Refused && error.status === 410)) return this.failed('answer', error);
    }
    this.next();
  }
  async release() {
    this.current?.frame.save();
    await this.drafts.send();
    if (!this.current) return;
    try {
      await this.api.release(this.current.task.taskId);
      this.drafts.stop();
      this.notices.show('released', texts.released);
      location.hash = '#/';
    } catch (error) {
      this.failed('answer', error);
    }
  }
  /** Hands on what is entered, as far as it is known, before the page may go. */
  save() {
    this.current?.frame.save();
    this.drafts.send();
  }
  connection() {
    if (navigator.onLine) {
      this.notices.hide('offline');
      this.drafts.send();
    } else this.notices.show('offline', texts.offline);
  }
  /** @param {string} reason */
  notLoaded(reason) {
    const again = () => {
      const task = this.current?.task;
      this.drop();
      if (task) this.show(this.supply.framed(task));
    };
    this.notices.show('loading', reason, { [texts.retry]: again });
  }
  /** @param {string} name @param {unknown} error @param {() => void} [again] */
  failed(name, error, again) {
    if (this.isLeft) return;
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) this.signedOut();
    else this.notices.show(name, error.message, again && { [texts.retryNow]: again });
  }
  /** Between two tasks. */
  wait() {
    this.note.replaceChildren(h('p', {}, texts.nextTask));
    this.bar.empty();
  }
  /**
   * Says why there is no task, where it would be.
   * @param {string} sentence @param {string} more @param {Actions} actions
   */
  rest(sentence, more = '', actions = {}) {
    const buttons = Object.entries(actions).map(([text, onclick]) => h('button', { type: 'button', onclick }, text));
    const heading = h('h1', { tabindex: -1 }, sentence);
    this.note.replaceChildren(heading, h('p', { class: 'quiet' }, more), ...buttons);
    this.announcement.textContent = '';
    this.bar.element.hidden = true;
    heading.focus();
  }
  /** Takes the task that was in hand off the page. */
  drop() {
    if (!this.current) return;
    clearInterval(this.current.timer);
    this.current.spent?.end();
    this.current.frame.remove();
    this.notices.hide(...OF_TASK);
  }
}
