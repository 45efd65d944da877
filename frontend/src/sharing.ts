// Structural sharing: what did not change keeps its identity, so that a refreshed
// view redraws only what differs.

/** next, with every part of it that equals the same part of previous taken from there. */
export function share<T>(previous: unknown, next: T): T {
  if (previous === next) return next;
  if (Array.isArray(next)) return shareList(previous, next) as T;
  if (isRecord(next)) return shareRecord(previous, next) as T;
  return next;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Items with a key are matched by it, the others by their place. */
function shareList(previous: unknown, next: unknown[]): unknown[] {
  if (!Array.isArray(previous)) return next;
  const byKey = new Map<unknown, unknown>();
  for (const item of previous) if (isRecord(item) && "key" in item) byKey.set(item.key, item);
  let same = previous.length === next.length;
  const shared = next.map((item, at) => {
    const before = isRecord(item) && "key" in item ? byKey.get(item.key) : previous[at];
    const kept = share(before, item);
    same &&= kept === previous[at];
    return kept;
  });
  return same ? previous : shared;
}

function shareRecord(previous: unknown, next: Record<string, unknown>): Record<string, unknown> {
  if (!isRecord(previous) || Array.isArray(previous)) return next;
  const shared: Record<string, unknown> = {};
  let same = Object.keys(previous).length === Object.keys(next).length;
  for (const [name, value] of Object.entries(next)) {
    shared[name] = share(previous[name], value);
    same &&= shared[name] === previous[name];
  }
  return same ? previous : shared;
}
