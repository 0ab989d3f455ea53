import { useQuery } from '@tanstack/react-query';
import type { Capabilities } from '../../../backend/contract/lines.ts';
import { settingsQuery } from '../../api/queries.ts';

/** What the line of a campaign can do, null for the default one; undefined for a line that is gone. */
export function useCapabilities(lineId: string | null): Capabilities | undefined {
  const { data: settings } = useQuery(settingsQuery());
  return settings?.lines.find((line) => (lineId === null ? line.isDefault : line.id === lineId))?.capabilities;
}
