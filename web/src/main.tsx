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
  startEarly(client);
  void startLanguages().then(() =>
    createRoot(root).render(
      <StrictMode>
        <App client={client} />
      </StrictMode>,
    ),
  );
}
