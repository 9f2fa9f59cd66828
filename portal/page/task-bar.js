import { h } from '../crowd/dom.js';
import { texts } from './texts.js';

/** Above the task: its title and description, the time left, the progress, and the ways out. */
export class TaskBar {
  /** @param {{ release: () => void, decline: () => void }} actions */
  constructor({ release, decline }) {
    this.title = h('h1', { tabindex: -1, dir: 'auto' }, texts.loading);
    this.description = h('p', { class: 'description', dir: 'auto' });
    this.time = h('p', { class: 'time', role: 'timer' });
    this.progress = h('progress', { 'aria-label': texts.progressName });
    this.counts = h('p', { class: 'quiet' });
    this.buttons = [
      h('button', { type: 'button', onclick: release }, texts.release),
      h('button', { type: 'button', onclick: decline }, texts.decline),
    ];
    this.facts = h('div', { class: 'facts' }, this.time, this.counts, this.progress);
    this.element = h(
      'div',
      { class: 'bar' },
      h('div', { class: 'what' }, this.title, this.description),
      this.facts,
      h('div', { class: 'actions' }, this.buttons),
    );
    this.empty();
  }

  /** @param {Task} task */
  show({ title, description, done, left }) {
    this.title.textContent = title;
    this.description.textContent = description;
    this.progress.max = done + left;
    this.progress.value = done;
    this.counts.textContent = texts.progress(done, left);
    this.facts.hidden = this.element.hidden = false;
    for (const button of this.buttons) button.disabled = false;
  }
  /** While there is no task. */
  empty() {
    this.facts.hidden = true;
    this.element.hidden = false;
    for (const button of this.buttons) button.disabled = true;
  }
  /** @param {number} seconds that are left */
  tick(seconds) {
    this.time.textContent = seconds > 0 ? texts.timeLeft(texts.clock(seconds)) : texts.timeIsUp;
    this.time.classList.toggle('short', seconds < 120);
  }
}
