import { h, reasonOf } from '../crowd/dom.js';
import { PasswordSignIn } from './sign-in.js';
import { texts } from './texts.js';

/** @param {string} label @param {string} type @param {string} autocomplete */
function field(label, type, autocomplete) {
  const input = h('input', { type, autocomplete, required: true });
  return { input, element: h('label', { class: 'field' }, label, input) };
}

/** What is seen by who has not signed in; `done` takes the tokens. */
export class SignInView {
  /** @param {HostedSignIn | PasswordSignIn} provider @param {(tokens: Tokens) => void} done */
  constructor(provider, done, problem = '') {
    this.done = done;
    this.problem = h('p', { class: 'problem', role: 'alert' }, problem);
    this.body = h('div', {}, provider instanceof PasswordSignIn ? this.form(provider) : this.button(provider));
    this.element = h('main', { class: 'sign-in' }, h('h1', { tabindex: -1 }, texts.name), this.problem, this.body);
    this.title = texts.signIn;
  }

  /** @param {HostedSignIn} provider */
  button(provider) {
    const begin = () => this.attempt(() => provider.begin());
    return [
      h('p', {}, texts.signInWhy),
      h('button', { type: 'button', class: 'primary', onclick: begin }, texts.signIn),
    ];
  }
  /** @param {PasswordSignIn} provider */
  form(provider) {
    const name = field(texts.userName, 'text', 'username');
    const password = field(texts.password, 'password', 'current-password');
    return this.fields([name, password], () => provider.begin(name.input.value, password.input.value));
  }
  /**
   * The form for a password of the worker's own, after the first.
   * @param {(password: string) => Promise<SignInStep>} again
   */
  renewal(again) {
    const password = field(texts.newPassword, 'password', 'new-password');
    this.body.replaceChildren(
      h('p', {}, texts.newPasswordWhy),
      this.fields([password], () => again(password.input.value)),
    );
    password.input.focus();
  }
  /** @param {ReturnType<typeof field>[]} fields @param {() => Promise<SignInStep>} act */
  fields(fields, act) {
    const onsubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.attempt(act);
    };
    const submit = h('button', { class: 'primary' }, texts.signIn);
    return h('form', { onsubmit }, ...fields.map(({ element }) => element), submit);
  }

  /** @param {() => Promise<SignInStep | void>} act */
  async attempt(act) {
    this.problem.textContent = '';
    try {
      const step = await act();
      if (!step) return;
      if ('again' in step) this.renewal(step.again);
      else this.done(step);
    } catch (error) {
      this.problem.textContent = texts.signInFailed(reasonOf(error));
    }
  }
  leave() {}
}
