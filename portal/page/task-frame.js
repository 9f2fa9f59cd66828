import { h } from '../crowd/dom.js';
import { texts } from './texts.js';

/** What a template may do: run its scripts. It has no origin, so neither the page nor its token is in its reach. */
const SANDBOX = 'allow-scripts allow-forms allow-modals';

/** An answer is JSON, whatever a template sends. @param {unknown} value @returns {Answer | undefined} */
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
  /** @type {PromiseWithResolvers<void>} */
  #filled = Promise.withResolvers();
  #isOpen = false;
  #patience = PATIENCE_SECONDS;
  /** @type {number | undefined} */
  #timer;
  /** @type {Task | undefined} */
  task;
  /** @type {Answer | undefined} */
  draft;
  /** @type {FrameListeners | undefined} */
  listeners;

  /** @param {Element} holder */
  constructor(holder) {
    this.element = h('iframe', { class: 'unseen', sandbox: SANDBOX, src: '/frame.html', inert: true });
    this.element.title = texts.task;
    this.onMessage = (/** @type {MessageEvent<FrameMessage>} */ event) => {
      if (event.source === this.element.contentWindow) this.take(event.data);
    };
    addEventListener('message', this.onMessage);
    holder.append(this.element);
    this.watch();
  }

  /**
   * Gives the frame its task; resolves when the worker could begin.
   * @param {Task} task @param {Answer | undefined} draft @param {FrameListeners} listeners
   */
  fill(task, draft, listeners) {
    this.task = task;
    this.draft = draft;
    this.listeners = listeners;
    if (this.#isOpen) this.give(task);
    return this.#filled.promise;
  }
  /** Hands the task to the frame, which writes its page. @param {Task} task */
  give({ html }) {
    this.post({ type: 'frame-task', html, draft: this.draft });
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
    this.element.parentElement?.append(this.element);
    if (hadFocus) this.element.focus();
    this.watch();
    this.listeners?.slow();
  }

  show() {
    this.element.classList.remove('unseen');
    this.element.inert = false;
    this.element.focus();
  }
  showInstructions() {
    this.post({ type: 'frame-instructions' });
  }
  /** Asks for what is entered now. */
  save() {
    this.post({ type: 'frame-save' });
  }
  remove() {
    clearTimeout(this.#timer);
    removeEventListener('message', this.onMessage);
    this.element.remove();
  }

  /** @param {PageMessage} message */
  post(message) {
    // A frame without an origin has no other name to send to; only our own page can be in it.
    this.element.contentWindow?.postMessage(message, '*');
  }

  /** @param {FrameMessage} message */
  take(message) {
    switch (message?.type) {
      case 'frame-open':
        this.#isOpen = true;
        clearTimeout(this.#timer);
        // It was waited for, loaded again, or the template reloaded itself.
        if (this.task) this.give(this.task);
        break;
      case 'frame-filled':
        clearTimeout(this.#timer);
        this.#filled.resolve();
        this.listeners?.filled();
        break;
      case 'frame-draft':
        this.draft = asJson(message.value);
        if (this.draft) this.listeners?.draft(this.draft);
        break;
      case 'crowd-submit':
        this.listeners?.submit(asJson(message.answer));
        break;
      case 'frame-failed':
        this.listeners?.failed();
    }
  }
}
