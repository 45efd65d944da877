-- The newest shape of a Permanence database on SQLite.
--
-- A record is one row of the table of its noun: its id, its revision, the
-- columns that something searches by, and its canonical body, which is what
-- travels. Ids are lower-case text, instants INTEGER microseconds UTC, civil
-- days text (2026-05-04). Columns that search and may be empty are NULL then.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY NOT NULL,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Records ---------------------------------------------------------------

CREATE TABLE territoires (
  seq      INTEGER PRIMARY KEY,
  id       TEXT NOT NULL UNIQUE,
  revision INTEGER NOT NULL,
  body     TEXT NOT NULL
) STRICT;

CREATE TABLE organisations (
  seq        INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  revision   INTEGER NOT NULL,
  territoire TEXT NOT NULL,
  body       TEXT NOT NULL
) STRICT;
CREATE INDEX organisations_territoire ON organisations (territoire);

CREATE TABLE services (
  seq        INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  revision   INTEGER NOT NULL,
  territoire TEXT NOT NULL,
  body       TEXT NOT NULL
) STRICT;
CREATE INDEX services_territoire ON services (territoire);

CREATE TABLE agents (
  seq      INTEGER PRIMARY KEY,
  id       TEXT NOT NULL UNIQUE,
  revision INTEGER NOT NULL,
  email    TEXT,
  body     TEXT NOT NULL
) STRICT;
CREATE INDEX agents_email ON agents (email) WHERE email IS NOT NULL;

CREATE TABLE roles (
  seq          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  revision     INTEGER NOT NULL,
  agent        TEXT NOT NULL,
  organisation TEXT NOT NULL,
  body         TEXT NOT NULL
) STRICT;
CREATE INDEX roles_agent ON roles (agent, organisation);
CREATE INDEX roles_organisation ON roles (organisation);

CREATE TABLE motifs (
  seq          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  revision     INTEGER NOT NULL,
  organisation TEXT NOT NULL,
  body         TEXT NOT NULL
) STRICT;
CREATE INDEX motifs_organisation ON motifs (organisation);

CREATE TABLE lieux (
  seq          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  revision     INTEGER NOT NULL,
  organisation TEXT NOT NULL,
  body         TEXT NOT NULL
) STRICT;
CREATE INDEX lieux_organisation ON lieux (organisation);

CREATE TABLE plages (
  seq          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  revision     INTEGER NOT NULL,
  organisation TEXT NOT NULL,
  agent        TEXT NOT NULL,
  body         TEXT NOT NULL
) STRICT;
CREATE INDEX plages_agent ON plages (agent);
CREATE INDEX plages_organisation ON plages (organisation);

CREATE TABLE absences (
  seq      INTEGER PRIMARY KEY,
  id       TEXT NOT NULL UNIQUE,
  revision INTEGER NOT NULL,
  agent    TEXT NOT NULL,
  body     TEXT NOT NULL
) STRICT;
CREATE INDEX absences_agent ON absences (agent);

CREATE TABLE usagers (
  seq          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  revision     INTEGER NOT NULL,
  territoire   TEXT NOT NULL,
  names        TEXT NOT NULL, -- folded: last, first and birth name
  identity_key TEXT NOT NULL, -- folded: "last|first"
  birth_date   TEXT,
  email        TEXT,
  phone        TEXT,
  responsable  TEXT,
  body         TEXT NOT NULL
) STRICT;
CREATE INDEX usagers_identity ON usagers (identity_key, birth_date);
CREATE INDEX usagers_birth_date ON usagers (birth_date) WHERE birth_date IS NOT NULL;
CREATE INDEX usagers_email ON usagers (email) WHERE email IS NOT NULL;
CREATE INDEX usagers_phone ON usagers (phone) WHERE phone IS NOT NULL;
CREATE INDEX usagers_responsable ON usagers (responsable) WHERE responsable IS NOT NULL;

-- Fiches that were merged into another, found from what they were called: a
-- command that still names them means the one that stays. usager is usagers.seq.
CREATE TABLE usager_merged (
  merged TEXT NOT NULL,
  usager INTEGER NOT NULL,
  PRIMARY KEY (merged, usager)
) STRICT, WITHOUT ROWID;
CREATE INDEX usager_merged_usager ON usager_merged (usager);

