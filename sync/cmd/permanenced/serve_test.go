package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestServe(t *testing.T) {
	d, _, _, _ := founded(t)
	config := written(t, "permanence.toml", "# Réglages\nlisten = \"127.0.0.1:1\"\nmail_delay_s = 5\ndb = \""+d.db+"\"\n")
	t.Setenv("PERMANENCE_LISTEN", "127.0.0.1:2")
	t.Setenv("PERMANENCE_MAIL_DELAY_S", "") // says nothing: it is not zero
	r := begin(t, "serve", "--config", config, "--listen", "127.0.0.1:0")
	line := decode[struct{ URL, DAV string }](t, r.line)
	if status, body := get(t, line.URL+"/healthz"); status != http.StatusOK || body != "ok\n" {
		t.Errorf("healthz = %d %q", status, body)
	}
	if status, _ := get(t, line.URL+"/demo/courriel"); status != http.StatusNotFound {
		t.Errorf("a server that is no demonstration shows mails: %d", status)
	}
	if !strings.Contains(r.err.String(), "aucun relais SMTP") {
		t.Errorf("log = %s", r.err)
	}
	if got := permanenced(t, "", "serve", "--db", d.db, "--listen", "127.0.0.1:0"); got.code != exitFailure || !strings.Contains(got.err, "déjà ouverte") {
		t.Errorf("a second server = %+v", got)
	}
	if got := d.do("", "territoire add --name Brumal --departement 62"); got.code != exitDone {
		t.Errorf("a verb beside it = %+v", got)
	}
	if code := r.end(t); code != exitDone {
		t.Errorf("exit code %d: %s", code, r.err)
	}
}

// What a server cannot be started with: nothing listens, no base is made.
func TestServeRefusesSettings(t *testing.T) {
	secret := written(t, "secret", "mot\r\nde passe\n")
	tests := []struct{ name, file, want string }{
		{"an unknown key", "listen = \"127.0.0.1:0\"\nport = 80\n", "port (ligne 2)"},
		{"an unknown table", "\n[securite]\ncle = \"changez-moi\"\n", "securite.cle (ligne 3)"},
		{"an empty table", "[securite]\n", "securite (ligne 1)"},
		{"a table in place of a text", "[smtp]\nhote = \"relais\"\ntls = \"aucun\"\n", "smtp.hote (ligne 2)"},
		{"a text that is a number", "listen = true\n", "listen (ligne 1)"},
		{"a list of numbers", "db = \"x\"\ntrusted_proxy = [\n  \"10.0.0.0/8\",\n  12,\n]\n", "trusted_proxy (ligne 5)"},
		{"the same key twice", "db = \"x\"\ndb = \"y\"\n", "db (ligne 2)"},
		{"a line cut short", "db = \"x\"\nlisten = \"127\n", "listen (ligne 2)"},
		{"bytes", "\x00\x01\xff\xfe", "(ligne 1)"},
		{"no port", "listen = \"127.0.0.1\"\n", "listen (ligne 1)"},
		{"a port that is none", "listen = \"127.0.0.1:80000\"\n", "listen (ligne 1)"},
		{"agendas in clear for everybody", "listen = \"0.0.0.0:8420\"\n", "listen (ligne 1)"},
		{"an address in clear", "url = \"http://agenda.example.org\"\n", "url (ligne 1)"},
		{"an address with a path", "url = \"https://agenda.example.org/permanence\"\n", "url (ligne 1)"},
		{"an address that is none", "url = \"agenda\"\n", "url (ligne 1)"},
		{"a relay that is none", "smtp = \"relais\"\n", "smtp (ligne 1)"},
		{"a relay without TLS", "smtp = \"smtp+insecure://relais\"\n", "smtp (ligne 1)"},
		{"a password in the address", "smtp = \"smtp://a:b@relais.example.org\"\n", "smtp (ligne 1)"},
		{"an account without password", "smtp = \"smtp://a@relais.example.org\"\n", "smtp (ligne 1)"},
		{"a password with a line end", "smtp = \"smtp://a@relais.example.org\"\nsmtp_password_file = \"" + secret + "\"\n", "smtp (ligne 1)"},
		{"a password file that is not there", "smtp_password_file = \"/nowhere\"\n", "smtp_password_file (ligne 1)"},
		{"a sender with another header", "mail_from = \"rdv@example.org\\r\\nBcc: x@example.org\"\n", "mail_from (ligne 1)"},
		{"a wait in words", "mail_delay_s = \"longtemps\"\n", "mail_delay_s (ligne 1)"},
		{"a wait without end", "mail_delay_s = 99999\n", "mail_delay_s (ligne 1)"},
		{"a certificate without key", "tls_cert = \"x.pem\"\n", "tls_cert (ligne 1)"},
		{"a certificate that is not there", "tls_cert = \"x.pem\"\ntls_key = \"y.pem\"\n", "tls_cert (ligne 1)"},
		{"a network that is none", "trusted_proxy = \"partout\"\n", "trusted_proxy (ligne 1)"},
		{"another engine", "db = \"mysql://h/b\"\n", "db (ligne 1)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			db := filepath.Join(t.TempDir(), "permanence.db")
			t.Setenv("PERMANENCE_DB", "")
			if !strings.Contains(tt.file, "db = ") {
				t.Setenv("PERMANENCE_DB", db)
			}
			got := permanenced(t, "", "serve", "--config", written(t, "permanence.toml", tt.file))
			want := "Configuration non valable : " + tt.want
			if strings.HasPrefix(tt.want, "(") {
				want = tt.want
			}
			if got.code != exitConfig || got.out != "" || !strings.Contains(got.err, want+". Le serveur ne démarre pas.") {
				t.Errorf("= %+v, want %q", got, want)
			}
			if _, err := os.Stat(db); err == nil {
				t.Error("a base was made")
			}
		})
	}
}

