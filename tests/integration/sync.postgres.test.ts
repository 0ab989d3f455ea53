import { describeSync } from '../support/supabase/conformance.ts';
import { connectPostgres } from '../support/supabase/engine.ts';
import { startPostgres } from '../support/supabase/postgres.ts';

describeSync(
  'the copy in Supabase, on PostgreSQL',
  async () => {
    const server = await startPostgres();
    return { engine: connectPostgres(server.connectionString), stop: () => server.stop() };
  },
  { rows: 300 },
);
