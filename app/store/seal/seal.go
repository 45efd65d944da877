package seal

// #include "vfs.h"
import "C"

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"runtime/cgo"
	"slices"
	"strconv"
	"sync"
	"unsafe"

	_ "github.com/mattn/go-sqlite3" // the SQLite that vfs.c speaks to
	"lukechampine.com/adiantum"
	"lukechampine.com/adiantum/hbsh"
)

const (
	// KeySize is the length of a key, in bytes.
	KeySize = 32
	// PageSize is that of every sealed database, in bytes.
	PageSize = 4096
)

// Seal seals the files of one database under one key. Its methods may be
// called from several goroutines, before Close.
type Seal struct {
	handle  cgo.Handle // as addresses name it
	ciphers sync.Pool  // of *hbsh.HBSH: one serves one goroutine at a time
	close   sync.Once
}

// New readies a seal. Who makes it closes it, once every connection is closed.
func New(key []byte) (*Seal, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("seal: a key of %d bytes, want %d", len(key), KeySize)
	}
	if C.permanence_seal_register() != C.SQLITE_OK {
		return nil, errors.New("seal: SQLite refused the layer")
	}
	key = slices.Clone(key)
	s := &Seal{}
	s.ciphers.New = func() any { return adiantum.New(key) }
	s.handle = cgo.NewHandle(s)
	return s, nil
}

// Close forgets the seal: no address names it any more. Further calls do
// nothing.
func (s *Seal) Close() { s.close.Do(s.handle.Delete) }

// Address adds to the query of a "file:" address what opens it under this seal.
func (s *Seal) Address(query url.Values) {
	query.Set("vfs", "permanence-seal")
	query.Set("seal", strconv.FormatUint(uint64(s.handle), 10))
}

// OpenPage opens, in place, the page that the file of a database holds at an
// offset in bytes, a multiple of PageSize.
func (s *Seal) OpenPage(page []byte, offset int64) {
	s.transform(C.SEAL_MAIN, offset, page, (*hbsh.HBSH).Decrypt)
}

// SealPage seals, in place, a page that is to stand at an offset.
func (s *Seal) SealPage(page []byte, offset int64) {
	s.transform(C.SEAL_MAIN, offset, page, (*hbsh.HBSH).Encrypt)
}

// transform seals or opens a page in place. Its kind and its place are mixed
// in, so that a page put elsewhere is noise.
func (s *Seal) transform(kind int, offset int64, page []byte, f func(h *hbsh.HBSH, page, tweak []byte) []byte) {
	var tweak [16]byte
	binary.LittleEndian.PutUint64(tweak[:8], uint64(kind))
	binary.LittleEndian.PutUint64(tweak[8:], uint64(offset))
	cipher := s.ciphers.Get().(*hbsh.HBSH)
	f(cipher, page, tweak[:])
	s.ciphers.Put(cipher)
}

// named gives the Seal of a handle, nil when it names none.
func named(handle C.uintptr_t) (s *Seal) {
	defer func() {
		if recover() != nil {
			s = nil // an address written by hand, or a seal already closed
		}
	}()
	s, _ = cgo.Handle(handle).Value().(*Seal)
	return s
}

// permanenceTakeSeal gives a file its own reference to a seal, 0 when there is
// none.
//
//export permanenceTakeSeal
func permanenceTakeSeal(handle C.uintptr_t) C.uintptr_t {
	s := named(handle)
	if s == nil {
		return 0
	}
	return C.uintptr_t(cgo.NewHandle(s))
}

// permanenceReleaseSeal gives the reference back.
//
//export permanenceReleaseSeal
func permanenceReleaseSeal(handle C.uintptr_t) {
	if named(handle) != nil {
		cgo.Handle(handle).Delete()
	}
}

//export permanenceSealPage
func permanenceSealPage(handle C.uintptr_t, kind C.int, offset C.longlong, page unsafe.Pointer) C.int {
	return onPage(handle, kind, offset, page, (*hbsh.HBSH).Encrypt)
}

//export permanenceOpenPage
func permanenceOpenPage(handle C.uintptr_t, kind C.int, offset C.longlong, page unsafe.Pointer) C.int {
	return onPage(handle, kind, offset, page, (*hbsh.HBSH).Decrypt)
}

// onPage works on a page of SQLite's memory; it gives 1, or 0 when there is no
// such seal.
func onPage(handle C.uintptr_t, kind C.int, offset C.longlong, page unsafe.Pointer, f func(h *hbsh.HBSH, page, tweak []byte) []byte) C.int {
	s := named(handle)
	if s == nil {
		return 0
	}
	s.transform(int(kind), int64(offset), unsafe.Slice((*byte)(page), PageSize), f)
	return 1
}
