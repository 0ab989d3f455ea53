import path from 'node:path';
import { projectNode } from './install.mjs';

type Program = [command: string, args: string[], options: { env: NodeJS.ProcessEnv }];

/** A built program, as `spawn` takes it: on the project's own Node, with its code compiled once and kept. */
export function builtProgram(root: string, name: 'host' | 'cli', args: string[]): Program {
  const command = projectNode(root) ?? process.execPath;
  const env = { ...process.env, NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/compiled') };
  return [command, [path.join(root, 'out/main', `${name}.js`), ...args], { env }];
}
