import { dialog, h, shadow } from './dom.js';
import { define, takeEarlyProperties } from './element.js';
import { base, sheet } from './style.js';
import { texts } from './texts.js';

const style = sheet(`
:host{display:inline-block}
:host(crowd-button){margin:.4rem .3rem .4rem 0}
:host(:is(crowd-alert,crowd-card,crowd-tabs,crowd-tab)){display:block}
a,button{display:inline-flex;gap:.45rem;align-items:center;justify-content:center}
a.button{min-height:2.1rem;padding:.25rem .7rem;border:1px solid var(--edge);border-radius:6px;color:inherit;text-decoration:none}
:host(crowd-fab) button{border-radius:2rem;min-height:2.8rem;padding-inline:1rem;background:var(--accent);color:var(--on-accent);border:0}
:host(crowd-icon-button) button{border-color:transparent;border-radius:50%;min-width:2.3rem;padding:0}
img.icon{width:1.1em;height:1.1em}
.reverse{flex-direction:row-reverse}
.alert{display:flex;gap:.7rem;align-items:start;margin:.5rem 0;padding:.6rem .8rem;border:1px solid var(--line);border-left:5px solid var(--kind);
border-radius:6px;background:var(--surface)}
.alert>div{flex:1;overflow-wrap:anywhere}
.card{border:1px solid var(--line);border-radius:10px;background:var(--surface);margin:.6rem 0;overflow:hidden}
.card h2,.card .in{padding:.6rem .9rem 0;margin:0}.card .in{padding-bottom:.8rem}.card img{display:block;max-width:100%}
.badge{display:inline-flex;min-width:1.5em;padding:0 .5em;border-radius:1em;background:var(--accent);color:var(--on-accent);font-size:.8125rem;justify-content:center}
.tabs{display:flex;flex-wrap:wrap;gap:.2rem;border-bottom:1px solid var(--line);margin-bottom:.6rem}
.tabs button{border-color:transparent;border-radius:6px 6px 0 0;background:none}
.tabs [aria-selected=true]{border-color:var(--line);border-bottom:3px solid var(--accent);font-weight:600}
.toast{position:fixed;inset:auto 1rem 1rem auto;max-width:calc(100vw - 2rem);padding:.7rem 1rem;border-radius:8px;background:var(--text);color:var(--surface);z-index:9}`);

/** Icons are named after Polymer's set in templates; the usual ones as characters, any other by its name. */
/** @type {Record<string, string>} */
const ICONS = {
  add: '+',
  remove: '−',
  delete: '✕',
  clear: '×',
  close: '×',
  check: '✓',
  done: '✓',
  info: 'ℹ',
  help: '?',
  search: '⌕',
  undo: '↶',
  redo: '↷',
  refresh: '↻',
  star: '★',
  favorite: '♥',
  warning: '⚠',
  error: '⚠',
  settings: '⚙',
  menu: '☰',
  create: '✎',
  'arrow-back': '←',
  'arrow-forward': '→',
};
/** @param {string | null} name */
const icon = name =>
  name && h('span', { 'aria-hidden': 'true' }, ICONS[name.replace(/^.*:/, '')] ?? name.replace(/^.*:/, ''));

/** Only addresses that load something: a template's value must not become a script. @param {string} text */
function address(text) {
  try {
    return ['http:', 'https:', 'mailto:', 'blob:'].includes(new URL(text, document.baseURI).protocol)
      ? text
      : undefined;
  } catch {
    return undefined;
  }
}

/** Base of the elements without a value. */
class Part extends HTMLElement {
  built = false;
  connectedCallback() {
    if (this.built) return;
    this.built = true;
    const early = takeEarlyProperties(this);
    this.build();
    Object.assign(this, early);
  }
  build() {}
  /** @param {Child[]} children */
  render(...children) {
    shadow(this, [base, style], children, true);
  }
}

/** crowd-button, crowd-icon-button and crowd-fab. */
class Button extends Part {
  static observedAttributes = ['disabled', 'loading', 'variant'];

