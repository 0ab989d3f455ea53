import { VigieError } from '../contract/errors.ts';
import type { Line, LinePatch } from '../contract/lines.ts';
import type { Services } from '../services.ts';
import { inTransaction } from '../storage/database.ts';
import type { StoredLine } from '../storage/secrets.ts';
import { changeAccount, newLineId, paceOf, renewWebhook, toStored } from './lineChanges.ts';
import { createLineRemoval } from './lineRemoval.ts';
import type { LineServiceDependencies } from './lineDependencies.ts';
import type { ConfiguredLine } from './lines.ts';
import { toLineTest } from './lineTest.ts';
import { createLineViews, senderOf } from './lineViews.ts';

/** Lines as the operator sees and sets them (SND-12, SND-13). */
export function createLineService(deps: LineServiceDependencies): Services['lines'] {
  const { database, lines, accounts, open, dispatcher, audit, notify, clock, logger } = deps;
  const views = createLineViews({ ...deps, now: () => clock.now() });
  const find = (id: string): Line => {
    const found = views().find((line) => line.id === id);
    if (found === undefined) throw new VigieError('not_found', { detail: id });
    return found;
  };
  const learnHealth = (line: ConfiguredLine): void => {
    void line.provider.health().then((health) => {
      lines.setHealth(line.id, health);
      notify.changed('settings');
    });
  };
  /** Its client takes the place of the former one, which ends once its requests are answered. */
  const connect = (id: string, account: StoredLine): void => {
    const former = lines.find(id);
    const line = open(id, account, 'app');
    lines.put(line, clock.now());
    dispatcher.serve(id);
    learnHealth(line);
    former?.retire?.().catch((error: unknown) => {
      logger.warn({ error, line: id }, 'former connections of a line could not be closed');
    });
  };
  const keep = (id: string, account: StoredLine): void => {
    accounts.put(id, account);
    if (!accounts.isDemo) connect(id, account);
  };
  /** One number twice would be counted, paced and matched as two. */
  const refuseDouble = (id: string, account: StoredLine): void => {
    const sender = senderOf(account);
    const double = views().find(
      (other) => other.id !== id && other.account?.sender === sender && other.account.baseUrl === account.baseUrl,
    );
    if (double !== undefined) throw new VigieError('conflict', { detail: `${double.label} (${sender})` });
  };

  /** What a patch makes of the account; null when it leaves it as it is. */
  const nextAccount = (line: Line, patch: LinePatch): StoredLine | null => {
    const { label, account, renewWebhook: renewal } = patch;
    if (label === undefined && account === undefined && renewal === undefined) return null;
    if (line.source !== 'app') throw new VigieError('line_fixed', { line: line.label });
    const present = accounts.all()[line.id] ?? null;
    // Only lines of these two are set here.
    const provider = line.provider === 'meta' ? 'meta' : 'wassenger';
    const changed = changeAccount({ provider, label: label ?? line.label }, present, account ?? {});
    if (account !== undefined) refuseDouble(line.id, changed);
    return renewal === undefined ? changed : renewWebhook(changed, renewal.keepFormerHours, clock.now());
  };

  const saveUse = (line: Line, { isDefault, disabled }: LinePatch): void => {
    if (disabled !== undefined && line.source !== 'app') throw new VigieError('line_fixed', { line: line.label });
    if (disabled !== undefined) lines.setDisabled(line.id, disabled ? clock.now() : null);
    if (isDefault !== true) return;
    if (lines.options(line.id).disabled) throw new VigieError('line_disabled', { line: line.label });
    lines.chooseDefault(line.id);
  };

  return {
    list: views,

    add(input, actor) {
      const account = toStored(input);
      const id = newLineId(input.label);
      refuseDouble(id, account);
      try {
        inTransaction(database, () => {
          audit.write({
            actor,
            action: 'line.add',
            target: id,
            detail: { provider: input.provider, label: input.label },
          });
          keep(id, account);
        });
      } catch (error) {
        lines.drop(id);
        accounts.drop(id);
        throw error;
      }
      notify.changed('settings');
      return find(id);
    },

    update(patch, actor) {
      const line = find(patch.id);
      const account = nextAccount(line, patch);
      const { id: _id, label: _label, account: _account, renewWebhook: _renewal, ...own } = patch;
      if (line.use === 'after_restart' && Object.keys(own).length > 0)
        throw new VigieError('line_waits', { line: line.label });
      inTransaction(database, () => {
        audit.write({ actor, action: 'line.update', target: line.id, detail: changesOf(patch) });
        if (account !== null) keep(line.id, account);
        if (line.use === 'after_restart') return;
        saveUse(line, patch);
        lines.saveOptions(line.id, paceOf(patch, lines.options(line.id)));
      });
      notify.changed('settings');
      deps.wake();
      return find(line.id);
    },

    remove: createLineRemoval(deps, find),

    async test(id) {
      const { label, provider, use } = find(id);
      const active = lines.find(id);
      const account = accounts.all()[id];
      if (active === null && account === undefined) {
        throw new VigieError('line_keys_missing', { line: label, fields: [] });
      }
      const asked = active ?? open(id, account as StoredLine, 'app');
      const health = await asked.provider.health();
      if (active === null) await asked.close?.();
      else lines.setHealth(id, health);
      if (use === 'active') notify.changed('settings');
      return toLineTest(health, provider, deps.locale());
    },

    leaveDemo(actor) {
      if (!accounts.isDemo || Object.keys(accounts.all()).length === 0) throw new VigieError('no_line');
      audit.write({ actor, action: 'line.leave_demo', target: '' });
      deps.restart();
    },
  };
}

/** For the audit trail: how a line sends as it was set; of the account the names of what changed, never a value. */
function changesOf({ id: _id, account, renewWebhook: renewal, ...shown }: LinePatch): Record<string, unknown> {
  return {
    ...shown,
    ...(account !== undefined && { account: Object.keys(account) }),
    ...(renewal !== undefined && { renewWebhook: renewal.keepFormerHours }),
  };
}
