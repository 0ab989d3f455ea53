import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/queries.ts';
import { startLive } from './api/startLive.ts';
import { App } from './features/shell/App.tsx';
import { startTexts } from './locales/i18n.ts';
import { keepPreferences, usePreferences } from './state/preferences.ts';
import { hrefOfPage, navigate } from './state/router.ts';
import './styles/app.css';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

keepPreferences();
const queryClient = createQueryClient();
startLive(queryClient);
await startTexts(usePreferences.getState().language);
window.vigie?.onNavigate((page) => navigate(hrefOfPage(page)));

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
