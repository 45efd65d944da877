// Package agenda is what an agenda IS: the nouns of the profession, the
// commands that change them, the refusals, and the rules.
//
// It is pure. Decide takes facts, a command, its author and the instant of the
// act, and returns the changes to commit; it never reads a clock, a random
// source, a file or a network. The same functions run optimistically on a
// desktop and with authority on the server.
//
// # Glossary
//
//   - Territoire: the unit of order and of numbering; it decides the holidays
//     and which optional fields may exist at all.
//   - Organisation: a CCAS, a mairie, a service of a département; controller of
//     what it records about an usager (Profil).
//   - Service: a trade of the territoire (action sociale, PMI); with the role it
//     decides who reads which Rdv.
//   - Agent: a person who receives; Role ties one to an organisation.
//   - Motif: why one comes; it gives the duration, the kind of place and the
//     delays. Lieu: where one comes.
//   - PlageOuverture: when an agent receives for some motifs. Absence: when not.
//   - Usager: the person received. Proche: an usager with a Responsable, whose
//     contacts are inherited. Profil: what one organisation keeps about one usager.
//   - Rdv: a rendez-vous of agents with usagers; Participation is one usager's part.
//   - Occupation: busy time without content. Importe: an event of another calendar.
//   - Recu: what became of a message. Conflit: what two people must look at.
//   - Passage: one change of a record, as its history tells it.
//   - Creneau: a free slot, computed, never stored.
package agenda
