/** Every whole number with so many digits has a float of its own. */
const EXACT_DIGITS = 15;
const FIRST_SIZE = 1 << 10;
/** What no phone is. */
const FREE = 0;

/** Phones in E.164, a million of them in 16 MB: a set of texts takes five times as much. */
export class PhoneSet {
  #slots = new Float64Array(FIRST_SIZE);
  #count = 0;
  readonly #long = new Set<string>();

  /** True when the phone is new here. */
  add(phone: string): boolean {
    if (phone.length > EXACT_DIGITS + 1) return this.#long.size < this.#long.add(phone).size;
    const key = Number(phone);
    const slot = slotOf(this.#slots, key);
    if (this.#slots[slot] === key) return false;
    this.#slots[slot] = key;
    this.#count++;
    if (2 * this.#count > this.#slots.length) this.#grow();
    return true;
  }

  #grow(): void {
    const slots = new Float64Array(2 * this.#slots.length);
    for (const key of this.#slots) if (key !== FREE) slots[slotOf(slots, key)] = key;
    this.#slots = slots;
  }
}

/** Where a phone stands, or would stand: there is always a free slot. */
function slotOf(slots: Float64Array, key: number): number {
  const mask = slots.length - 1;
  // Fibonacci hashing of both halves: phones of a list differ by little.
  let slot = (Math.imul((key % 0x1_0000_0000) | 0, 0x9e3779b1) ^ Math.imul(key / 0x1_0000_0000, 0x85ebca6b)) >>> 0;
  slot = (slot ^ (slot >>> 15)) & mask;
  while (slots[slot] !== key && slots[slot] !== FREE) slot = (slot + 1) & mask;
  return slot;
}
