import type { CommandText } from '../contract/messages/commands.ts';
import { COMMON_OPTIONS, type Command, type Text } from './command.ts';
import { table } from './layout.ts';

export type Described = Pick<Command, 'name' | 'operands' | 'options'>;

/** All commands, or those that begin with a word. */
export function overview(commands: readonly Described[], text: Text): string {
  const rows = commands.map(({ name, operands }) => [
    `  ${[name, ...operands].join(' ')}`,
    text(`command.${name}` as CommandText),
  ]);
  const parts = [text('help.title'), text('help.usage'), `${text('help.commands')}\n${table(rows)}`, text('help.more')];
  return parts.join('\n\n');
}

/** One command with its options. */
export function helpOf({ name, operands, options }: Described, text: Text): string {
  const rows = [...new Set([...options, ...Object.keys(COMMON_OPTIONS)])].map((option) => [
    `  --${option}`,
    text(`option.${option}` as CommandText),
  ]);
  const usage = text('help.usage_of', { command: [name, ...operands].join(' ') });
  return `${text(`command.${name}` as CommandText)}\n\n${usage}\n\n${text('help.options')}\n${table(rows)}`;
}