  build() {
    const link = address(this.getAttribute('href') ?? '');
    const isLink = this.hasAttribute('href') && link;
    /** @type {HTMLElement & { disabled?: boolean }} */
    this.button = isLink
      ? h('a', { class: 'button', href: link, target: this.getAttribute('target'), rel: 'noopener' })
      : h('button', { type: 'button' });
    const url = address(this.getAttribute('icon-url') ?? '');
    const image =
      this.hasAttribute('icon-url') && url
        ? h('img', { class: 'icon', src: url, alt: '' })
        : icon(this.getAttribute('icon'));
    if (image) this.button.append(image);
    this.button.append(this.getAttribute('label') ?? '', h('slot'));
    if (this.getAttribute('icon-align') === 'right') this.button.classList.add('reverse');
    if (this.localName !== 'crowd-button') {
      this.button.setAttribute(
        'aria-label',
        this.getAttribute('label') ??
          this.getAttribute('aria-label') ??
          this.getAttribute('title') ??
          this.getAttribute('icon') ??
          texts.tools,
      );
    }
    this.render(this.button);
    this.addEventListener('click', event => this.act(event));
    this.attributeChangedCallback();
  }
  attributeChangedCallback() {
    if (!this.button) return;
    const variant =
      this.getAttribute('variant') ?? (this.getAttribute('form-action') === 'submit' ? 'primary' : 'normal');
    this.button.classList.toggle('primary', variant === 'primary');
    this.button.classList.toggle('link', variant === 'link' || variant === 'icon');
    this.button.disabled = this.disabled || this.loading;
    this.button.setAttribute('aria-busy', this.loading);
  }
  /** @param {Event} event */
  act(event) {
    if (this.disabled || this.loading) {
      event.stopImmediatePropagation();
      return;
    }
    const form = this.closest('form');
    const action = this.getAttribute('form-action');
    // A click handler of the template may come later, or prevent it.
    setTimeout(() => {
      if (event.defaultPrevented) return;
      if (action === 'submit') form?.requestSubmit();
      if (action === 'reset') form?.reset();
    });
  }
  get disabled() {
    return this.hasAttribute('disabled');
  }
  set disabled(value) {
    this.toggleAttribute('disabled', Boolean(value));
  }
  get loading() {
    return this.hasAttribute('loading');
  }
  set loading(value) {
    this.toggleAttribute('loading', Boolean(value));
  }
}

/** @type {Record<string, string>} */
const ALERTS = { error: '#d13212', success: '#1d8102', warning: '#e07b00', info: '#0b74bd' };

class Alert extends Part {
  build() {
    const type = this.getAttribute('type') ?? 'info';
    const box = h(
      'div',
      { class: 'alert', role: type === 'error' || type === 'warning' ? 'alert' : 'status' },
      h('div', {}, h('slot')),
    );
    box.style.setProperty('--kind', ALERTS[type] ?? ALERTS.info);
    if (this.hasAttribute('dismissible'))
      box.append(
        h('button', { type: 'button', class: 'link', 'aria-label': texts.dismiss, onclick: () => this.remove() }, '×'),
      );
    this.render(box);
  }
}

class Badge extends Part {
  build() {
    this.render(
      h('span', { class: 'badge' }, icon(this.getAttribute('icon')), this.getAttribute('label') ?? '', h('slot')),
    );
    const owner = this.getAttribute('for');
    if (owner !== null) document.getElementById(owner)?.after(this);
  }
}

class Card extends Part {
  build() {
    const heading = this.getAttribute('heading');
    const image = address(this.getAttribute('image') ?? '');
    this.render(
      h(
        'section',
        { class: 'card', 'aria-label': heading },
        this.hasAttribute('image') && image && h('img', { src: image, alt: '' }),
        heading && h('h2', {}, heading),
        h('div', { class: 'in' }, h('slot')),
      ),
    );
  }
}

