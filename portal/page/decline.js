import { h } from '../crowd/dom.js';
import { texts } from './texts.js';

/** Asks why a task is declined; resolves to the reason, or to undefined if it is not. */
export function askWhy(parent) {
  const words = h('textarea', { rows: 3, maxlength: 1000, 'aria-label': texts.declineWords });
  const choice = (text, value) =>
    h('label', { class: 'choice' }, h('input', { type: 'radio', name: 'reason', value, required: true }), text);
  const form = h(
    'form',
    { method: 'dialog' },
    h('h2', { id: 'decline' }, texts.declineTitle),
    h(
      'fieldset',
      {},
      h('legend', {}, texts.declineWhy),
      texts.declineReasons.map(text => choice(text, text)),
      choice(texts.declineOther, ''),
      words,
    ),
    h(
      'div',
      { class: 'actions' },
      h('button', { value: 'decline', class: 'primary' }, texts.decline),
      h('button', { value: 'cancel', formnovalidate: true }, texts.cancel),
    ),
  );
  const other = form.querySelector('[value=""]');
  const follow = () => (words.required = other.checked);
  form.addEventListener('change', follow);
  words.addEventListener('input', () => {
    other.checked = true;
    follow();
  });
  const box = h('dialog', { 'aria-labelledby': 'decline' }, form);
  parent.append(box);
  box.showModal();
  return new Promise(resolve => {
    box.addEventListener('close', () => {
      const chosen = form.elements.reason.value;
      box.remove();
      resolve(box.returnValue === 'decline' ? [chosen, words.value.trim()].filter(Boolean).join(': ') : undefined);
    });
  });
}
