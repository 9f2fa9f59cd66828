import { h } from '../crowd/dom.js';
import { texts } from './texts.js';

function field(label, type, autocomplete) {
  const input = h('input', { type, autocomplete, required: true });
  return { input, element: h('label', { class: 'field' }, label, input) };
}

/** What is seen by who has not signed in; `done` takes the tokens. */
export class SignInView {
  constructor(provider, done, problem = '') {
    this.provider = provider;
    this.done = done;
    this.problem = h('p', { class: 'problem', role: 'alert' }, problem);
    this.body = h('div', {}, provider.address ? this.form() : this.button());
    this.element = h('main', { class: 'sign-in' }, h('h1', { tabindex: -1 }, texts.name), this.problem, this.body);
    this.title = texts.signIn;
  }

  button() {
    const begin = () => this.attempt(() => this.provider.begin());
    return [
      h('p', {}, texts.signInWhy),
      h('button', { type: 'button', class: 'primary', onclick: begin }, texts.signIn),
    ];
  }
  form() {
    const name = field(texts.userName, 'text', 'username');
    const password = field(texts.password, 'password', 'current-password');
    return this.fields([name, password], () => this.provider.begin(name.input.value, password.input.value));
  }
  /** The form for a password of the worker's own, after the first. */
  renewal(again) {
    const password = field(texts.newPassword, 'password', 'new-password');
    this.body.replaceChildren(
      h('p', {}, texts.newPasswordWhy),
      this.fields([password], () => again(password.input.value)),
    );
    password.input.focus();
  }
  fields(fields, act) {
    const onsubmit = event => {
      event.preventDefault();
      this.attempt(act);
    };
    const submit = h('button', { class: 'primary' }, texts.signIn);
    return h('form', { onsubmit }, ...fields.map(one => one.element), submit);
  }

  async attempt(act) {
    this.problem.textContent = '';
    try {
      const given = await act();
      if (given?.again) this.renewal(given.again);
      else if (given) this.done(given);
    } catch (error) {
      this.problem.textContent = texts.signInFailed(error.message);
    }
  }
  leave() {}
}
