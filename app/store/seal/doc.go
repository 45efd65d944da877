// Package seal keeps an SQLite database sealed on the disk.
//
// It is a layer (a VFS, in the words of SQLite) between SQLite and the layer of
// the operating system: each page of 4,096 bytes of the database, of its
// write-ahead log and of a rollback journal is sealed with Adiantum on its way
// to the disk, and opened on its way back. Everything else is handed over as
// it came, so locks, shared memory, several connections and several programs
// work as ever.
//
// What can still be read in the files: their sizes, and what SQLite writes
// around pages in its logs, which is page numbers and checksums. The same page
// at the same place gives the same bytes. A page is not authenticated: who can
// rewrite the file can put an old page back, or turn one into noise.
//
// It never writes a temporary file: a connection must keep those in memory
// (PRAGMA temp_store = MEMORY), or its statements fail. It never keeps, finds
// or asks for a key.
package seal
