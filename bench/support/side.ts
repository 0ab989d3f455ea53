import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

type Options = { env?: Record<string, string> };

/** Starts one side of a comparison in a process of its own and gives it its task. */
function start(file: string, task: object, { env = {} }: Options): { child: ChildProcess; answer: Promise<unknown> } {
  const child = fork(file, { env: { ...process.env, NODE_NO_WARNINGS: '1', ...env } });
  const answer = Promise.race([
    once(child, 'message').then(([message]: unknown[]) => message),
    once(child, 'exit').then(([code]: unknown[]) => {
      throw new Error(`${file} ended with ${String(code)} and no answer`);
    }),
  ]);
  child.send(task);
  return { child, answer };
}

/** Has a side do its task in a fresh process and gives what it measured. */
export async function runSide<Result>(file: string, task: object, options: Options = {}): Promise<Result> {
  const { child, answer } = start(file, task, options);
  const result = (await answer) as Result;
  await end(child);
  return result;
}

/** Starts a side that serves until it is stopped; gives what it said about itself. */
export async function startSide<Said>(
  file: string,
  task: object,
  options: Options = {},
): Promise<{ said: Said; pid: number; stop: () => Promise<void> }> {
  const { child, answer } = start(file, task, options);
  const said = (await answer) as Said;
  return { said, pid: child.pid ?? 0, stop: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** In a side's process: does the task that comes, and answers. */
export function asSide<Task>(work: (task: Task) => Promise<object>): void {
  process.once('message', (task: Task) => {
    work(task).then(
      (result) => process.send?.(result),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
        process.exit(1);
      },
    );
  });
}