-- The words of people's names. The text stays in usagers; 'secure-delete' takes
-- the words of a removed row out of the index at once instead of marking them.
CREATE VIRTUAL TABLE usagers_noms USING fts5 (
  names, content = 'usagers', content_rowid = 'seq',
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
INSERT INTO usagers_noms (usagers_noms, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER usagers_noms_insert AFTER INSERT ON usagers BEGIN
  INSERT INTO usagers_noms (rowid, names) VALUES (new.seq, new.names);
END;
CREATE TRIGGER usagers_noms_delete AFTER DELETE ON usagers BEGIN
  INSERT INTO usagers_noms (usagers_noms, rowid, names) VALUES ('delete', old.seq, old.names);
END;
CREATE TRIGGER usagers_noms_update AFTER UPDATE OF names ON usagers WHEN old.names <> new.names BEGIN
  INSERT INTO usagers_noms (usagers_noms, rowid, names) VALUES ('delete', old.seq, old.names);
  INSERT INTO usagers_noms (rowid, names) VALUES (new.seq, new.names);
END;

CREATE TABLE profils (
  seq          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  revision     INTEGER NOT NULL,
  usager       TEXT NOT NULL,
  organisation TEXT NOT NULL,
  case_number  TEXT,
  body         TEXT NOT NULL
) STRICT;
CREATE INDEX profils_usager ON profils (usager, organisation);
CREATE INDEX profils_case_number ON profils (case_number) WHERE case_number IS NOT NULL;

CREATE TABLE rdvs (
  seq          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  revision     INTEGER NOT NULL,
  organisation TEXT NOT NULL,
  motif        TEXT NOT NULL,
  lieu         TEXT,
  starts_at    INTEGER NOT NULL,
  ends_at      INTEGER NOT NULL,
  status       TEXT NOT NULL,
  body         TEXT NOT NULL
) STRICT;
CREATE INDEX rdvs_starts_at ON rdvs (starts_at);
CREATE INDEX rdvs_motif ON rdvs (motif, starts_at);
CREATE INDEX rdvs_lieu ON rdvs (lieu, starts_at) WHERE lieu IS NOT NULL;

-- Who is in an rdv, found from the person's side. rdv is rdvs.seq.
CREATE TABLE rdv_agents (
  agent     TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  rdv       INTEGER NOT NULL,
  ends_at   INTEGER NOT NULL,
  PRIMARY KEY (agent, starts_at, rdv)
) STRICT, WITHOUT ROWID;
CREATE INDEX rdv_agents_rdv ON rdv_agents (rdv);

CREATE TABLE rdv_usagers (
  usager    TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  rdv       INTEGER NOT NULL,
  ends_at   INTEGER NOT NULL,
  PRIMARY KEY (usager, starts_at, rdv)
) STRICT, WITHOUT ROWID;
CREATE INDEX rdv_usagers_rdv ON rdv_usagers (rdv);

CREATE TABLE conflits (
  seq        INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  revision   INTEGER NOT NULL,
  territoire TEXT NOT NULL,
  opened_at  INTEGER NOT NULL,
  closed_at  INTEGER,
  body       TEXT NOT NULL
) STRICT;
CREATE INDEX conflits_open ON conflits (opened_at) WHERE closed_at IS NULL;

-- What a conflit is about, found from the record's side. conflit is conflits.seq.
CREATE TABLE conflit_sides (
  noun    TEXT NOT NULL,
  id      TEXT NOT NULL,
  conflit INTEGER NOT NULL,
  PRIMARY KEY (noun, id, conflit)
) STRICT, WITHOUT ROWID;
CREATE INDEX conflit_sides_conflit ON conflit_sides (conflit);

CREATE TABLE occupations (
  seq       INTEGER PRIMARY KEY,
  id        TEXT NOT NULL UNIQUE,
  revision  INTEGER NOT NULL,
  agent     TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at   INTEGER NOT NULL,
  body      TEXT NOT NULL
) STRICT;
CREATE INDEX occupations_agent ON occupations (agent, ends_at, starts_at);

CREATE TABLE importes (
  seq      INTEGER PRIMARY KEY,
  id       TEXT NOT NULL UNIQUE,
  revision INTEGER NOT NULL,
  agent    TEXT NOT NULL,
  source   TEXT NOT NULL,
  body     TEXT NOT NULL
) STRICT;
CREATE INDEX importes_agent ON importes (agent, source);

CREATE TABLE recus (
  seq      INTEGER PRIMARY KEY,
  id       TEXT NOT NULL UNIQUE,
  revision INTEGER NOT NULL,
  rdv      TEXT NOT NULL,
  usager   TEXT NOT NULL,
  body     TEXT NOT NULL
) STRICT;
CREATE INDEX recus_rdv ON recus (rdv);
CREATE INDEX recus_usager ON recus (usager);

-- A record that was erased: it never comes back. No personal data.
CREATE TABLE erased (
  noun TEXT NOT NULL,
  id   TEXT NOT NULL,
  PRIMARY KEY (noun, id)
) STRICT, WITHOUT ROWID;

-- A scope in the territoire whose number orders it, named by a short number.
CREATE TABLE places (
  place      INTEGER PRIMARY KEY,
  territoire TEXT NOT NULL,
  scope      TEXT NOT NULL,
  UNIQUE (territoire, scope)
) STRICT;
CREATE INDEX places_scope ON places (scope);

-- The ledger (server) -----------------------------------------------------

CREATE TABLE counters (
  territoire TEXT PRIMARY KEY NOT NULL,
  number     INTEGER NOT NULL,           -- the last one drawn
  epoch      TEXT NOT NULL,
  horizon    INTEGER NOT NULL DEFAULT 0  -- below it tombstones were forgotten
) STRICT, WITHOUT ROWID;

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
CREATE INDEX feed_number ON feed (place, number);
CREATE INDEX feed_collection ON feed (place, noun, number);

-- The exclusive or of what identifies the server's images of each part of a
-- place, on both sides: parts that differ are compared record by record.
CREATE TABLE digests (
  place INTEGER NOT NULL,
  noun  TEXT NOT NULL,
  month INTEGER NOT NULL,
  sum   INTEGER NOT NULL,
  size  INTEGER NOT NULL, -- how many they are
  PRIMARY KEY (place, noun, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
  territoire TEXT NOT NULL,
  number     INTEGER NOT NULL,
  noun       TEXT NOT NULL,
  id         TEXT NOT NULL,
  revision   INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  command    TEXT NOT NULL,
  author     TEXT NOT NULL,
  agent      TEXT NOT NULL,
  device     TEXT NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (territoire, number, noun, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX journal_record ON journal (noun, id, number);
CREATE INDEX journal_at ON journal (at);

-- Former values of records, apart from the journal, so that erasing a person
-- never rewrites it (server).
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

-- What arrived, and what was answered (server) ------------------------------

CREATE TABLE devices (
  id          TEXT PRIMARY KEY NOT NULL,
  agent       TEXT NOT NULL,
  name        TEXT NOT NULL,
  public_key  BLOB,
  tokens      BLOB NOT NULL,
  last_n      INTEGER NOT NULL DEFAULT 0, -- last command number answered
  acked_n     INTEGER NOT NULL DEFAULT 0, -- outcomes up to here were received
  enrolled_at INTEGER NOT NULL,
  seen_at     INTEGER NOT NULL,
  revoked_at  INTEGER,
  wipe_at     INTEGER, -- since when its copy is to be erased; revoked too then
  told_at     INTEGER  -- when it was first told that it is revoked
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_agent ON devices (agent);

-- One line per command ever answered: with a device until acknowledged,
-- without one as long as a replay is to be feared.
CREATE TABLE outcomes (
  command TEXT PRIMARY KEY NOT NULL,
  device  TEXT,               -- NULL: link, CalDAV, command line, import
  n       INTEGER,
  at      INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  code    TEXT NOT NULL,
  numbers TEXT NOT NULL,      -- JSON, by territoire
  content TEXT                -- JSON, what the answer says more; NULL once erased
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX outcomes_device ON outcomes (device, n) WHERE device IS NOT NULL;
CREATE INDEX outcomes_at ON outcomes (at);

-- Commands kept raw: quarantined, or of a version not understood.
CREATE TABLE waiting (
  command TEXT PRIMARY KEY NOT NULL,
  device  TEXT NOT NULL,
  n       INTEGER NOT NULL,
  agent   TEXT NOT NULL,
  reason  TEXT NOT NULL,
  at      INTEGER NOT NULL,
  body    TEXT
) STRICT, WITHOUT ROWID;

-- A desktop's replica -------------------------------------------------------

CREATE TABLE held (
  noun   TEXT NOT NULL,
  id     TEXT NOT NULL,
  place  INTEGER NOT NULL,
  number INTEGER NOT NULL, -- of the record in that territoire, when received
  revision INTEGER NOT NULL, -- counted in the digest
  month    INTEGER NOT NULL, -- of an rdv's start, 202611; 0 for other nouns
  PRIMARY KEY (noun, id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_place ON held (place);

CREATE TABLE cursors (
  territoire  TEXT PRIMARY KEY NOT NULL,
  epoch       TEXT NOT NULL,
  number      INTEGER NOT NULL,
  scopes_hash TEXT NOT NULL,
  scopes      TEXT NOT NULL, -- JSON list
  loading     BLOB           -- what the first load has left to do; NULL when complete
) STRICT, WITHOUT ROWID;

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

-- The server's image of the rows that pending commands touched; body NULL: no
-- such row.
CREATE TABLE base (
  noun TEXT NOT NULL,
  id   TEXT NOT NULL,
  body TEXT,
  PRIMARY KEY (noun, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE touched (
  n    INTEGER NOT NULL,
  noun TEXT NOT NULL,
  id   TEXT NOT NULL,
  PRIMARY KEY (n, noun, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX touched_record ON touched (noun, id);

-- Commands the server answered, in their order, offered again if it is restored
-- from a backup.
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
CREATE INDEX acknowledged_at ON acknowledged (at);

-- À revoir: what the server refused, with its content until someone decides.
CREATE TABLE review (
  command TEXT PRIMARY KEY NOT NULL,
  n       INTEGER NOT NULL,
  code    TEXT NOT NULL,
  message TEXT NOT NULL,
  at      INTEGER NOT NULL,
  content TEXT              -- JSON; NULL once erased
) STRICT, WITHOUT ROWID;

-- Who may enter (server) ----------------------------------------------------

CREATE TABLE accounts (
  agent         TEXT PRIMARY KEY NOT NULL,
  email         TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,           -- '' until an invitation was answered
  disabled      INTEGER NOT NULL DEFAULT 0,
  created_at    INTEGER NOT NULL,
  login_at      INTEGER
) STRICT, WITHOUT ROWID;

-- What opens a door without a password: app passwords, feeds, links,
-- invitations, sessions. They are random and only their hash is kept; kind
-- tells which door.
CREATE TABLE secrets (
  hash       TEXT PRIMARY KEY NOT NULL,
  id         TEXT NOT NULL UNIQUE,
  kind       TEXT NOT NULL,
  agent      TEXT,
  usager     TEXT,
  rdv        TEXT,
  label      TEXT NOT NULL,
  level      TEXT NOT NULL,  -- of content
  created_at INTEGER NOT NULL,
  used_at    INTEGER,
  expires_at INTEGER,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX secrets_agent ON secrets (agent, kind) WHERE agent IS NOT NULL;
CREATE INDEX secrets_usager ON secrets (usager) WHERE usager IS NOT NULL;
CREATE INDEX secrets_rdv ON secrets (rdv) WHERE rdv IS NOT NULL;
CREATE INDEX secrets_expires_at ON secrets (expires_at) WHERE expires_at IS NOT NULL;

-- Followers and mail (server) -----------------------------------------------

CREATE TABLE bookmarks (
  name       TEXT NOT NULL,
  territoire TEXT NOT NULL,
  number     INTEGER NOT NULL,
  PRIMARY KEY (name, territoire)
) STRICT, WITHOUT ROWID;

-- When an rdv is to be compared with what was told; the newest change wins.
CREATE TABLE dues (
  rdv      TEXT PRIMARY KEY NOT NULL,
  number   INTEGER NOT NULL,
  due_at   INTEGER NOT NULL,
  lease_at INTEGER NOT NULL DEFAULT 0 -- taken by somebody until then
) STRICT, WITHOUT ROWID;
CREATE INDEX dues_due_at ON dues (due_at);

-- The last thing told to each recipient of an rdv.
CREATE TABLE told (
  rdv    TEXT NOT NULL,
  usager TEXT NOT NULL,
  body   TEXT NOT NULL,
  PRIMARY KEY (rdv, usager)
) STRICT, WITHOUT ROWID;
CREATE INDEX told_usager ON told (usager);

-- The queue, in its order; addresses and bytes are blanked once settled.
CREATE TABLE mails (
  seq       INTEGER PRIMARY KEY,
  id        TEXT NOT NULL UNIQUE,  -- also its receipt's
  rdv       TEXT NOT NULL,
  usager    TEXT NOT NULL,
  kind      TEXT NOT NULL,
  sender    TEXT,
  recipient TEXT,
  raw       BLOB,
  starts_at INTEGER NOT NULL,      -- of the rdv
  state     TEXT NOT NULL,
  attempt   INTEGER NOT NULL DEFAULT 0,
  next_at   INTEGER NOT NULL DEFAULT 0,
  lease_at  INTEGER NOT NULL DEFAULT 0,
  doubtful  INTEGER NOT NULL DEFAULT 0, -- a relay may have taken it
  settled_at INTEGER,
  before    TEXT,                  -- what had been told, as in told
  after     TEXT                   -- what it tells
) STRICT;
CREATE INDEX mails_waiting ON mails (state, seq) WHERE state = 'waiting';
CREATE INDEX mails_rdv ON mails (rdv, seq);
CREATE INDEX mails_usager ON mails (usager);
CREATE INDEX mails_settled_at ON mails (settled_at) WHERE settled_at IS NOT NULL;
