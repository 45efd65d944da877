-- 04: what was overwritten can be read and put back. The journal only points;
-- former values lie apart, so that erasing a person never rewrites the journal.
CREATE TABLE history (
  territoire TEXT NOT NULL,    -- with number, noun and id: a line of the journal
  number     INTEGER NOT NULL,
  noun       TEXT NOT NULL,
  id         TEXT NOT NULL,
  kind       TEXT NOT NULL,
  at         INTEGER NOT NULL,
  was        TEXT NOT NULL,    -- JSON: former values by group, the whole image under ""
  PRIMARY KEY (territoire, number, noun, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX history_record ON history (noun, id, at);
CREATE INDEX history_at ON history (at);

-- Fiches that were merged into another, found from what they were called: a
-- command that still names them means the one that stays. usager is usagers.seq.
CREATE TABLE usager_merged (
  merged TEXT NOT NULL,
  usager INTEGER NOT NULL,
  PRIMARY KEY (merged, usager)
) STRICT, WITHOUT ROWID;
CREATE INDEX usager_merged_usager ON usager_merged (usager);
