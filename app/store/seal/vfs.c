/*
** The layer between SQLite and the system: pages are sealed on the way down
** and opened on the way up, all else is handed over. See doc.go.
*/
#include <string.h>
#include "vfs.h"
#include "_cgo_export.h"

#define PAGE         4096
#define WAL_HEADER     32 /* of the file */
#define FRAME_HEADER   24 /* of each frame, before its page */
#define FRAME (FRAME_HEADER + PAGE)

/* A file of ours, followed in memory by the file of the system's layer. */
typedef struct SealedFile {
  sqlite3_file base;
  uintptr_t seal; /* a reference to the Go side's Seal, given back by xClose */
  int kind;
} SealedFile;

#define REAL(f) ((sqlite3_file*)((SealedFile*)(f) + 1))

/* A part of a file: sealed as one page, or clear. */
typedef struct Part {
  sqlite3_int64 start, end; /* [start, end) */
  int sealed;
} Part;

/* partAt gives the part of a database or of a write-ahead log that holds the
** byte at ofst. */
static Part partAt(int kind, sqlite3_int64 ofst){
  Part p = {0, WAL_HEADER, 0};
  if( kind==SEAL_MAIN ){
    p.start = ofst - ofst % PAGE;
    p.end = p.start + PAGE;
    p.sealed = 1;
    return p;
  }
  if( ofst<WAL_HEADER ) return p;
  p.start = ofst - (ofst - WAL_HEADER) % FRAME;
  p.end = p.start + FRAME_HEADER;
  if( ofst<p.end ) return p;
  p.start = p.end;
  p.end = p.start + PAGE;
  p.sealed = 1;
  return p;
}

/* isPage reports whether a transfer is exactly one sealed page. In a rollback
** journal each page stands between its number and its checksum, 4 bytes each,
** after a header of whole sectors. */
static int isPage(int kind, int amt, sqlite3_int64 ofst){
  Part p;
  if( amt!=PAGE ) return 0;
  if( kind==SEAL_JOURNAL ) return ofst % 8 == 4;
  p = partAt(kind, ofst);
  return p.sealed && p.start==ofst;
}

/* readPage reads and opens one whole page. One that is not whole on the disk
** reads as zeros. */
static int readPage(SealedFile *f, void *page, sqlite3_int64 ofst){
  sqlite3_file *real = REAL(f);
  int rc = real->pMethods->xRead(real, page, PAGE, ofst);
  if( rc==SQLITE_IOERR_SHORT_READ ) memset(page, 0, PAGE);
  if( rc!=SQLITE_OK ) return rc;
  return permanenceOpenPage(f->seal, f->kind, ofst, page) ? SQLITE_OK : SQLITE_IOERR_READ;
}

/* readParts reads what is not one page: the few bytes of a header, or a frame
** with its page. */
static int readParts(SealedFile *f, unsigned char *to, int amt, sqlite3_int64 ofst){
  sqlite3_file *real = REAL(f);
  unsigned char page[PAGE];
  while( amt>0 ){
    Part p = partAt(f->kind, ofst);
    int n = p.end - ofst < amt ? (int)(p.end - ofst) : amt;
    int rc;
    if( p.sealed ){
      rc = readPage(f, page, p.start);
      memcpy(to, page + (ofst - p.start), n);
    }else{
      rc = real->pMethods->xRead(real, to, n, ofst);
    }
    if( rc==SQLITE_IOERR_SHORT_READ ) memset(to + n, 0, amt - n);
    if( rc!=SQLITE_OK ) return rc;
    to += n;
    ofst += n;
    amt -= n;
  }
  return SQLITE_OK;
}

static int sealRead(sqlite3_file *file, void *to, int amt, sqlite3_int64 ofst){
  SealedFile *f = (SealedFile*)file;
  sqlite3_file *real = REAL(f);
  if( isPage(f->kind, amt, ofst) ) return readPage(f, to, ofst);
  if( f->kind==SEAL_JOURNAL ) return real->pMethods->xRead(real, to, amt, ofst);
  return readParts(f, to, amt, ofst);
}

/* mayBeClear reports whether bytes may be written as they are: those that
** SQLite writes around pages in its logs. */
static int mayBeClear(int kind, int amt, sqlite3_int64 ofst){
  Part p;
  if( kind==SEAL_JOURNAL ) return 1;
  p = partAt(kind, ofst);
  return !p.sealed && ofst + amt <= p.end;
}

