import { describe, expect, it } from 'vitest';
import { runLine } from '../../tests/support/commandLine.ts';
import { VigieError } from '../contract/errors.ts';
import { CommandError } from './command.ts';

describe('the command line', () => {
  it.each([[[]], [['campaign']], [['nonsense']], [['campaign', 'nonsense']], [['attempts', '--json']]])(
    'exits with 2 and says which commands there are: %o',
    async (args) => {
      const { exitCode, output, errors, connect } = await runLine(args);
      expect(exitCode).toBe(2);
      expect(output).toBe('');
      expect(errors).toContain('Commandes :');
      expect(connect).not.toHaveBeenCalled();
    },
  );

  it.each([[['--help']], [['help']], [['send', '-h']], [['campaign', 'create', '--help']]])(
    'explains itself in French and English: %o',
    async (args) => {
      const french = await runLine(args);
      const english = await runLine(args, {}, { locale: 'en' });
      expect([french.exitCode, english.exitCode]).toEqual([0, 0]);
      expect(french.output).toContain('Utilisation : vigie');
      expect(english.output).toContain('Usage: vigie');
      expect(french.connect).not.toHaveBeenCalled();
    },
  );

  it('has a description of every option of every command', async () => {
    const { output } = await runLine(['--help']);
    const commands = [...output.matchAll(/^ {2}([a-z]+(?: [a-z]+)?)/gm)].map(([, name]) => name?.trim() ?? '');
    expect(commands.length).toBeGreaterThan(15);
    for (const command of commands) {
      const help = await runLine([...command.split(' '), '--help']);
      expect(help.output).toContain('--data-dir');
      expect(help.output).not.toContain('undefined');
    }
  });

  it.each([
    [['stats', '--bogus'], 'Option inconnue : --bogus.'],
    [['stats', '--days'], 'La valeur de l’option --days'],
    [['stats', '--days', 'seven'], 'L’option --days attend un nombre entier, pas « seven ».'],
    [['stats', 'extra'], 'Argument en trop : extra.'],
    [['send', '--to', '+33612345678'], 'L’option --body est obligatoire.'],
    [['send', '--to', '+33612345678', '--body', 'x', '--type', 'message_1'], 'account, otp, system'],
    [['import'], 'Il manque : FILE.csv.'],
    [['campaign', 'show'], 'Il manque : ID.'],
    [
      ['campaign', 'create', '--name', 'N', '--message1', 'a', '--message2', 'b'],
      'L’option --category est obligatoire.',
    ],
    [['attempts', 'resolve', 'id', '--outcome', 'perhaps'], 'sent, not_sent'],
    [['token', 'create', '--role', 'root'], 'admin, super_admin'],
    [['token', 'create', '--expires', 'soon'], '30m, 12h'],
  ])('exits with 2 for wrong use, before anything is done: %o', async (args, words) => {
    const { exitCode, output, errors, connect } = await runLine(args);
    expect(exitCode).toBe(2);
    expect(errors).toContain(words);
    expect(errors).toContain('Utilisation : vigie');
    expect(output).toBe('');
    expect(connect).not.toHaveBeenCalled();
  });

  it('exits with 2 when the contract refuses a value, with its sentence', async () => {
    const { exitCode, errors } = await runLine(['stats', '--days', '91']);
    expect(exitCode).toBe(2);
    expect(errors).toContain('le champ «\u202fdays\u202f» doit valoir au plus 90');
  });

  it('exits with 1 and the sentence when the application refuses', async () => {
    const send = () => {
      throw new VigieError('opted_out');
    };
    const { exitCode, errors, output, close } = await runLine(['send', '--to', '+33612345678', '--body', 'x'], {
      messages: { send },
    });
    expect([exitCode, output]).toEqual([1, '']);
    expect(errors).toBe('Ce contact a demandé à ne plus rien recevoir. Aucun message ne lui sera envoyé.\n');
    expect(close).toHaveBeenCalledOnce();
  });

  it('tells programs what failed where they read answers', async () => {
    const get = () => {
      throw new VigieError('not_found');
    };
    const { exitCode, output, errors } = await runLine(['attempts', 'show', 'none', '--json'], { attempts: { get } });
    expect([exitCode, errors]).toEqual([1, '']);
    expect(JSON.parse(output)).toEqual({ code: 'not_found', message: 'Cet élément n’existe pas ou n’existe plus.' });
    const wrong = await runLine(['stats', '--days', 'x', '--json']);
    expect([wrong.exitCode, wrong.errors]).toEqual([2, '']);
    expect(JSON.parse(wrong.output)).toMatchObject({ code: 'wrong_use' });
  });

  it('exits with 2 when a setting of the process is wrong', async () => {
    const connect = () => Promise.reject(new RangeError('VIGIE_ADMIN_PORT=x'));
    const settingProblem = (error: unknown) => (error instanceof RangeError ? error.message : null);
    const { exitCode, errors } = await runLine(['stats'], {}, { connect, settingProblem });
    expect([exitCode, errors]).toEqual([2, 'VIGIE_ADMIN_PORT=x\n']);
  });

  it('exits with 1 when nothing answers', async () => {
    const connect = () => Promise.reject(new CommandError('failure.host_silent', { address: 'http://127.0.0.1:1' }));
    const { exitCode, errors } = await runLine(['stats'], {}, { connect });
    expect(exitCode).toBe(1);
    expect(errors).toContain('http://127.0.0.1:1');
  });

  it('takes the data folder before or after the command', async () => {
    for (const args of [
      ['--data-dir', '/x', 'campaign', 'list'],
      ['campaign', 'list', '--data-dir=/x'],
      ['campaign', '--data-dir', '/x', 'list'],
    ]) {
      const { exitCode, connect } = await runLine(args);
      expect(exitCode).toBe(0);
      expect(connect).toHaveBeenCalledWith({ dataDir: '/x' });
    }
  });

  it('hands `serve` its flags', async () => {
    const { serve } = await runLine(['serve', '--port', '0', '--no-demo']);
    expect(serve).toHaveBeenCalledWith(['--port', '0', '--no-demo']);
  });
});
