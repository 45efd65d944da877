package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"permanence/sync/access"
	"permanence/sync/server"
)

// Serve runs the server.
func (verbs) Serve() verb {
	return verb{
		help:    "Sert une base : échanges avec les postes, agendas publiés, courriels, pages des usagers.",
		command: &serve{},
	}
}

type serve struct {
	Config           string   `placeholder:"FICHIER" help:"Réglages en TOML, sous les mêmes noms que les options."`
	Listen           string   `placeholder:"ADRESSE" help:"Adresse d’écoute (127.0.0.1:8420) ; le port 0 en choisit un."`
	DB               string   `name:"db" placeholder:"BASE" help:"Base du serveur : un fichier, créé s’il manque, ou postgres://…"`
	URL              string   `placeholder:"ADRESSE" help:"Adresse publique ; celle d’écoute sans cette option."`
	SMTP             string   `name:"smtp" placeholder:"smtp://…" help:"Relais des courriels : smtp://utilisateur@hote:587 ou smtps://."`
	SMTPPasswordFile string   `name:"smtp-password-file" placeholder:"FICHIER" help:"Fichier du mot de passe du relais."`
	MailFrom         string   `placeholder:"ADRESSE" help:"Expéditeur des courriels."`
	MailDelayS       string   `name:"mail-delay-s" placeholder:"SECONDES" help:"Attente d’un courriel après le dernier changement (60)."`
	TLSCert          string   `name:"tls-cert" placeholder:"FICHIER" help:"Certificat, en PEM."`
	TLSKey           string   `name:"tls-key" placeholder:"FICHIER" help:"Clé du certificat, en PEM."`
	TrustedProxy     []string `placeholder:"RÉSEAU,…" help:"Mandataires crus : adresses ou réseaux (10.0.0.0/8)."`
}

// Run serves until SIGTERM. Each option is also a variable, PERMANENCE_LISTEN…
func (v *serve) Run(ctx context.Context, c *console) error {
	log := newLog(c.Err)
	said, err := gather(v.flags(), v.Config)
	if err != nil {
		return err
	}
	cfg, err := said.config(log)
	if err != nil {
		return err
	}
	var printed error
	cfg.Ready = func(s server.Started) {
		printed = c.print(struct {
			URL string `json:"url"`
			DAV string `json:"dav"`
		}{s.URL, davOf(s.URL)})
	}
	s, err := server.Open(cfg)
	if err != nil {
		return err
	}
	return errors.Join(s.Serve(ctx), printed, s.Close())
}

// newLog writes ids, never a secret or an address, whatever is asked of it.
func newLog(to io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(to, &slog.HandlerOptions{ReplaceAttr: access.Redact}))
}

func (v *serve) flags() map[string]string {
	return map[string]string{
		"listen": v.Listen, "db": v.DB, "url": v.URL, "smtp": v.SMTP, "smtp_password_file": v.SMTPPasswordFile,
		"mail_from": v.MailFrom, "mail_delay_s": v.MailDelayS, "tls_cert": v.TLSCert, "tls_key": v.TLSKey,
		"trusted_proxy": strings.Join(v.TrustedProxy, ","),
	}
}

// What is not said.
const (
	defaultListen = "127.0.0.1:8420"
	defaultDelayS = 60
	longestDelayS = 3600
)

// config checks every setting: a server never starts on half of them.
func (s settings) config(log *slog.Logger) (server.Config, error) {
	cfg := server.Config{
		Listen: defaultListen, DB: s.text("db"), URL: strings.TrimRight(s.text("url"), "/"), MailFrom: s.text("mail_from"),
		TLSCert: s.text("tls_cert"), TLSKey: s.text("tls_key"), MailDelay: defaultDelayS * time.Second, Now: time.Now, Log: log,
	}
	if listen := s.text("listen"); listen != "" {
		cfg.Listen = listen
	}
	for _, check := range []func(*server.Config) error{s.checkDB, s.checkProxies, s.checkTLS, s.checkListen, s.checkURL, s.checkDelay, s.checkMail} {
		if err := check(&cfg); err != nil {
			return server.Config{}, err
		}
	}
	return cfg, nil
}

