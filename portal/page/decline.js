import { h } from '../crowd/dom.js';
import { texts } from './texts.js';

/**
 * Asks why a task is declined; resolves to the reason, or to undefined if it is not.
 * @param {Element} parent @returns {Promise<string | undefined>}
 */
export function askWhy(parent) {
  const words = h('textarea', { rows: 3, maxlength: 1000, 'aria-label': texts.declineWords });
  const radio = (/** @type {string} */ value) => h('input', { type: 'radio', name: 'reason', value, required: true });
  const other = radio('');
  const form = h(
    'form',
    { method: 'dialog' },
    h('h2', { id: 'decline' }, texts.declineTitle),
    h(
      'fieldset',
      {},
      h('legend', {}, texts.declineWhy),
      texts.declineReasons.map(text => h('label', { class: 'choice' }, radio(text), text)),
      h('label', { class: 'choice' }, other, texts.declineOther),
      words,
    ),
    h(
      'div',
      { class: 'actions' },
      h('button', { value: 'decline', class: 'primary' }, texts.decline),
      h('button', { value: 'cancel', formnovalidate: true }, texts.cancel),
    ),
  );
  const follow = () => {
    words.required = other.checked;
  };
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
      const reason = new FormData(form).get('reason');
      box.remove();
      resolve(box.returnValue === 'decline' ? [reason, words.value.trim()].filter(Boolean).join(': ') : undefined);
    });
  });
}
