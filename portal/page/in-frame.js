/**
 * Runs beside the template, in a frame without an origin: takes the page of the task, gives back what is entered.
 *
 * What the elements are made of is loaded before the frame says that it is open: a module still on its way when the
 * document is replaced never arrives in Firefox, and the page of the task asks for it in vain.
 */
import '../crowd/elements.js';

// Templates share the global scope. A name of theirs may hide `parent` or `performance`; `window.top`, which is our
// page, cannot be hidden or replaced.
const { performance } = window;
const page = /** @type {Window} */ (window.top);

// Saving may take a tenth of the time: a large mask is encoded for it.
const SHARE = 10;
/** @type {(message: FrameMessage) => void} */
const tell = message => page.postMessage(message, '*');
const form = () => document.querySelector('crowd-form');

const ELEMENTS = 'script[src="/crowd/index.js"]';
let pause = 0;
/** @type {number | undefined} */
let timer;

function save() {
  const began = performance.now();
  const value = form()?.value;
  if (value) tell({ type: 'frame-draft', value });
  pause = SHARE * (performance.now() - began);
}

/** Saves at once where that is cheap, and in any case behind the last change. */
function saveSoon() {
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    save();
  }, pause);
}

/** The full instructions, which workers shall see before their first task of a job. */
function showInstructions() {
  /** @type {(Element & { open?: () => void, showInstructions?: () => void }) | null} */
  const element = document.querySelector('crowd-instructions, :has(> full-instructions)');
  if (element?.localName === 'crowd-instructions') element.open?.();
  else element?.showInstructions?.();
}

/** @param {{ html: string, draft?: Answer }} task */
function write({ html, draft }) {
  document.open();
  // Opening removed all listeners.
  listen();
  document.addEventListener('all-crowd-elements-ready', () =>
    // Behind the template's own listeners, which may fill in what the draft knows better.
    setTimeout(() => {
      const element = form();
      if (draft && element) element.value = draft;
      for (const event of ['input', 'change']) document.addEventListener(event, saveSoon);
      tell({ type: 'frame-filled' });
    }),
  );
  const failed = (/** @type {Event} */ { target }) => {
    // The window itself, which scripts' own errors come from, matches nothing.
    const element = /** @type {Partial<Element> | null} */ (target);
    if (element?.matches?.(ELEMENTS)) tell({ type: 'frame-failed' });
  };
  addEventListener('error', failed, true);
  document.write(html);
  document.close();
}

/** @param {PageMessage} message */
function take(message) {
  if (message?.type === 'frame-task') write(message);
  else if (message?.type === 'frame-save') save();
  else if (message?.type === 'frame-instructions') showInstructions();
}

function listen() {
  addEventListener('message', ({ source, data }) => {
    if (source === page) take(data);
  });
}

listen();
tell({ type: 'frame-open' });
