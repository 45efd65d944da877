-- 03: a desktop can be told to erase its copy, and whoever asked sees when it
-- was told.
ALTER TABLE devices RENAME TO devices_02;
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
INSERT INTO devices (id, agent, name, public_key, tokens, last_n, acked_n, enrolled_at, seen_at, revoked_at)
  SELECT id, agent, name, public_key, tokens, last_n, acked_n, enrolled_at, seen_at, revoked_at FROM devices_02;
DROP TABLE devices_02;
CREATE INDEX devices_agent ON devices (agent);
