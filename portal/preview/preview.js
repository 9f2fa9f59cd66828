import { drawMerged } from './drawing.js';

const SECONDS_BETWEEN_LOOKS = 1;
// Longer values, such as a mask, are told by their length.
const MOST_SHOWN = 400;
/** An element of index.html. @param {string} id */
const $ = id => /** @type {HTMLElement} */ (document.getElementById(id));
const frame = /** @type {HTMLIFrameElement} */ ($('task'));
/** @type {number | undefined} */
let version;
let opened = performance.now();

/** @type {(key: string, value: unknown) => unknown} */
const shortened = (_, value) =>
  typeof value === 'string' && value.length > MOST_SHOWN
    ? `${value.slice(0, 40)}… (${value.length.toLocaleString('en')} characters)`
    : value;
const asText = (/** @type {unknown} */ value) => JSON.stringify(value, shortened, 2);

function openTask() {
  opened = performance.now();
  frame.src = `/task?${opened}`;
}

/** An answer with its heading. @param {PreviewState['answers'][number]} answer */
function answerOf(answer) {
  const heading = document.createElement('h3');
  heading.textContent = `${answer.workerId}, after ${answer.timeSpentInSeconds} seconds`;
  const text = document.createElement('pre');
  text.tabIndex = 0;
  text.textContent = asText(answer);
  return [heading, text];
}

/** @param {PreviewState} state */
function show(state) {
  document.title = $('template').textContent = `Preview of ${state.template}`;
  if (state.version && state.version !== version) {
    if (version) $('status').textContent = 'The file was saved: the page is new.';
    version = state.version;
    openTask();
  }
  $('hint').hidden = state.answers.length > 1;
  $('answers').replaceChildren(...state.answers.toReversed().flatMap(answerOf));
  $('merged').hidden = !state.merged;
  $('merged-json').textContent = state.merged ? asText(state.merged) : '';
  drawMerged(state, { figure: $('drawn'), drawing: $('drawing'), caption: $('caption') });
}

/** @param {string} path @param {RequestInit} [options] @returns {Promise<PreviewState>} */
async function ask(path, options) {
  const response = await fetch(path, options);
  const body = await response.json();
  if (!response.ok) throw new Error(body.message);
  return body;
}

async function look() {
  try {
    const state = await ask('/state');
    // What is shown stays as it is, with the reader's place in it, unless the file was saved.
    if (state.version !== version) show(state);
  } catch {
    $('status').textContent = 'The preview has ended; start the command again.';
  }
  setTimeout(look, SECONDS_BETWEEN_LOOKS * 1000);
}

/** @param {string} path @param {RequestInit} options @param {string} outcome */
async function change(path, options, outcome) {
  try {
    show(await ask(path, options));
    $('status').textContent = outcome;
    openTask();
  } catch (error) {
    $('status').textContent = error instanceof Error ? error.message : String(error);
  }
}

addEventListener('message', event => {
  if (event.source !== frame.contentWindow || event.data?.type !== 'crowd-submit') return;
  const seconds = (performance.now() - opened) / 1000;
  const body = JSON.stringify({ answer: event.data.answer, seconds });
  change('/answers', { method: 'POST', body }, 'The answer was kept; the next one counts as another worker’s.');
});
$('reload').addEventListener('click', openTask);
$('clear').addEventListener('click', () => change('/answers', { method: 'DELETE' }, 'All answers are forgotten.'));
look();
