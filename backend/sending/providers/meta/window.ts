import { DAY_MS, MINUTE_MS } from '../../../core/days.ts';

/** Meta takes free text this long after the contact's last incoming message; every new one starts it again. */
const FREE_TEXT_MS = DAY_MS;
/** Room for the request itself and for clocks that differ. */
const MARGIN_MS = MINUTE_MS;

/**
 * Whether free text may still leave: Meta's clock, which runs from the contact's last incoming message, not from Message 1
 * as ours does (CMP-6).
 * @param lastIncomingAt null when the contact never wrote
 */
export function takesFreeText(lastIncomingAt: number | null, now: number): boolean {
  return lastIncomingAt !== null && now < lastIncomingAt + FREE_TEXT_MS - MARGIN_MS;
}
