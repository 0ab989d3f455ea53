import type { Services } from '../../backend/services.ts';
import { stubServices } from './stubServices.ts';

/** Stub services that count how often any of them is called: an attack that is refused calls none. */
export function watchedServices(): { services: Services; calls: () => number } {
  let calls = 0;
  const services = stubServices();
  for (const group of Object.values(services) as Record<string, unknown>[]) {
    for (const [name, method] of Object.entries(group)) {
      if (typeof method !== 'function') continue;
      group[name] = (...args: unknown[]): unknown => {
        calls++;
        return (method as (...given: unknown[]) => unknown)(...args);
      };
    }
  }
  return { services, calls: () => calls };
}
