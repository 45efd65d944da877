package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/zalando/go-keyring"

	"permanence/app/desktop"
)

// keyringName is what the program's secrets are filed under.
const keyringName = "Permanence"

// patience is how long a person has to unlock the keyring when it asks.
const patience = 2 * time.Minute

// errSilent says that the keyring did not answer.
var errSilent = errors.New("the keyring does not answer")

// trousseau is the keyring of the system: Credential Manager, Keychain, Secret
// Service.
type trousseau struct{}

// systemKeyring gives the keyring, nil where there cannot be one: asking would
// start a bus that nobody wants.
func systemKeyring() desktop.Keyring {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" || os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return trousseau{}
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "bus")); err == nil {
			return trousseau{}
		}
	}
	return nil
}

// Get gives a secret.
func (trousseau) Get(name string) (string, error) {
	var secret string
	err := answered(func() (err error) {
		secret, err = keyring.Get(keyringName, name)
		return err
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// Set keeps a secret.
func (trousseau) Set(name, secret string) error {
	return answered(func() error { return keyring.Set(keyringName, name, secret) })
}

// Delete forgets a secret.
func (trousseau) Delete(name string) error {
	return answered(func() error { return keyring.Delete(keyringName, name) })
}

// answered asks the keyring, and gives up on one that stays silent.
func answered(ask func() error) error {
	done := make(chan error, 1)
	go func() { done <- ask() }()
	select {
	case err := <-done:
		if errors.Is(err, keyring.ErrNotFound) {
			return desktop.ErrNotInKeyring
		}
		return err
	case <-time.After(patience):
		return errSilent
	}
}
