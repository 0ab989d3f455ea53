import { create } from 'zustand';

export type Toast = {
  id: number;
  tone: 'success' | 'failure' | 'info';
  title: string;
  body?: string;
  /** Path of the interface to open. */
  page?: string;
};

/** Failures stay until they are closed: they have to be read. */
const SHOWN_MS = 6_000;
const MOST_AT_ONCE = 4;

type Toasts = { toasts: readonly Toast[] };
export const useToasts = create<Toasts>(() => ({ toasts: [] }));

let lastId = 0;

/** Says something in the corner of the page. */
export function toast(content: Omit<Toast, 'id'>): void {
  const id = ++lastId;
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts, { ...content, id }].slice(-MOST_AT_ONCE) }));
  if (content.tone !== 'failure') setTimeout(() => dismissToast(id), SHOWN_MS);
}

export function dismissToast(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}
