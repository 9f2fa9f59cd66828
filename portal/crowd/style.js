/** Makes a style sheet that shadow roots can share. @param {string} css */
export function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

/** Colours, type, buttons and dialogs of all elements; light or dark with the page's colour scheme. */
export const base = sheet(`
:host{--text:light-dark(#16191f,#e9ecef);--muted:light-dark(#545b64,#a9b3bd);--surface:light-dark(#fff,#1b2027);
--raised:light-dark(#f4f6f8,#252c35);--line:light-dark(#c3c9d0,#454f5b);--edge:light-dark(#767e88,#8a949f);
--accent:light-dark(#0b5cad,#7cb8f5);--on-accent:light-dark(#fff,#0d1a28);--chosen:light-dark(#dcebfa,#20405f);
--error:light-dark(#b3261e,#ff9d94);--focus:light-dark(#0b5cad,#ffc24b);
font:1rem/1.45 system-ui,sans-serif;color:var(--text)}
:host([hidden]){display:none!important}
*{box-sizing:border-box}
button,input,textarea{font:inherit;color:inherit}
button{min-height:2.1rem;padding:.25rem .7rem;border:1px solid var(--edge);border-radius:6px;background:var(--surface);cursor:pointer}
button:hover:not(:disabled){background:var(--raised)}
button:disabled{opacity:.55;cursor:default}
button.primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
button.primary:hover:not(:disabled){background:var(--accent);filter:brightness(1.1)}
button.link{border-color:transparent;background:none;color:var(--accent);text-decoration:underline;padding-inline:.2rem}
:focus-visible{outline:3px solid var(--focus);outline-offset:1px}
input,textarea{padding:.35rem .5rem;border:1px solid var(--edge);border-radius:6px;background:var(--surface);max-width:100%}
h2{font-size:1rem;margin:0 0 .4rem;overflow-wrap:anywhere}
dialog{max-width:min(52rem,94vw);max-height:90vh;padding:1rem 1.2rem;border:1px solid var(--line);border-radius:10px;
background:var(--surface);color:var(--text);overflow-wrap:anywhere}
dialog::backdrop{background:#0008}
dialog[open]{display:flex;flex-direction:column}
dialog h2{font-size:1.2rem}
dialog .body{overflow:auto;margin-bottom:.8rem}
dialog>button{align-self:end}
.error{color:var(--error)}
@media(prefers-reduced-motion:no-preference){button{transition:background .1s}}`);
