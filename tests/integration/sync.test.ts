import { describeSync } from '../support/supabase/conformance.ts';
import { startPglite } from '../support/supabase/engine.ts';

describeSync('the copy in Supabase, on PGlite', async () => ({ engine: await startPglite(), stop: async () => {} }), {
  rows: 50,
});
