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
  /** The task in hand, as Supply gives it. */
  current;
  isLeft = false;
  isOurs = false;

  constructor(parts) {
    const { api, notices, kept, drafts, outbox, signedOut, job } = parts;
    Object.assign(this, { api, notices, kept, drafts, outbox, signedOut });
    this.title = texts.task;
    this.back = texts.allJobs;
    this.bar = new TaskBar({ release: () => this.release(), decline: () => this.decline() });
    this.said = h('p', { class: 'only-heard', role: 'status' });
    this.note = h('div', { class: 'note', role: 'status' });
    this.stage = h('div', { class: 'stage' }, this.note);
    this.element = h('main', { class: 'work' }, this.bar.element, this.said, this.stage);
    this.supply = new Supply(parts, this.stage, held => this.hearing(held));
    this.onHide = () => document.visibilityState === 'hidden' && this.save();
    this.onLine = () => this.connection();
    document.addEventListener('visibilitychange', this.onHide);
    for (const event of ['online', 'offline']) addEventListener(event, this.onLine);
    this.lock = new TabLock(job);
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
      const held = await this.supply.next(after);
      if (this.isLeft || !this.isOurs) held?.frame.remove();
      else if (held) this.show(held);
      else this.rest(texts.nothing, texts.nothingMore, { [texts.lookAgain]: () => this.next() });
    } catch (refused) {
      this.failed('claim', refused, () => this.next());
    }
  }
  /** What the frame of a task calls. */
  hearing(held) {
    return {
      draft: value => this.drafted(held, value),
      submit: answer => this.submit(held, answer),
      failed: () => held === this.current && this.notLoaded(texts.notLoaded),
      slow: () => held === this.current && this.notLoaded(texts.slow),
      filled: () => held === this.current && this.notices.hide('loading'),
    };
  }

  show(held) {
    const isNext = this.current !== undefined;
    this.current = held;
    const { task, frame, draft } = held;
    this.note.replaceChildren();
    this.notices.hide('claim');
    this.bar.show(task);
    document.title = `${task.title} · ${texts.name}`;
    this.said.textContent = isNext ? texts.submitted : task.title;
    held.spent = new TimeSpent(draft?.seconds);
    held.timer = everySecond(() => this.tick(held));
    frame.show();
    held.filled.then(() => this.ready(held));
  }
  ready(held) {
    if (held !== this.current) return;
    const seen = `seen/${held.task.job}`;
    if (!this.kept.get(seen)) held.frame.showInstructions();
    this.kept.set(seen, true);
    this.supply.lookAhead(held);
  }
  tick(held) {
    const seconds = held.deadline.left;
    this.bar.tick(seconds);
    if (seconds <= 0) this.notices.show('time', texts.expired, { [texts.goOn]: () => this.next() });
    else if (seconds <= SOON_SECONDS && held.deadline.whole > 2 * SOON_SECONDS) this.notices.show('time', texts.soonUp);
    else this.notices.hide('time');
  }

  drafted(held, value) {
    if (held !== this.current) return;
    const isKept = this.drafts.keep(held.task.taskId, { value, seconds: held.spent.seconds }, refused =>
      this.draftSent(held, refused),
    );
    if (!isKept) this.notices.show('keeping', texts.notKept);
  }
  draftSent(held, refused) {
    if (held !== this.current) return;
    if (!refused) this.notices.hide('offline');
    else if (refused.passing) this.notices.show('offline', texts.offline);
    else if (refused.status === 401) this.signedOut();
    // Where the time ran out, that is told already.
    else if (refused.status === 410 && held.deadline.left > 0) this.gone();
  }
  gone() {
    this.notices.show('gone', texts.gone, { [texts.goOn]: () => this.next() });
  }
  submit(held, answer) {
    if (held !== this.current) return;
    if (!answer) {
      this.notices.show('answer', texts.unreadable);
      return;
    }
    const { taskId, title } = held.task;
    this.drafts.stop();
    if (!this.outbox.add({ taskId, title, answer, seconds: held.spent.seconds }))
      this.notices.show('keeping', texts.notKept);
    this.next();
  }
  async decline() {
    const held = this.current;
    const reason = await askWhy(this.element);
    if (!reason || held !== this.current) return;
    try {
      await this.api.decline(held.task.taskId, reason);
      this.drafts.stop();
      this.drafts.forget(held.task.taskId);
    } catch (refused) {
      if (refused.status !== 410) return this.failed('answer', refused);
    }
    this.next();
  }
  async release() {
    this.current.frame.save();
    await this.drafts.send();
    try {
      await this.api.release(this.current.task.taskId);
      this.drafts.stop();
      this.notices.show('released', texts.released);
      location.hash = '#/';
    } catch (refused) {
      this.failed('answer', refused);
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
  notLoaded(reason) {
    const again = () => {
      const { task } = this.current;
      this.drop();
      this.show(this.supply.framed(task));
    };
    this.notices.show('loading', reason, { [texts.retry]: again });
  }
  failed(name, refused, again) {
    if (this.isLeft) return;
    if (!(refused instanceof Refused)) throw refused;
    if (refused.status === 401) this.signedOut();
    else this.notices.show(name, refused.message, again && { [texts.retryNow]: again });
  }
  /** Between two tasks. */
  wait() {
    this.note.replaceChildren(h('p', {}, texts.nextTask));
    this.bar.empty();
  }
  /** Says why there is no task, where it would be. */
  rest(sentence, more = '', actions = {}) {
    const buttons = Object.entries(actions).map(([text, onclick]) => h('button', { type: 'button', onclick }, text));
    const heading = h('h1', { tabindex: -1 }, sentence);
    this.note.replaceChildren(heading, h('p', { class: 'quiet' }, more), ...buttons);
    this.said.textContent = '';
    this.bar.element.hidden = true;
    heading.focus();
  }
  /** Takes the task that was in hand off the page. */
  drop() {
    if (!this.current) return;
    clearInterval(this.current.timer);
    this.current.spent.end();
    this.current.frame.remove();
    this.notices.hide(...OF_TASK);
  }
}