func (s settings) checkDB(cfg *server.Config) error {
	if cfg.DB == "" {
		return usage("option obligatoire absente : --db=BASE (fichier ou postgres://…, ou PERMANENCE_DB, ou la clé db)")
	}
	if err := checkBase(cfg.DB); err != nil {
		return s.refuse("db", err.Error())
	}
	return nil
}

func (s settings) checkProxies(cfg *server.Config) error {
	for _, text := range strings.Split(s.text("trusted_proxy"), ",") {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		network, err := netip.ParsePrefix(text)
		if err != nil {
			alone, err := netip.ParseAddr(text)
			if err != nil {
				return s.refuse("trusted_proxy", "adresse ou réseau attendu, comme 10.0.0.0/8")
			}
			network = netip.PrefixFrom(alone, alone.BitLen())
		}
		cfg.Proxies = append(cfg.Proxies, network)
	}
	return nil
}

func (s settings) checkTLS(cfg *server.Config) error {
	switch {
	case cfg.TLSCert == "" && cfg.TLSKey == "":
		return nil
	case cfg.TLSCert == "":
		return s.refuse("tls_key", "tls_cert manque : l’un ne va pas sans l’autre")
	case cfg.TLSKey == "":
		return s.refuse("tls_cert", "tls_key manque : l’un ne va pas sans l’autre")
	}
	if _, err := tls.LoadX509KeyPair(cfg.TLSCert, cfg.TLSKey); err != nil {
		return s.refuse("tls_cert", "le certificat et sa clé ne peuvent pas être lus : "+err.Error())
	}
	warnReadable(cfg.Log, "tls_key", cfg.TLSKey)
	return nil
}

// checkListen refuses what is no address, and one that others reach in clear.
func (s settings) checkListen(cfg *server.Config) error {
	host, port, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return s.refuse("listen", "adresse et port attendus, comme 127.0.0.1:8420")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return s.refuse("listen", "ce n’est pas un port")
	}
	if !thisMachine(host) && cfg.TLSCert == "" && len(cfg.Proxies) == 0 {
		return s.refuse("listen", "hors de cette machine il faut tls_cert et tls_key, ou trusted_proxy : les agendas passeraient en clair")
	}
	return nil
}

// thisMachine reports whether only programs of this machine reach the address.
func thisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// checkURL refuses an address that people could not open, or would in clear.
func (s settings) checkURL(cfg *server.Config) error {
	if cfg.URL == "" {
		return nil
	}
	u, err := url.Parse(cfg.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return s.refuse("url", "adresse attendue, comme https://agenda.example.org")
	case u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return s.refuse("url", "l’adresse ne porte ni chemin ni compte")
	case u.Scheme == "http" && !thisMachine(u.Hostname()):
		return s.refuse("url", "hors de cette machine l’adresse commence par https://")
	}
	return nil
}

func (s settings) checkDelay(cfg *server.Config) error {
	text := s.text("mail_delay_s")
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > longestDelayS {
		return s.refuse("mail_delay_s", fmt.Sprintf("nombre de secondes attendu, de 0 à %d", longestDelayS))
	}
	cfg.MailDelay = time.Duration(n) * time.Second
	return nil
}

// checkMail reads the relay. Without one the server runs, and mails wait.
func (s settings) checkMail(cfg *server.Config) error {
	if err := server.CheckSender(cfg.MailFrom); err != nil {
		return s.refuse("mail_from", err.Error())
	}
	address, file := s.text("smtp"), s.text("smtp_password_file")
	if address == "" {
		cfg.Log.Warn("aucun relais SMTP : les courriels attendent dans la file")
	}
	password := ""
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return s.refuse("smtp_password_file", "le fichier ne peut pas être lu : "+err.Error())
		}
		warnReadable(cfg.Log, "smtp_password_file", file)
		password = strings.TrimRight(string(text), "\r\n")
	}
	relay, err := server.Relay(address, password)
	if err != nil {
		return s.refuse("smtp", err.Error())
	}
	if relay.User != "" && password == "" {
		return s.refuse("smtp", "smtp_password_file manque : ce relais demande un compte")
	}
	cfg.SMTP = relay
	return nil
}

// warnReadable warns about a secret that others on this machine can read.
func warnReadable(log *slog.Logger, key, path string) {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return
	}
	log.Warn("ce fichier secret est lisible par d’autres comptes : chmod 600", "key", key)
}