/** crowd-modal; `open()` and `close()` are called by templates. */
class Modal extends Part {
  build() {
    /** @type {HTMLDialogElement} */
    this.dialog = dialog(this.heading, texts.close, ...this.body());
    this.dialog.addEventListener('close', () => this.dispatchEvent(new Event('close')));
    const text = this.linkText;
    const link =
      text &&
      h(
        'button',
        {
          type: 'button',
          class: this.getAttribute('link-type') === 'button' ? '' : 'link',
          onclick: () => this.open(),
        },
        text,
      );
    this.render(link, this.dialog);
  }
  get heading() {
    return this.getAttribute('heading') ?? this.linkText ?? '';
  }
  get linkText() {
    return this.getAttribute('link-text');
  }
  /** What the dialog shows. @returns {HTMLElement[]} */
  body() {
    return [h('slot')];
  }
  open() {
    if (!this.dialog.open) this.dialog.showModal();
  }
  close() {
    this.dialog.close();
  }
}

/** @type {Record<string, string | undefined>} */
const REGIONS = {
  'short-summary': undefined,
  'detailed-instructions': undefined,
  'positive-example': texts.goodExample,
  'negative-example': texts.badExample,
};

/** crowd-instructions: a link that opens its regions. */
class Instructions extends Modal {
  get heading() {
    return texts.instructions;
  }
  get linkText() {
    return this.getAttribute('link-text') ?? texts.instructions;
  }
  body() {
    const regions = Object.keys(REGIONS).filter(name => this.querySelector(`:scope>${name}`));
    for (const name of regions) for (const child of this.querySelectorAll(`:scope>${name}`)) child.slot = name;
    return [
      ...regions.map(name => h('section', {}, REGIONS[name] && h('h2', {}, REGIONS[name]), h('slot', { name }))),
      h('slot'),
    ];
  }
}

class Toast extends Part {
  build() {
    /** @type {HTMLElement} */
    this.box = h(
      'div',
      { class: 'toast', role: 'status', hidden: !this.hasAttribute('opened') },
      this.getAttribute('text') ?? '',
      h('slot'),
    );
    this.render(this.box);
  }
  open() {
    this.box.hidden = false;
    const duration = Number(this.getAttribute('duration') ?? 3000);
    if (duration > 0) setTimeout(() => this.close(), duration);
  }
  show() {
    this.open();
  }
  close() {
    this.box.hidden = true;
  }
}

/** crowd-tabs: the panels of its crowd-tab children, one at a time. */
class Tabs extends Part {
  build() {
    /** @type {HTMLElement[]} */
    this.panels = [.../** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(':scope>crowd-tab'))];
    /** @type {HTMLButtonElement[]} */
    this.tabs = this.panels.map((panel, index) =>
      h(
        'button',
        { type: 'button', role: 'tab', onclick: () => this.select(index) },
        panel.getAttribute('header') ?? String(index + 1),
      ),
    );
    const { tabs } = this;
    const bar = h('div', { class: 'tabs', role: 'tablist' }, tabs);
    bar.addEventListener('keydown', ({ key }) => {
      const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
      if (!step) return;
      this.select((this.selected + step + tabs.length) % tabs.length);
      tabs[this.selected].focus();
    });
    this.render(bar, h('slot'));
    this.select(0);
  }
  selected = 0;
  /** @param {number} selected */
  select(selected) {
    this.selected = selected;
    this.panels.forEach((panel, index) => {
      const tab = this.tabs[index];
      panel.hidden = index !== selected;
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-label', tab.textContent);
      tab.setAttribute('aria-selected', index === selected);
      tab.tabIndex = index === selected ? 0 : -1;
    });
  }
}

/** Defines the elements that only show something. */
export function definePage() {
  define('crowd-button', Button);
  define('crowd-icon-button', class extends Button {});
  define('crowd-fab', class extends Button {});
  define('crowd-alert', Alert);
  define('crowd-badge', Badge);
  define('crowd-card', Card);
  define('crowd-modal', Modal);
  define('crowd-instructions', Instructions);
  define('crowd-toast', Toast);
  define('crowd-tab', class extends HTMLElement {});
  define('crowd-tabs', Tabs);
}
