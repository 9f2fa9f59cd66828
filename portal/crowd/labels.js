import { h, sized, stepOf } from './dom.js';
import { texts } from './texts.js';

const SEARCH_ABOVE = 9;

/** The list of labels: radio buttons or, with `multiple`, check boxes; with a search field if it is long. */
export class LabelPicker {
  /** @type {string[]} */
  options = [];
  /** @type {Set<string | undefined>} */
  chosen = new Set();

  /** @param {LabelPickerOptions} options */
  constructor({ heading, multiple = false, swatch, onpick }) {
    this.multiple = multiple;
    this.swatch = swatch;
    this.onpick = onpick;
    this.box = h('div', { class: 'labels', role: multiple ? 'group' : 'radiogroup', 'aria-label': heading });
    this.search = h('input', { type: 'search', placeholder: texts.findLabel, 'aria-label': texts.findLabel });
    this.nothing = h('p', { class: 'muted', role: 'status' });
    this.element = h('section', { class: 'picker' }, h('h2', {}, heading), this.search, this.box, this.nothing);
    this.search.addEventListener('input', () => this.draw());
    this.search.addEventListener('keydown', event => this.searchKey(event));
    this.box.addEventListener('keydown', event => this.boxKey(event));
  }

  /** @param {string[]} options */
  set(options) {
    this.options = options;
    this.search.hidden = options.length <= SEARCH_ABOVE;
    this.draw();
  }
  /** @param {(string | undefined)[]} labels */
  choose(labels) {
    this.chosen = new Set(labels);
    this.draw();
  }

  /** The labels that have the text of the search field. */
  get matches() {
    const part = this.search.hidden ? '' : this.search.value.trim().toLocaleLowerCase();
    return this.options
      .map((label, index) => ({ label, index }))
      .filter(({ label }) => label.toLocaleLowerCase().includes(part));
  }

  /** Buttons are kept and refilled, so that the focus stays where it was. */
  draw() {
    const { matches } = this;
    const role = this.multiple ? 'checkbox' : 'radio';
    const buttons = sized(this.box, matches.length, () => {
      const button = /** @type {LabelButton} */ (h('button', { type: 'button', role }));
      button.addEventListener('click', () => this.onpick(button.label));
      return button;
    });
    const stop = this.multiple
      ? -1
      : Math.max(
          0,
          matches.findIndex(({ label }) => this.chosen.has(label)),
        );
    matches.forEach(({ label, index }, at) => {
      const button = buttons[at];
      if (button.label !== label || button.index !== index) {
        Object.assign(button, { label, index });
        button.replaceChildren(
          this.swatch?.(index) ?? h('i', { class: role }),
          h('span', { title: label }, label),
          index < 9 ? h('kbd', { 'aria-hidden': 'true' }, index + 1) : '',
        );
      }
      button.setAttribute('aria-checked', this.chosen.has(label));
      button.tabIndex = this.multiple || at === stop ? 0 : -1;
    });
    this.nothing.textContent = this.options.length && !matches.length ? texts.noLabelFound : '';
  }

  /** @param {KeyboardEvent} event */
  searchKey(event) {
    if (event.key === 'Enter' && this.matches.length) {
      this.onpick(this.matches[0].label);
      this.search.select();
    } else if (event.key === 'ArrowDown') this.buttons[0]?.focus();
    else return;
    event.preventDefault();
  }

  get buttons() {
    return /** @type {LabelButton[]} */ ([...this.box.children]);
  }
  /** @param {KeyboardEvent} event */
  boxKey(event) {
    const step = stepOf(event);
    const { buttons } = this;
    const at = buttons.indexOf(/** @type {LabelButton} */ (event.target));
    if (!step || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + step + buttons.length) % buttons.length];
    if (!this.multiple) this.onpick(next.label);
    next.focus();
  }
}
