import { h, reasonOf } from '../crowd/dom.js';
import { Api } from './api.js';
import { Drafts } from './drafts.js';
import { JobsView } from './jobs-view.js';
import { Notices } from './notices.js';
import { Outbox } from './outbox.js';
import { Session } from './session.js';
import { HostedSignIn, PasswordSignIn } from './sign-in.js';
import { SignInView } from './sign-in-view.js';
import { TaskView } from './task-view.js';
import { texts } from './texts.js';
import { WorkerStorage } from './worker-storage.js';

const JOB = /^#\/jobs\/(.+)$/;

/** Shows one view at a time, chosen by the part of the address behind #. */
class Portal {
  /** What both views work with, as soon as somebody has signed in. @type {Parts | undefined} */
  #parts;
  /** What is shown now. @type {View | undefined} */
  view;

  /** @param {PageConfig} config */
  constructor({ apiUrl, signIn }) {
    this.provider = signIn.password ? new PasswordSignIn(signIn) : new HostedSignIn(signIn);
    this.session = new Session(this.provider);
    this.api = new Api(apiUrl, this.session);
    this.notices = new Notices();
    this.leaveButton = h(
      'button',
      { type: 'button', class: 'quiet', onclick: () => this.session.signOut() },
      texts.signOut,
    );
    this.home = h('a', { href: '#/' });
    this.header = h('header', { class: 'top' }, this.home, this.leaveButton);
  }

  async start() {
    addEventListener('hashchange', () => this.route());
    try {
      const tokens = await this.provider.finish();
      if (tokens) this.session.open(tokens);
      this.route();
    } catch (error) {
      this.signIn(texts.signInFailed(reasonOf(error)));
    }
  }

  /** @param {string} [problem] */
  signIn(problem) {
    this.show(
      new SignInView(
        this.provider,
        tokens => {
          this.session.open(tokens);
          // Nothing of whoever worked here before may go on under this name.
          location.reload();
        },
        problem,
      ),
    );
  }
  route() {
    if (!this.session.isOpen) {
      this.signIn();
      return;
    }
    this.#parts ??= this.work();
    const parts = this.#parts;
    const [, job] = JOB.exec(location.hash) ?? [];
    this.show(job ? new TaskView({ ...parts, job: decodeURIComponent(job) }) : new JobsView(parts));
  }
  /** What both views work with, for the one worker of this page. @returns {Parts} */
  work() {
    const { api, notices } = this;
    const signedOut = () => this.signIn(texts.signedOut);
    const storage = new WorkerStorage(this.session.worker);
    const drafts = new Drafts(api, storage);
    const outbox = new Outbox(api, storage, drafts);
    outbox.addEventListener('waiting', () =>
      notices.show('outbox', texts.waiting(outbox.count), { [texts.retryNow]: () => outbox.retry() }),
    );
    outbox.addEventListener('sent', () => notices.hide('outbox'));
    outbox.addEventListener('refused', event => {
      const { entry, refused } = /** @type {CustomEvent<OutboxRefusal>} */ (event).detail;
      notices.show(`refused/${entry.taskId}`, texts.notTaken(entry.title, refused.message));
    });
    outbox.addEventListener('signed-out', signedOut);
    outbox.send();
    return { api, notices, storage, drafts, outbox, signedOut };
  }
  /** @param {View} view */
  show(view) {
    this.view?.leave();
    this.view = view;
    document.title = `${view.title} · ${texts.name}`;
    this.home.textContent = view.back ?? texts.name;
    this.header.hidden = !this.session.isOpen;
    document.body.replaceChildren(this.header, this.notices.element, view.element);
    view.element.querySelector('h1')?.focus();
  }
}

async function start() {
  try {
    const response = await fetch('/config.json');
    if (!response.ok) throw new Error(response.statusText);
    await new Portal(await response.json()).start();
  } catch (error) {
    console.error(error);
    document.body.append(h('main', {}, h('h1', {}, texts.name), h('p', { role: 'alert' }, texts.setUpWrong)));
  }
}

start();
