import type { RulesPatch } from '../rules.ts';

/** Seed of the demo: contacts, their behaviour and the history are the same on every machine. */
export const DEMO_SEED = 27_296;

/**
 * A lively line: a bit more than half of the contacts answer within a minute, most messages are delivered and read,
 * a few fail in different ways. Nothing here pauses the line.
 */
export const demoRules = {
  latencyMs: [120, 700],
  faults: {
    number_not_found: 0.035,
    contact_blocked: 0.02,
    rate_limited: 0.02,
    bad_gateway_accepted: 0.015,
  },
  retryAfterSeconds: 5,
  delivery: {
    sentMs: [150, 900],
    deliveredShare: 0.96,
    deliveredMs: [500, 5_000],
    readShare: 0.8,
    readMs: [1_000, 18_000],
    failedShare: 0.025,
    failedMs: [1_000, 6_000],
    failureCodes: { 'number:notfound': 1, max_retries: 1 },
  },
  answers: {
    share: 0.62,
    afterAnswerShare: 0.15,
    delayMs: [1_500, 45_000],
    severalShare: 0.12,
    severalMs: [2_000, 15_000],
    types: { text: 55, emoji: 12, voice: 10, reaction: 8, image: 6, sticker: 3, document: 2, video: 2, audio: 2 },
    texts: [
      'Oui, avec plaisir',
      "Bonjour, ça m'intéresse",
      'C’est à quelle heure ?',
      'Merci pour l’invitation, je viens',
      'Je serai là avec ma sœur',
      'Pouvez-vous me rappeler demain ?',
      'Quel est le prix ?',
      'Super, à bientôt',
      'Je ne suis pas disponible cette semaine',
      'Est-ce qu’il reste des places ?',
    ],
    stopShare: 0.03,
    stopWords: ['STOP', 'Stop merci'],
    quotedShare: 0.2,
  },
  webhooks: { doubledShare: 0.05, unknownShare: 0.03, retryBaseMs: 1_000 },
} satisfies RulesPatch;

/** What the demo needs to remember; the rest is forgotten, so that it can run for weeks. */
export const DEMO_MEMORY = 5_000;
