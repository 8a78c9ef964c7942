import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { makeClient, startEarly } from './app/start';
import { startLanguages } from './i18n';
import './styles.css';
import './care.css';

const root = document.getElementById('root');
if (root) {
  const client = makeClient();
  // Who has to sign in waits for the page that asks, rather than look at an empty frame.
  const firstPart = startEarly(client);
  void Promise.all([startLanguages(), firstPart]).then(() =>
    createRoot(root).render(
      <StrictMode>
        <App client={client} />
      </StrictMode>,
    ),
  );
}