/* sealWrite seals a whole page. Part of one cannot be: it is refused rather
** than written clear. */
static int sealWrite(sqlite3_file *file, const void *from, int amt, sqlite3_int64 ofst){
  SealedFile *f = (SealedFile*)file;
  sqlite3_file *real = REAL(f);
  unsigned char page[PAGE];
  if( !isPage(f->kind, amt, ofst) ){
    if( !mayBeClear(f->kind, amt, ofst) ) return SQLITE_IOERR_WRITE;
    return real->pMethods->xWrite(real, from, amt, ofst);
  }
  memcpy(page, from, PAGE);
  if( !permanenceSealPage(f->seal, f->kind, ofst, page) ) return SQLITE_IOERR_WRITE;
  return real->pMethods->xWrite(real, page, PAGE, ofst);
}

static int sealClose(sqlite3_file *file){
  SealedFile *f = (SealedFile*)file;
  sqlite3_file *real = REAL(f);
  int rc = real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;
  permanenceReleaseSeal(f->seal);
  file->pMethods = 0;
  return rc;
}

/* A mapped file would show sealed pages: there is no mapping. */
static int sealFileControl(sqlite3_file *f, int op, void *arg){
  if( op==SQLITE_FCNTL_MMAP_SIZE ) return SQLITE_NOTFOUND;
  return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}

static int sealFetch(sqlite3_file *f, sqlite3_int64 ofst, int amt, void **pp){
  (void)f; (void)ofst; (void)amt;
  *pp = 0;
  return SQLITE_OK;
}

static int sealUnfetch(sqlite3_file *f, sqlite3_int64 ofst, void *p){
  (void)f; (void)ofst; (void)p;
  return SQLITE_OK;
}

/* No promise is made for anything but whole pages written one by one. */
static int sealDeviceCharacteristics(sqlite3_file *f){
  int caps = REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
  return caps & ~(SQLITE_IOCAP_ATOMIC_ANY|SQLITE_IOCAP_BATCH_ATOMIC|SQLITE_IOCAP_SUBPAGE_READ);
}

/* What follows is handed over as it came. */

static int sealTruncate(sqlite3_file *f, sqlite3_int64 n){ return REAL(f)->pMethods->xTruncate(REAL(f), n); }
static int sealSync(sqlite3_file *f, int flags){ return REAL(f)->pMethods->xSync(REAL(f), flags); }
static int sealFileSize(sqlite3_file *f, sqlite3_int64 *n){ return REAL(f)->pMethods->xFileSize(REAL(f), n); }
static int sealLock(sqlite3_file *f, int l){ return REAL(f)->pMethods->xLock(REAL(f), l); }
static int sealUnlock(sqlite3_file *f, int l){ return REAL(f)->pMethods->xUnlock(REAL(f), l); }
static int sealCheckReservedLock(sqlite3_file *f, int *out){ return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out); }
static int sealSectorSize(sqlite3_file *f){ return REAL(f)->pMethods->xSectorSize(REAL(f)); }
static int sealShmMap(sqlite3_file *f, int i, int n, int extend, void volatile **pp){ return REAL(f)->pMethods->xShmMap(REAL(f), i, n, extend, pp); }
static int sealShmLock(sqlite3_file *f, int ofst, int n, int flags){ return REAL(f)->pMethods->xShmLock(REAL(f), ofst, n, flags); }
static void sealShmBarrier(sqlite3_file *f){ REAL(f)->pMethods->xShmBarrier(REAL(f)); }
static int sealShmUnmap(sqlite3_file *f, int del){ return REAL(f)->pMethods->xShmUnmap(REAL(f), del); }

static const sqlite3_io_methods sealMethods = {
  3, sealClose, sealRead, sealWrite, sealTruncate, sealSync, sealFileSize,
  sealLock, sealUnlock, sealCheckReservedLock, sealFileControl, sealSectorSize,
  sealDeviceCharacteristics, sealShmMap, sealShmLock, sealShmBarrier,
  sealShmUnmap, sealFetch, sealUnfetch
};

#define BELOW(v) ((sqlite3_vfs*)(v)->pAppData)

