package agenda

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/google/uuid"
)

// Ids are UUIDs in lower-case text, v7 where something is born, minted by who
// asks. Each noun has its own type so that the compiler refuses a mix-up.
type (
	TerritoireID   string
	OrganisationID string
	ServiceID      string
	AgentID        string
	RoleID         string
	MotifID        string
	LieuID         string
	PlageID        string
	AbsenceID      string
	UsagerID       string
	ProfilID       string
	RdvID          string
	ConflitID      string
	OccupationID   string
	ImporteID      string
	RecuID         string
)

// ValidID reports whether id is a UUID in the only form that is stored:
// 36 characters, lower case, hyphens.
func ValidID(id string) bool {
	u, err := uuid.Parse(id)
	return err == nil && u.String() == id
}

// DeriveID gives the id of what follows from other records: the same on every
// run and on every machine that holds the same key. The key may be nil where
// the parts are no secret. The result has the form of a UUID, version 8.
func DeriveID(key []byte, parts ...string) string {
	h := sha256.New()
	h.Write(key)
	for _, p := range parts {
		h.Write([]byte{0})
		h.Write([]byte(p))
	}
	b := h.Sum(nil)[:16]
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	s := hex.EncodeToString(b)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// ProfilOf is the id of the profil an organisation keeps of an usager: two
// desktops that open it separately open the same one.
func ProfilOf(u UsagerID, o OrganisationID) ProfilID {
	return ProfilID(DeriveID(nil, "profil", string(u), string(o)))
}

// RoleOf is the id of an agent's role in an organisation; there is one at most.
func RoleOf(a AgentID, o OrganisationID) RoleID {
	return RoleID(DeriveID(nil, "role", string(a), string(o)))
}
