import { h } from '../crowd/dom.js';
import { Refused } from './api.js';
import { askWhy } from './decline.js';
import { TabLock } from './tab-lock.js';
import { TaskBar } from './task-bar.js';
import { TaskFrame } from './task-frame.js';
import { texts } from './texts.js';
import { Deadline, everySecond, TimeSpent } from './times.js';

const SOON_SECONDS = 120;
const OF_TASK = ['time', 'answer', 'loading', 'gone'];
const OF_VIEW = [...OF_TASK, 'claim', 'offline', 'keeping'];

/** Works on a job: one task in its frame, and the next one ready in a second frame that is not seen yet. */
export class TaskView {
  /** {task, frame, draft, deadline} of the task in hand. */
  current;
  /** A promise of the next one. */
  ahead;
  isLeft = false;

  constructor({ api, notices, kept, drafts, outbox, signedOut, job }) {
    Object.assign(this, { api, notices, kept, drafts, outbox, signedOut, job });
    this.title = texts.task;
    this.back = texts.allJobs;
    this.bar = new TaskBar({ release: () => this.release(), decline: () => this.decline() });
    this.said = h('p', { class: 'only-heard', role: 'status' });
    this.note = h('div', { class: 'note', role: 'status' });
    this.stage = h('div', { class: 'stage' }, this.note);
    this.element = h('main', { class: 'work' }, this.bar.element, this.said, this.stage);
    // Loads while the server looks for a task.
    this.spare = new TaskFrame(this.stage);
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
    this.giveUpAhead();
    this.drop();
    this.spare?.remove();
    this.lock.release();
    this.notices.hide(...OF_VIEW);
  }

  async begin(options) {
    const isOurs = await this.lock.take(() => this.elsewhere(), options);
    if (this.isLeft) this.lock.release();
    else if (isOurs) this.next();
    else this.elsewhere();
  }
  /** Another tab has the job. What is entered here was kept at each change. */
  elsewhere() {
    if (this.isLeft) return;
    this.save();
    this.ahead?.then(held => held?.frame.remove());
    this.drop();
    this.current = this.ahead = undefined;
    this.rest(texts.elsewhereTitle, texts.elsewhere, { [texts.takeOver]: () => this.begin({ steal: true }) });
  }

  /** Goes on to the next task, at once if it is there. */
  async next() {
    const after = this.current?.task.taskId;
    const ahead = this.ahead;
    this.ahead = undefined;
    this.drop();
    this.wait();
    try {
      const held = (await this.fresh(await ahead)) ?? (await this.claim(after));
      if (this.isLeft) held?.frame.remove();
      else if (held) this.show(held);
      else this.rest(texts.nothing, texts.nothingMore, { [texts.lookAgain]: () => this.next() });
    } catch (refused) {
      this.failed('claim', refused, () => this.next());
    }
  }
  /** The next task in a frame; null where there is none now. */
  async claim(after) {
    // The server would give again what it does not know to be answered.
    await this.outbox.send();
    const task = await this.api.claim(this.job, after);
    return task && this.framed(task);
  }
  framed(task) {
    const frame = this.spare ?? new TaskFrame(this.stage);
    this.spare = undefined;
    const held = { task, frame, draft: this.drafts.of(task), deadline: new Deadline(task) };
    held.filled = frame.fill(task, held.draft?.value, {
      draft: value => this.drafted(held, value),
      submit: answer => this.submit(held, answer),
      failed: () => held === this.current && this.notLoaded(),
    });
    return held;
  }
  /** What was fetched ahead, unless the time for it has run meanwhile: then it is given back, to get another. */
  async fresh(held) {
    if (!held || held.draft || !held.deadline.isShort) return held;
    try {
      await this.api.release(held.task.taskId);
    } catch (refused) {
      if (refused.passing && held.deadline.left > 0) return held;
    }
    held.frame.remove();
    return undefined;
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
    performance.mark('task-ready');
    const seen = `seen/${held.task.job}`;
    if (!this.kept.get(seen)) held.frame.showInstructions();
    this.kept.set(seen, true);
    this.ahead ??= this.lookAhead(held);
  }
  async lookAhead(held) {
    const next = await this.claim(held.task.taskId).catch(() => undefined);
    if (next?.task.taskId !== held.task.taskId) return next;
    // The time had run out just now, and the same task was to be had again.
    held.deadline = next.deadline;
    next.frame.remove();
    this.notices.hide('time');
    return undefined;
  }
  tick(held) {
    const seconds = held.deadline.left;
    this.bar.tick(seconds);
    if (seconds <= 0) this.notices.show('time', texts.expired, { [texts.goOn]: () => this.next() });
    else if (seconds <= SOON_SECONDS && held.deadline.whole > 2 * SOON_SECONDS) this.notices.show('time', texts.soonUp);
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
    this.save();
    try {
      await this.api.release(this.current.task.taskId);
      this.drafts.stop();
      this.notices.show('released', texts.released);
      location.hash = '#/';
    } catch (refused) {
      this.failed('answer', refused);
    }
  }
  giveUpAhead() {
    this.ahead?.then(held => {
      held?.frame.remove();
      return held && this.api.release(held.task.taskId).catch(() => {});
    });
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
  notLoaded() {
    const again = () => {
      const { task } = this.current;
      this.drop();
      this.show(this.framed(task));
    };
    this.notices.show('loading', texts.notLoaded, { [texts.retry]: again });
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
