package server

import "permanence/sync/mailer"

// Relay reads the address of a relay, smtp://user@host:587, for who starts a
// server from settings. Without an address nothing leaves and mails wait in the
// queue, as they do while a relay is down.
func Relay(address, password string) (*mailer.Relay, error) {
	if address == "" {
		return &mailer.Relay{}, nil
	}
	r, err := mailer.ParseRelay(address, password, "")
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// CheckSender refuses (mailer.ErrAddress) what mail cannot be sent from; "" is
// each organisation's own mailbox.
func CheckSender(address string) error {
	if address == "" {
		return nil
	}
	_, err := mailer.Address(address)
	return err
}
