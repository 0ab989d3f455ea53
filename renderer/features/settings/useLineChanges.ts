import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Line, LineInput, LinePatch, LineRemoval, LineTest } from '../../../backend/contract/lines.ts';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { useSentence } from '../../components/LoadFailed.tsx';
import { toast } from '../../state/toasts.ts';

/** Adds, changes, tests and removes lines; what went wrong is said in a toast. */
export function useLineChanges() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  const refresh = () =>
    Promise.all([keys.settings, keys.audit].map((queryKey) => queryClient.invalidateQueries({ queryKey })));
  const failed = (title: string) => (error: unknown) => toast({ tone: 'failure', title, body: sentence(error) });
  const test = useMutation({
    mutationFn: (id: string) => api.lines.test({ id }),
    onError: failed(t('settings.lines.notTested')),
    onSettled: refresh,
  });
  /** A line that was just set is asked about at once: a wrong key is better known now than at the first message. */
  const tested = async (line: Line): Promise<Line> => {
    await refresh();
    const title = t('settings.lines.saved', { line: line.label });
    try {
      const found = await api.lines.test({ id: line.id });
      toast({ tone: toneOf(found), title, body: found.message });
    } catch (error) {
      toast({ tone: 'failure', title, body: sentence(error) });
    }
    return line;
  };
  return {
    test,
    add: useMutation({
      mutationFn: async (input: LineInput) => tested(await api.lines.add(input)),
      onError: failed(t('settings.lines.notSaved')),
    }),
    update: useMutation({
      mutationFn: async (patch: LinePatch) => {
        const line = await api.lines.update(patch);
        return patch.account === undefined ? line : tested(line);
      },
      onSuccess: (line, { account }) => {
        if (account === undefined) toast({ tone: 'success', title: t('settings.lines.saved', { line: line.label }) });
      },
      onError: failed(t('settings.lines.notSaved')),
      onSettled: refresh,
    }),
    remove: useMutation({
      mutationFn: ({ id, ...query }: LineRemoval & { id: string }) => api.lines.remove({ params: { id }, query }),
      onSuccess: () => toast({ tone: 'success', title: t('settings.lines.removed') }),
      onError: failed(t('settings.lines.notRemoved')),
      onSettled: refresh,
    }),
    leaveDemo: useMutation({
      mutationFn: () => api.lines.leaveDemo(),
      onSuccess: () => toast({ tone: 'info', title: t('settings.lines.restarting') }),
      onError: failed(t('settings.lines.notSaved')),
    }),
  };
}

function toneOf({ state }: LineTest): 'success' | 'failure' {
  return state === 'online' ? 'success' : 'failure';
}
