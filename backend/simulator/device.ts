import { z } from 'zod';
import { dayOf, toIso } from '../core/days.ts';

/** The WhatsApp number that sends. */
export type Device = {
  id: string;
  phone: string;
  alias: string;
  status: string;
  /** Of the connection to WhatsApp. */
  session: string;
  connector: 'web' | 'cloud';
  queue: 'active' | 'pause' | 'reject' | 'freeze';
};

export const queueStatus = z.enum(['active', 'pause', 'reject', 'freeze']);
/** What a test can change while the simulator runs. */
export const devicePatch = z.strictObject({
  status: z.string().optional(),
  session: z.string().optional(),
  connector: z.enum(['web', 'cloud']).optional(),
  queue: queueStatus.optional(),
});
export type DevicePatch = z.infer<typeof devicePatch>;

export const defaultDevice: Device = {
  id: '5f9c1e2b7a4d3c0018e6b2a1',
  phone: '+33639980000',
  alias: 'Simulateur',
  status: 'operative',
  session: 'online',
  connector: 'web',
  queue: 'active',
};

/** True when messages leave the provider's queue. */
export function isSending(device: Device): boolean {
  return device.status === 'operative' && device.session === 'online' && device.queue === 'active';
}

/** The provider's JSON for a device. */
export function deviceJson(device: Device, figures: { now: number; sentToday: number }): Record<string, unknown> {
  return {
    id: device.id,
    phone: device.phone,
    alias: device.alias,
    status: device.status,
    connector: device.connector,
    session: { status: device.session, lastSyncAt: toIso(figures.now) },
    queue: { status: device.queue },
    stats: { day: { date: dayOf(figures.now), sent: figures.sentToday } },
  };
}
