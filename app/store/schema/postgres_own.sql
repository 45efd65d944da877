-- What PostgreSQL needs beside the tables of a server: it stays where it is when
-- a server moves.

-- The last transaction that each connection of our processes committed. When
-- the answer to a commit is lost, it tells whether it was done: the number of a
-- transaction does not, since a server that restarts may give it again.
CREATE TABLE commits (
  line  uuid PRIMARY KEY,   -- a connection
  token uuid NOT NULL,      -- of a transaction
  at    timestamptz NOT NULL
);
