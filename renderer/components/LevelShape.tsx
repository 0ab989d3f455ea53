import type { Standing } from '../state/live.ts';

const TONES: Record<Standing, string> = {
  ok: 'text-ok',
  attention: 'text-attention',
  danger: 'text-danger',
  blocked: 'text-blocked',
  paused: 'text-paused',
  offline: 'text-paused',
};

/** The shape of a level, so that colour is never the only sign. */
export function LevelShape({ standing, size = 12 }: { standing: Standing; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 12 12"
      className={`shrink-0 ${TONES[standing]}`}
      fill="currentColor"
      aria-hidden="true"
    >
      <Shape standing={standing} />
    </svg>
  );
}

function Shape({ standing }: { standing: Standing }) {
  switch (standing) {
    case 'ok':
      return <circle cx="6" cy="6" r="5" />;
    case 'attention':
      return <path d="M6 1 11.5 11H.5Z" strokeLinejoin="round" />;
    case 'danger':
      return <path d="M3.7.5h4.6L11.5 3.7v4.6L8.3 11.5H3.7L.5 8.3V3.7Z" />;
    case 'blocked':
      return <path fillRule="evenodd" d="M1 1h10v10H1Zm1.5 3.6v2.8h7V4.6Z" />;
    case 'paused':
      return <path d="M2 1h3v10H2Zm5 0h3v10H7Z" />;
    case 'offline':
      return (
        <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" strokeWidth="2" strokeDasharray="2.6 2.1" />
      );
    default:
      return standing satisfies never;
  }
}
