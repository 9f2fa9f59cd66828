/** Runs beside the template, in a frame without an origin: takes the page of the task, gives back what is entered. */

const PAUSE = 300;
const tell = (type, more) => parent.postMessage({ type, ...more }, '*');
const form = () => document.querySelector('crowd-form');

/** Fires once after a burst of calls. */
function settled(act) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, PAUSE);
  };
}

function save() {
  const value = form()?.value;
  if (value) tell('frame-draft', { value });
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
      const saveSoon = settled(save);
      for (const event of ['input', 'change']) document.addEventListener(event, saveSoon);
      tell('frame-filled');
    }),
  );
  addEventListener('error', ({ target }) => target.localName === 'script' && tell('frame-failed'), true);
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
    if (source === parent) hears[data?.type]?.(data);
  });
}

listen();
tell('frame-open');