func TestServeNamesTheVariableOrTheOption(t *testing.T) {
	db := filepath.Join(t.TempDir(), "permanence.db")
	t.Setenv("PERMANENCE_MAIL_DELAY_S", "abc")
	if got := permanenced(t, "", "serve", "--db", db); got.code != exitConfig || !strings.Contains(got.err, "Configuration non valable : PERMANENCE_MAIL_DELAY_S. ") {
		t.Errorf("a variable = %+v", got)
	}
	if got := permanenced(t, "", "serve", "--db", db, "--mail-delay-s", "-1"); got.code != exitUsage || !strings.Contains(got.err, "--mail-delay-s") {
		t.Errorf("an option = %+v", got)
	}
	t.Setenv("PERMANENCE_MAIL_DELAY_S", "")
	if got := permanenced(t, "", "serve", "--db", db, "--config", "/nowhere.toml"); got.code != exitConfig || !strings.Contains(got.err, "--config") {
		t.Errorf("no file = %+v", got)
	}
	if got := permanenced(t, "", "serve"); got.code != exitUsage || !strings.Contains(got.err, "--db") {
		t.Errorf("no base = %+v", got)
	}
}

func TestASecretThatOthersReadIsSaid(t *testing.T) {
	d, _, _, _ := founded(t)
	secret := written(t, "secret", "brouette citron falaise 47\n")
	if err := os.Chmod(secret, 0o644); err != nil {
		t.Fatal(err)
	}
	r := begin(t, "serve", "--db", d.db, "--listen", "127.0.0.1:0", "--smtp", "smtps://rdv@relais.example.org", "--smtp-password-file", secret, "--mail-from", "rdv@example.org")
	if !strings.Contains(r.err.String(), "lisible par d’autres comptes") || strings.Contains(r.err.String(), "brouette") {
		t.Errorf("log = %s", r.err)
	}
	r.end(t)
}
