import { h } from '../crowd/dom.js';

/** Sentences above the task, each with what can be done about it; said aloud as they come. */
export class Notices {
  /** @type {Map<string, { sentence: string, element: HTMLElement }>} */
  #shown = new Map();
  element = h('div', { class: 'notices', role: 'status' });

  /**
   * Shows a sentence under a name; `actions` are functions by the text of their button.
   * @param {string} name @param {string} sentence @param {Actions} actions
   */
  show(name, sentence, actions = {}) {
    const shown = this.#shown.get(name);
    if (shown?.sentence === sentence) return;
    const buttons = Object.entries(actions).map(([text, onclick]) => h('button', { type: 'button', onclick }, text));
    const element = h('div', { class: 'notice' }, h('p', {}, sentence), buttons);
    if (shown) shown.element.replaceWith(element);
    else this.element.append(element);
    this.#shown.set(name, { sentence, element });
  }
  /** @param {string[]} names */
  hide(...names) {
    for (const name of names) {
      this.#shown.get(name)?.element.remove();
      this.#shown.delete(name);
    }
  }
}
