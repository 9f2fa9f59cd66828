import { h } from '../crowd/dom.js';
import { texts } from './texts.js';

/** What a template may do: run its scripts. It has no origin, so neither the page nor its token is in its reach. */
const SANDBOX = 'allow-scripts allow-forms allow-modals';

/** An answer is JSON, whatever a template sends. */
function asJson(value) {
  try {
    const copy = JSON.parse(JSON.stringify(value));
    return copy && typeof copy === 'object' && !Array.isArray(copy) ? copy : undefined;
  } catch {
    return undefined;
  }
}

/** A frame for one task. It loads at once, unseen, and takes the task when it is there. */
export class TaskFrame {
  #opened = Promise.withResolvers();
  #filled = Promise.withResolvers();

  constructor(holder) {
    this.element = h('iframe', { class: 'unseen', sandbox: SANDBOX, src: '/frame.html', inert: true });
    this.element.title = texts.task;
    this.onMessage = event => event.source === this.element.contentWindow && this.take(event.data);
    addEventListener('message', this.onMessage);
    holder.append(this.element);
  }

  /**
   * Gives the frame its task; resolves when the worker could begin.
   * `heard` has functions for what was entered (`draft`), for the answer (`submit`), for a page without its elements (`failed`).
   */
  async fill(task, draft, heard) {
    Object.assign(this, { task, draft, heard });
    await this.#opened.promise;
    this.post('frame-task', { html: task.html, draft });
    return this.#filled.promise;
  }

  show() {
    this.element.classList.remove('unseen');
    this.element.inert = false;
    this.element.focus();
  }
  showInstructions() {
    this.post('frame-instructions');
  }
  /** Asks for what is entered now. */
  save() {
    this.post('frame-save');
  }
  remove() {
    removeEventListener('message', this.onMessage);
    this.element.remove();
  }

  post(type, more) {
    // A frame without an origin has no other name to send to; only our own page can be in it.
    this.element.contentWindow?.postMessage({ type, ...more }, '*');
  }

  take(message) {
    switch (message?.type) {
      case 'frame-open':
        this.#opened.resolve();
        // The template reloaded itself.
        if (this.filled) this.post('frame-task', { html: this.task.html, draft: this.draft });
        break;
      case 'frame-filled':
        this.filled = true;
        this.#filled.resolve();
        break;
      case 'frame-draft':
        this.draft = asJson(message.value);
        if (this.draft) this.heard?.draft(this.draft);
        break;
      case 'crowd-submit':
        this.heard?.submit(asJson(message.answer));
        break;
      case 'frame-failed':
        this.heard?.failed();
    }
  }
}
