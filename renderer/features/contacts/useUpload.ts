import { useState } from 'react';
import type { ContactImport } from '../../../backend/contract/imports.ts';
import { api } from '../../api/client.ts';

/** As the contract has it. */
const MAX_BYTES = 512 * 1024 * 1024;
const PART_BYTES = 4 * 1024 * 1024;

/** Sends a file in parts, so that no side holds the whole of it; `sent` is the share that is there. */
export function useUpload() {
  const [sent, setSent] = useState(0);
  const [tooLarge, setTooLarge] = useState(false);

  const send = async (file: File): Promise<ContactImport | null> => {
    setSent(0);
    setTooLarge(file.size > MAX_BYTES);
    if (file.size > MAX_BYTES) return null;
    let made = await api.imports.create({ fileName: file.name, size: file.size });
    let offset = 0;
    do {
      const part = file.slice(offset, offset + PART_BYTES);
      const body = new File([part], file.name, { type: 'text/csv' });
      made = await api.imports.upload({ query: { id: made.id, offset }, body });
      offset += part.size;
      setSent(file.size === 0 ? 1 : offset / file.size);
    } while (offset < file.size);
    return made;
  };
  return { send, sent, tooLarge };
}
