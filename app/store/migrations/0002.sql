-- 02: what each scope holds is summed up, so that a desktop and its server can
-- compare themselves at every exchange; the commands a server answered keep
-- their order whatever the device, so that they can be offered again to a server
-- restored from a backup; a command about what has left a desktop is known.
ALTER TABLE feed RENAME TO feed_01;
CREATE TABLE feed (
  place   INTEGER NOT NULL,
  noun    TEXT NOT NULL,
  id      TEXT NOT NULL,
  number  INTEGER NOT NULL,
  present INTEGER NOT NULL, -- 1: readable through this scope; 0: no longer
  revision INTEGER NOT NULL, -- counted in the digest; 0 when it is not present
  month    INTEGER NOT NULL, -- of an rdv's start, 202611; 0 for other nouns
  PRIMARY KEY (noun, id, place)
) STRICT, WITHOUT ROWID;
INSERT INTO feed (place, noun, id, number, present, revision, month) SELECT place, noun, id, number, present, 0, 0 FROM feed_01;
DROP TABLE feed_01;
CREATE INDEX feed_number ON feed (place, number);
CREATE INDEX feed_collection ON feed (place, noun, number);

CREATE TABLE digests (
  place INTEGER NOT NULL,
  noun  TEXT NOT NULL,
  month INTEGER NOT NULL,
  sum   INTEGER NOT NULL,
  size  INTEGER NOT NULL, -- how many they are
  PRIMARY KEY (place, noun, month)
) STRICT, WITHOUT ROWID;


ALTER TABLE held RENAME TO held_01;
CREATE TABLE held (
  noun   TEXT NOT NULL,
  id     TEXT NOT NULL,
  place  INTEGER NOT NULL,
  number INTEGER NOT NULL, -- of the record in that territoire, when received
  revision INTEGER NOT NULL, -- counted in the digest
  month    INTEGER NOT NULL, -- of an rdv's start, 202611; 0 for other nouns
  PRIMARY KEY (noun, id, place)
) STRICT, WITHOUT ROWID;
INSERT INTO held (noun, id, place, number, revision, month) SELECT noun, id, place, number, 0, 0 FROM held_01;
DROP TABLE held_01;
CREATE INDEX held_place ON held (place);

ALTER TABLE acknowledged RENAME TO acknowledged_01;
CREATE TABLE acknowledged (
  seq     INTEGER PRIMARY KEY,
  command TEXT NOT NULL UNIQUE,
  device  TEXT NOT NULL,     -- under which it was answered
  n       INTEGER NOT NULL,
  author  TEXT NOT NULL,
  at      INTEGER NOT NULL,
  body    TEXT,              -- NULL once emptied: erased, refused or out of reach
  undo    TEXT
) STRICT;
INSERT INTO acknowledged (command, device, n, author, at, body, undo) SELECT command, coalesce((SELECT CAST(value AS TEXT) FROM meta WHERE key = 'device'), ''), n, author, at, body, undo FROM acknowledged_01 ORDER BY n;
DROP TABLE acknowledged_01;
CREATE INDEX acknowledged_at ON acknowledged (at);

ALTER TABLE pending RENAME TO pending_01;
CREATE TABLE pending (
  n       INTEGER PRIMARY KEY NOT NULL,
  command TEXT NOT NULL UNIQUE,
  author  TEXT NOT NULL,
  body    TEXT,              -- NULL once emptied by an erasure
  undo    TEXT,
  state   TEXT NOT NULL,
  outcome TEXT,              -- JSON; set: settled, waits for the mark
  beyond  INTEGER NOT NULL DEFAULT 0 -- 1: about a record that has left this desktop
) STRICT;
INSERT INTO pending (n, command, author, body, undo, state, outcome) SELECT n, command, author, body, undo, state, outcome FROM pending_01;
DROP TABLE pending_01;

-- The sums are worked out by the program, once.
INSERT INTO meta (key, value) VALUES ('recount', x'01');
