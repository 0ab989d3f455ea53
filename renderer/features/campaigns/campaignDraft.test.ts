import { describe, expect, it } from 'vitest';
import { someCampaign } from '../../../tests/support/samples.ts';
import { draftOf, emptyDraft, inserted, previewInputOf, problemsOf } from './campaignDraft.ts';
import { corrected } from './corrected.ts';

const draft = { ...emptyDraft, name: 'Novembre', categoryIds: ['clients'], message1: 'Bonjour', message2: 'Merci' };

describe('a campaign as it is written (CMP-3)', () => {
  it('names everything that is missing', () => {
    expect(problemsOf(emptyDraft)).toEqual(['name', 'audience', 'message1', 'message2']);
    expect(problemsOf({ ...draft, name: '  ', message2: '\n' })).toEqual(['name', 'message2']);
    expect(problemsOf(draft)).toEqual([]);
    expect(problemsOf({ ...draft, categoryIds: [], contactIds: ['awa'] })).toEqual([]);
  });

  it('asks for a preview as soon as there is somebody to write to and a first message', () => {
    expect(previewInputOf({ ...draft, categoryIds: [] })).toBeNull();
    expect(previewInputOf({ ...draft, message1: ' ' })).toBeNull();
    expect(previewInputOf(draft)).toMatchObject({ message1: { body: 'Bonjour' }, message2: { body: 'Merci' } });
    expect(previewInputOf({ ...draft, message2: '' })).toMatchObject({ message2: { body: 'Bonjour' } });
  });

  it('puts a variable in the place of the selection', () => {
    expect(inserted('Bonjour  !', { from: 8, to: 8 }, '{{nom}}')).toEqual({ text: 'Bonjour {{nom}} !', caret: 15 });
    expect(inserted('Bonjour toi', { from: 8, to: 11 }, '{{nom}}').text).toBe('Bonjour {{nom}}');
  });

  it('opens a saved draft with all that it holds', () => {
    expect(draftOf(someCampaign)).toEqual({
      name: 'Novembre',
      categoryIds: ['category-1'],
      contactIds: [],
      message1: 'Bonjour {{prenom}}',
      message2: 'Merci',
      line: '',
    });
  });

  it('sees when late news corrected the figures of a closed campaign (CMP-10)', () => {
    expect(corrected(someCampaign, someCampaign)).toBe(false);
    expect(corrected({ ...someCampaign, messagesRead: 31 }, someCampaign)).toBe(true);
  });
});
