package agenda

// noteRecu adds what became of a message, or says more of it: the same id is
// written again as the message goes from waiting to sent or failed.
func (d *decider) noteRecu(a *NoteRecu) error {
	if d.by.Kind != AuthorSystem {
		return Refuse(CodeForbidden, string(a.Recu.ID))
	}
	r := Clone(&a.Recu)
	r.Stamp, r.At = Stamp{}, r.At.UTC()
	if err := checkRecu(r); err != nil {
		return err
	}
	if _, err := need[*Rdv](d, NounRdv, string(r.Rdv)); err != nil {
		return err
	}
	if _, err := need[*Usager](d, NounUsager, string(r.Usager)); err != nil {
		return err
	}
	old, err := need[*Recu](d, NounRecu, r.Key())
	if err != nil && RefusalOf(err).Code == CodeErased {
		return err
	}
	if old == nil {
		d.change(nil, r)
		return nil
	}
	if old.Rdv != r.Rdv {
		return Refuse(CodeExists, r.Key())
	}
	changed, err := changedKeys(old, r)
	if err != nil {
		return err
	}
	if len(changed) > 0 {
		d.change(old, r)
	}
	return nil
}

func checkRecu(r *Recu) error {
	switch {
	case !ValidID(r.Key()):
		return Invalid("id")
	case !ValidID(string(r.Usager)):
		return Invalid("usager")
	case !oneOf(string(r.State), "waiting", "sent", "failed", "dropped"):
		return Invalid("state")
	case !oneOf(r.Kind, "request", "update", "cancel"):
		return Invalid("kind")
	case !oneOf(r.Channel, "mail"):
		return Invalid("channel")
	case !plainText(r.Reason, 0, 80):
		return Invalid("reason")
	}
	return nil
}
