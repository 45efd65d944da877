package replica

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"permanence/app/agenda"
	"permanence/sync/wire"
)

// An answer is in the schema of its request, even by a server that was upgraded
// since the last one and says so.
func TestAnswerInTheSchemaAsked(t *testing.T) {
	b := newBureau(t)
	turn := func(a, z string) func(json.RawMessage) (json.RawMessage, error) {
		return func(body json.RawMessage) (json.RawMessage, error) {
			return bytes.ReplaceAll(body, []byte(a), []byte(z)), nil
		}
	}
	b.replica.schema, b.replica.speaks = 2, 1
	b.replica.forms = wire.Chain{{From: 1, Up: map[agenda.Noun]func(json.RawMessage) (json.RawMessage, error){agenda.NounLieu: turn("Maison", "Accueil")}}}
	lieu := &agenda.Lieu{ID: id[agenda.LieuID](b), Organisation: b.org, Name: "Maison", Address: "1 place de la Mairie", Zone: "Europe/Paris", Stamp: agenda.Stamp{Revision: 1}}
	p := &pager{r: b.replica, tally: &Tally{}, spoke: 1}
	hello := wire.Frame{T: wire.TypeHello, Server: &wire.ServerHello{Protocol: wire.Protocol, Schema: 2, Clock: monday(), Next: 1}}
	for _, f := range []wire.Frame{hello, b.put(5, lieu)} {
		if err := p.frame(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	if body := string(p.page[0].Body); !strings.Contains(body, "Accueil") {
		t.Errorf("received as %s", body)
	}
	if b.replica.speaks != 2 {
		t.Errorf("asks next in %d", b.replica.speaks)
	}
}
