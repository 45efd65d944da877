package desktop

import (
	"errors"
	"sync"
)

// trousseauTest is a keyring in memory; a silent one does not answer.
type trousseauTest struct {
	mu     sync.Mutex
	held   map[string]string
	silent bool
}

var errSilent = errors.New("silent")

func (k *trousseauTest) Get(name string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	secret, ok := k.held[name]
	switch {
	case k.silent:
		return "", errSilent
	case !ok:
		return "", ErrNotInKeyring
	}
	return secret, nil
}

func (k *trousseauTest) Set(name, secret string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.silent {
		return errSilent
	}
	if k.held == nil {
		k.held = map[string]string{}
	}
	k.held[name] = secret
	return nil
}

func (k *trousseauTest) Delete(name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.silent {
		return errSilent
	}
	if _, ok := k.held[name]; !ok {
		return ErrNotInKeyring
	}
	delete(k.held, name)
	return nil
}
