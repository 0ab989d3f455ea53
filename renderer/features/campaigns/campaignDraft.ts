import type { Campaign, CampaignPreviewInput } from '../../../backend/contract/campaigns.ts';

/** What is typed into the form. */
export type CampaignDraft = {
  name: string;
  categoryIds: readonly string[];
  /** Contacts chosen one by one, kept as they are. */
  contactIds: readonly string[];
  message1: string;
  message2: string;
  /** The line that sends it; empty: the default one. */
  line: string;
};

export const emptyDraft: CampaignDraft = {
  ...{ name: '', categoryIds: [], contactIds: [], message1: '', message2: '', line: '' },
};

export function draftOf(campaign: Campaign): CampaignDraft {
  const { name, categoryIds, contactIds, message1, message2, line } = campaign;
  return { name, categoryIds, contactIds, message1: message1.body, message2: message2.body, line: line ?? '' };
}

/** Longest text of a message, as the contract has it. */
export const MAX_MESSAGE_LENGTH = 4096;

export type DraftProblem = 'name' | 'audience' | 'message1' | 'message2';

/** What is still missing. */
export function problemsOf(draft: CampaignDraft): DraftProblem[] {
  const problems: DraftProblem[] = [];
  if (draft.name.trim() === '') problems.push('name');
  if (draft.categoryIds.length + draft.contactIds.length === 0) problems.push('audience');
  if (draft.message1.trim() === '') problems.push('message1');
  if (draft.message2.trim() === '') problems.push('message2');
  return problems;
}

/**
 * What to ask a preview for; null while there is nothing to show. A follow-up that is not written yet is stood in for
 * by the first message: the contract wants both.
 */
export function previewInputOf(draft: CampaignDraft): CampaignPreviewInput | null {
  if (draft.message1.trim() === '' || draft.categoryIds.length + draft.contactIds.length === 0) return null;
  return {
    categoryIds: [...draft.categoryIds],
    contactIds: [...draft.contactIds],
    message1: { body: draft.message1 },
    message2: { body: draft.message2.trim() === '' ? draft.message1 : draft.message2 },
    samples: 3,
  };
}

/** A text with `insert` in the place of its selection, and where the caret stands then. */
export function inserted(text: string, selection: { from: number; to: number }, insert: string) {
  return {
    text: text.slice(0, selection.from) + insert + text.slice(selection.to),
    caret: selection.from + insert.length,
  };
}
