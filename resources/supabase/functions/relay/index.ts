// Entry for Supabase's edge runtime (Deno); all that it does is in the files beside it, which know no Deno.
import { createRelay } from './relay.ts';
import { readSettings } from './settings.ts';

Deno.serve(createRelay(readSettings((name: string) => Deno.env.get(name))));