/* kindOf gives the kind of a file to open, 0 for one that must not be: a
** temporary file would hold pages in clear. */
static int kindOf(int flags){
  if( flags & SQLITE_OPEN_MAIN_DB ) return SEAL_MAIN;
  if( flags & SQLITE_OPEN_WAL ) return SEAL_WAL;
  if( flags & SQLITE_OPEN_MAIN_JOURNAL ) return SEAL_JOURNAL;
  return 0;
}

/* sealOpen opens a file under the seal that the database's address names. */
static int sealOpen(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out){
  SealedFile *f = (SealedFile*)file;
  sqlite3_file *real = REAL(f);
  int rc;
  memset(f, 0, vfs->szOsFile);
  f->kind = kindOf(flags);
  if( f->kind==0 || name==0 ) return SQLITE_CANTOPEN;
  f->seal = permanenceTakeSeal((uintptr_t)sqlite3_uri_int64(sqlite3_filename_database(name), "seal", 0));
  if( f->seal==0 ) return SQLITE_CANTOPEN;
  rc = BELOW(vfs)->xOpen(BELOW(vfs), name, real, flags, out);
  if( rc==SQLITE_OK && real->pMethods->iVersion<2 ) rc = SQLITE_CANTOPEN; /* no shared memory: no log */
  if( rc!=SQLITE_OK ){
    sealClose(file);
    return rc;
  }
  file->pMethods = &sealMethods;
  return SQLITE_OK;
}

static int sealDelete(sqlite3_vfs *v, const char *name, int sync){ return BELOW(v)->xDelete(BELOW(v), name, sync); }
static int sealAccess(sqlite3_vfs *v, const char *name, int flags, int *out){ return BELOW(v)->xAccess(BELOW(v), name, flags, out); }
static int sealFullPathname(sqlite3_vfs *v, const char *name, int n, char *out){ return BELOW(v)->xFullPathname(BELOW(v), name, n, out); }
static void *sealDlOpen(sqlite3_vfs *v, const char *name){ return BELOW(v)->xDlOpen(BELOW(v), name); }
static void sealDlError(sqlite3_vfs *v, int n, char *msg){ BELOW(v)->xDlError(BELOW(v), n, msg); }
static void (*sealDlSym(sqlite3_vfs *v, void *lib, const char *sym))(void){ return BELOW(v)->xDlSym(BELOW(v), lib, sym); }
static void sealDlClose(sqlite3_vfs *v, void *lib){ BELOW(v)->xDlClose(BELOW(v), lib); }
static int sealRandomness(sqlite3_vfs *v, int n, char *out){ return BELOW(v)->xRandomness(BELOW(v), n, out); }
static int sealSleep(sqlite3_vfs *v, int us){ return BELOW(v)->xSleep(BELOW(v), us); }
static int sealCurrentTime(sqlite3_vfs *v, double *t){ return BELOW(v)->xCurrentTime(BELOW(v), t); }
static int sealGetLastError(sqlite3_vfs *v, int n, char *out){ return BELOW(v)->xGetLastError(BELOW(v), n, out); }
static int sealCurrentTimeInt64(sqlite3_vfs *v, sqlite3_int64 *t){ return BELOW(v)->xCurrentTimeInt64(BELOW(v), t); }

/* SQLite keeps the address of the layer for as long as the program runs. The
** calls of the system under it are not ours to replace: version 2. */
static sqlite3_vfs sealVfs = {
  2, 0, 0, 0, "permanence-seal", 0, sealOpen, sealDelete, sealAccess, sealFullPathname,
  sealDlOpen, sealDlError, sealDlSym, sealDlClose, sealRandomness, sealSleep,
  sealCurrentTime, sealGetLastError, sealCurrentTimeInt64, 0, 0, 0
};

static int registerOnce(void){
  sqlite3_vfs *below = sqlite3_vfs_find(0);
  if( sealVfs.pAppData ) return SQLITE_OK;
  if( below==0 || below->iVersion<2 ) return SQLITE_CANTOPEN;
  sealVfs.szOsFile = (int)sizeof(SealedFile) + below->szOsFile;
  sealVfs.mxPathname = below->mxPathname;
  sealVfs.pAppData = below;
  return sqlite3_vfs_register(&sealVfs, 0);
}

int permanence_seal_register(void){
  sqlite3_mutex *alone;
  int rc = sqlite3_initialize();
  if( rc!=SQLITE_OK ) return rc;
  alone = sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP1);
  sqlite3_mutex_enter(alone);
  rc = registerOnce();
  sqlite3_mutex_leave(alone);
  return rc;
}
