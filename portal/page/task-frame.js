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

/** After so long a frame that is not ready is loaded again; with each time twice as long, since a line may be slow. */
const PATIENCE_SECONDS = 8;
const MOST_PATIENCE_SECONDS = 60;

/** A frame for one task. It loads at once, unseen, and takes the task when it is there. */
export class TaskFrame {
  #filled = Promise.withResolvers();
  #isOpen = false;
  #patience = PATIENCE_SECONDS;
  #timer;

  constructor(holder) {
    this.element = h('iframe', { class: 'unseen', sandbox: SANDBOX, src: '/frame.html', inert: true });
    this.element.title = texts.task;
    this.onMessage = event => event.source === this.element.contentWindow && this.take(event.data);
    addEventListener('message', this.onMessage);
    holder.append(this.element);
    this.watch();
  }

  /**
   * Gives the frame its task; resolves when the worker could begin.
   * `heard` has functions for what was entered (`draft`), for the answer (`submit`), for a page without its elements
   * (`failed`), for one that is loaded again since it did not come (`slow`), and for when it came (`filled`).
   */
  fill(task, draft, heard) {
    Object.assign(this, { task, draft, heard });
    if (this.#isOpen) this.give();
    return this.#filled.promise;
  }
  /** Hands the task to the frame, which writes its page. */
  give() {
    this.post('frame-task', { html: this.task.html, draft: this.draft });
    this.watch();
  }
  /** Waits for the frame to say that it is open, or filled; in vain, it loads the frame again. */
  watch() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.again(), 1000 * this.#patience);
  }
  again() {
    this.#patience = Math.min(2 * this.#patience, MOST_PATIENCE_SECONDS);
    this.#isOpen = false;
    const hadFocus = document.activeElement === this.element;
    // Loads it anew, also where a request of it hangs.
    this.element.parentNode.append(this.element);
    if (hadFocus) this.element.focus();
    this.watch();
    this.heard?.slow();
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
    clearTimeout(this.#timer);
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
        this.#isOpen = true;
        clearTimeout(this.#timer);
        // It was waited for, loaded again, or the template reloaded itself.
        if (this.task) this.give();
        break;
      case 'frame-filled':
        clearTimeout(this.#timer);
        this.#filled.resolve();
        this.heard?.filled();
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
