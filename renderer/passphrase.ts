import type { PassphraseWords } from '../backend/contract/desktopBridge.ts';
import './styles/app.css';

/** The page that asks for the passphrase: one field, which the main process hears of and nobody else. */
const form = document.querySelector('form');
const field = document.querySelector('input');
const button = document.querySelector('button');

window.vigiePassphrase?.onAsked((text) => {
  const words = JSON.parse(text) as PassphraseWords;
  document.documentElement.lang = words.locale;
  for (const element of document.querySelectorAll<HTMLElement>('[data-word]')) {
    element.textContent = words[element.dataset['word'] as keyof PassphraseWords];
  }
  if (words.wrong !== '') field?.setAttribute('aria-invalid', 'true');
  field?.focus();
});

form?.addEventListener('submit', (event) => {
  event.preventDefault();
  if (field === null || field.value === '') return;
  if (button !== null) button.disabled = true;
  window.vigiePassphrase?.answer(field.value);
});
