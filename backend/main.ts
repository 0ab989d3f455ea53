import { keepCompiledCode } from './compiledCode.ts';

keepCompiledCode(import.meta.dirname);
const { readFlags, serve } = await import('./serve.ts');

const USAGE = 'serve [--port N] [--webhook-port N] [--data-dir DIR] [--no-demo]';

try {
  process.exitCode = await serve(readFlags(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 2;
}
