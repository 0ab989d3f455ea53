import { toIso } from '../../core/days.ts';
import { defineCommand } from '../command.ts';
import { duration, oneOf } from '../values.ts';

const DEFAULT_LIFE = '12h';

export const tokenCreate = defineCommand({
  name: 'token create',
  options: { role: { type: 'string' }, expires: { type: 'string' } },
  async run({ role = 'admin', expires = DEFAULT_LIFE }, { createToken }) {
    const { token, expiresAt } = await createToken({
      role: oneOf('role', role, ['admin', 'super_admin']),
      expiresInMs: duration('expires', expires),
    });
    return { data: { token, expiresAt: toIso(expiresAt) }, words: token };
  },
});
