package wire

import (
	"time"

	"permanence/app/agenda"
)

// Device is a desktop as its agent and their administrators see it, at
// /sync/v1/devices. Instants are UTC, zero for never.
type Device struct {
	ID         string         `json:"id"`
	Agent      agenda.AgentID `json:"agent"`
	Name       string         `json:"name"`
	Here       bool           `json:"here"` // the one that asks
	EnrolledAt time.Time      `json:"enrolled_at"`
	SeenAt     time.Time      `json:"seen_at"` // to ten minutes
	RevokedAt  time.Time      `json:"revoked_at,omitzero"`
	WipeAt     time.Time      `json:"wipe_at,omitzero"` // it is to erase its copy
	ToldAt     time.Time      `json:"told_at,omitzero"` // it was heard of since, and told
	Copied     bool           `json:"copied,omitempty"` // closed because an old token came back
}

// Devices answers GET /sync/v1/devices, by instant of enrolment.
type Devices struct {
	Items []Device `json:"items"`
}

// Rename is the body of POST /sync/v1/devices/{device}/rename.
type Rename struct {
	Name string `json:"name"`
}
