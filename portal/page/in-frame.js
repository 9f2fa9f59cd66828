/**
 * Runs beside the template, in a frame without an origin: takes the page of the task, gives back what is entered.
 *
 * What the elements are made of is loaded before the frame says that it is open: a module still on its way when the
 * document is replaced never arrives in Firefox, and the page of the task asks for it in vain.
 */
import '../crowd/elements.js';

// Templates share the global scope. A name of theirs may hide `parent` or `performance`; `window.top`, which is our
// page, cannot be hidden or replaced.
const { performance, top: page } = window;

// Saving may take a tenth of the time: a large mask is encoded for it.
const SHARE = 10;
const tell = (type, more) => page.postMessage({ type, ...more }, '*');
const form = () => document.querySelector('crowd-form');

const ELEMENTS = 'script[src="/crowd/index.js"]';
let pause = 0;
let waiting;

function save() {
  const began = performance.now();
  const value = form()?.value;
  if (value) tell('frame-draft', { value });
  pause = SHARE * (performance.now() - began);
}

/** Saves at once where that is cheap, and in any case behind the last change. */
function saveSoon() {
  waiting ??= setTimeout(() => {
    waiting = undefined;
    save();
  }, pause);
}

/** The full instructions, which workers shall see before their first task of a job. */
function showInstructions() {
  const element = document.querySelector('crowd-instructions, :has(> full-instructions)');
  if (element?.localName === 'crowd-instructions') element.open();
  else element?.showInstructions?.();
}

function write({ html, draft }) {
  document.open();
  // Opening removed all listeners.
  listen();
  document.addEventListener('all-crowd-elements-ready', () =>
    // Behind the template's own listeners, which may fill in what the draft knows better.
    setTimeout(() => {
      if (draft && form()) form().value = draft;
      for (const event of ['input', 'change']) document.addEventListener(event, saveSoon);
      tell('frame-filled');
    }),
  );
  addEventListener('error', ({ target }) => target.matches?.(ELEMENTS) && tell('frame-failed'), true);
  document.write(html);
  document.close();
}

const hears = {
  'frame-task': write,
  'frame-save': save,
  'frame-instructions': showInstructions,
};

function listen() {
  addEventListener('message', ({ source, data }) => {
    if (source === page) hears[data?.type]?.(data);
  });
}

listen();
tell('frame-open');
