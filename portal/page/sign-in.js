import { ask, Refused } from './api.js';
import { texts } from './texts.js';

const NAME = 'labeling/signing-in';

const base64url = (/** @type {Uint8Array} */ bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** Cognito's own sign-in pages, by authorization code with PKCE (RFC 7636): no secret is in this page. */
export class HostedSignIn {
  /** @param {{ domainUrl: string, clientId: string }} config */
  constructor({ domainUrl, clientId }) {
    this.domain = domainUrl.replace(/\/$/, '');
    this.client = clientId;
    this.here = new URL('/', location.href).href;
  }

  /** Leaves for the sign-in page; afterwards this page is opened again, at the same place. */
  async begin() {
    const [verifier, state] = [random(), random()];
    sessionStorage.setItem(NAME, JSON.stringify({ verifier, state, place: location.hash }));
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
    location.assign(
      this.#page('/oauth2/authorize', {
        response_type: 'code',
        redirect_uri: this.here,
        scope: 'openid',
        state,
        code_challenge: base64url(new Uint8Array(digest)),
        code_challenge_method: 'S256',
      }),
    );
  }

  /** The tokens, if this page was opened by the sign-in page; null if not. @returns {Promise<Tokens | null>} */
  async finish() {
    const query = new URLSearchParams(location.search);
    const [code, error] = [query.get('code'), query.get('error')];
    if (code === null && error === null) return null;
    const begun = JSON.parse(sessionStorage.getItem(NAME) ?? 'null');
    sessionStorage.removeItem(NAME);
    // The code must stay neither in the address nor in the history.
    history.replaceState(null, '', `/${begun?.place ?? ''}`);
    // Whoever sent the worker here with a code of their own would get the work under another name.
    if (!begun || query.get('state') !== begun.state) throw new Refused(400, texts.signInStale);
    if (error !== null) throw new Refused(400, query.get('error_description') ?? error);
    return this.#tokens({
      grant_type: 'authorization_code',
      code: code ?? '',
      redirect_uri: this.here,
      code_verifier: begun.verifier,
    });
  }
  /** @param {string} refresh */
  renew(refresh) {
    return this.#tokens({ grant_type: 'refresh_token', refresh_token: refresh });
  }
  /** @param {string} [refresh] */
  async end(refresh) {
    if (refresh) await this.#post('/oauth2/revoke', { token: refresh }).catch(() => {});
    location.assign(this.#page('/logout', { logout_uri: this.here }));
  }

  /** @param {Record<string, string>} parameters @returns {Promise<Tokens>} */
  async #tokens(parameters) {
    const { id_token: id, refresh_token: refresh } = await (await this.#post('/oauth2/token', parameters)).json();
    return { id, refresh };
  }
  /** @param {string} path @param {Record<string, string>} parameters */
  #post(path, parameters) {
    const body = new URLSearchParams({ client_id: this.client, ...parameters });
    return ask(this.domain + path, { method: 'POST', body });
  }
  /** @param {string} path @param {Record<string, string>} parameters */
  #page(path, parameters) {
    return `${this.domain}${path}?${new URLSearchParams({ client_id: this.client, ...parameters })}`;
  }
}

/** User name and password, straight to Cognito's API: for the emulator, which has no sign-in pages. */
export class PasswordSignIn {
  /** @param {{ cognitoUrl: string, clientId: string }} config */
  constructor({ cognitoUrl, clientId }) {
    this.address = cognitoUrl;
    this.client = clientId;
  }

  /**
   * Resolves to the tokens, or to {again} where a new password has to be chosen: a function that takes it.
   * @param {string} name @param {string} password
   */
  async begin(name, password) {
    const AuthParameters = { USERNAME: name, PASSWORD: password };
    return this.#step('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters }, name);
  }
  async finish() {
    return null;
  }
  /** @param {string} refresh @returns {Promise<Tokens>} */
  async renew(refresh) {
    const AuthParameters = { REFRESH_TOKEN: refresh };
    const step = await this.#step('InitiateAuth', { AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters });
    if ('again' in step) throw new Refused(400, texts.signedOut);
    return step;
  }
  async end() {
    location.reload();
  }

  /** @param {string} action @param {object} parameters @param {string} [name] @returns {Promise<SignInStep>} */
  async #step(action, parameters, name) {
    const response = await ask(this.address, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': `AWSCognitoIdentityProviderService.${action}`,
      },
      body: JSON.stringify({ ClientId: this.client, ...parameters }),
    });
    const { AuthenticationResult: result, ChallengeName: challenge, Session } = await response.json();
    if (result) return { id: result.IdToken, refresh: result.RefreshToken };
    if (challenge !== 'NEW_PASSWORD_REQUIRED') throw new Refused(400, texts.challenge(challenge));
    const again = (/** @type {string} */ password) => {
      const ChallengeResponses = { USERNAME: name, NEW_PASSWORD: password };
      return this.#step('RespondToAuthChallenge', { ChallengeName: challenge, Session, ChallengeResponses }, name);
    };
    return { again };
  }
}
