// Who stands beside whom in a column: items that overlap share its width.

export interface Lane {
  lane: number;
  lanes: number;
}

interface Span {
  key: string;
  from: number;
  to: number;
}

/** The lane of each item by key. Spans are half-open: what touches does not overlap. */
export function lanesOf(spans: Span[]): Map<string, Lane> {
  const placed = new Map<string, Lane>();
  let cluster: Span[] = [];
  let end = -1;
  for (const span of [...spans].sort((a, b) => a.from - b.from || b.to - a.to)) {
    if (span.from >= end) {
      place(cluster, placed);
      cluster = [];
    }
    cluster.push(span);
    end = Math.max(end, span.to);
  }
  place(cluster, placed);
  return placed;
}

/** Gives each span of a cluster the first lane that is free at its start. */
function place(cluster: Span[], placed: Map<string, Lane>) {
  const ends: number[] = [];
  const mine = cluster.map((span) => {
    const free = ends.findIndex((end) => end <= span.from);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = span.to;
    return { key: span.key, lane };
  });
  for (const { key, lane } of mine) placed.set(key, { lane, lanes: ends.length });
}
