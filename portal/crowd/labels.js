import { h, sized } from './dom.js';
import { texts } from './texts.js';

const SEARCH_ABOVE = 9;

/** The list of labels: radio buttons or, with `multiple`, check boxes; with a search field if it is long. */
export class LabelPicker {
  options = [];
  chosen = new Set();

  constructor({ heading, multiple = false, swatch, onpick }) {
    Object.assign(this, { multiple, swatch, onpick });
    this.box = h('div', { class: 'labels', role: multiple ? 'group' : 'radiogroup', 'aria-label': heading });
    this.search = h('input', { type: 'search', placeholder: texts.findLabel, 'aria-label': texts.findLabel });
    this.nothing = h('p', { class: 'muted', role: 'status' });
    this.element = h('section', { class: 'picker' }, h('h2', {}, heading), this.search, this.box, this.nothing);
    this.search.addEventListener('input', () => this.draw());
    this.search.addEventListener('keydown', event => this.searchKey(event));
    this.box.addEventListener('keydown', event => this.boxKey(event));
  }

  set(options) {
    this.options = options;
    this.search.hidden = options.length <= SEARCH_ABOVE;
    this.draw();
  }
  choose(labels) {
    this.chosen = new Set(labels);
    this.draw();
  }

  get found() {
    const wanted = this.search.hidden ? '' : this.search.value.trim().toLocaleLowerCase();
    return this.options
      .map((label, index) => ({ label, index }))
      .filter(({ label }) => label.toLocaleLowerCase().includes(wanted));
  }

  /** Buttons are kept and refilled, so that the focus stays where it was. */
  draw() {
    const { found } = this;
    const role = this.multiple ? 'checkbox' : 'radio';
    const buttons = sized(this.box, found.length, () =>
      h('button', { type: 'button', role, onclick: event => this.onpick(event.currentTarget.label) }),
    );
    const stop = this.multiple
      ? -1
      : Math.max(
          0,
          found.findIndex(({ label }) => this.chosen.has(label)),
        );
    found.forEach(({ label, index }, at) => {
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
    this.nothing.textContent = this.options.length && !found.length ? texts.noLabelFound : '';
  }

  searchKey(event) {
    if (event.key === 'Enter' && this.found.length) {
      this.onpick(this.found[0].label);
      this.search.select();
    } else if (event.key === 'ArrowDown') this.box.firstElementChild?.focus();
    else return;
    event.preventDefault();
  }

  boxKey(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const buttons = [...this.box.children];
    const at = buttons.indexOf(event.target);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + step + buttons.length) % buttons.length];
    if (!this.multiple) this.onpick(next.label);
    next.focus();
  }
}
