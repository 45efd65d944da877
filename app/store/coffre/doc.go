// Package coffre keeps the key of a profile: in the keyring of the system, or
// behind a passphrase, and behind a recovery code in any case.
//
// It never writes a key, a passphrase or a code anywhere but to the keyring,
// and never asks a person: who calls brings what was given.
package coffre
