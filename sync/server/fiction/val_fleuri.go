package fiction

// What Val-Fleuri is made of, in columns: who reads it sees the CCAS. Names,
// numbers and addresses are invented; the telephone numbers are of the ranges
// that are never given to anybody, the addresses of the domain kept for examples.

const (
	territoireName   = "Val-Fleuri"
	departement      = "62"
	organisationName = "CCAS de Val-Fleuri"
	organisationMail = "ccas@example.org"
)

// agentRows: key, first name, last name, role, services.
const agentRows = `
claire   | Claire   | Fournier | admin       | Action sociale, France services
sylvie   | Sylvie   | Martin   | secretariat | Action sociale, France services
karim    | Karim    | Benali   | basic       | Action sociale
aissatou | Aïssatou | Diallo   | basic       | Action sociale, France services
thomas   | Thomas   | Petit    | basic       | France services
nathalie | Nathalie | Roux     | basic       | Action sociale
`

// lieuRows: key, name, address, telephone.
const lieuRows = `
maison   | Maison des services       | 4 place du Marché, 62990 Val-Fleuri  | +33353011840
tilleuls | Antenne des Tilleuls      | 18 rue des Tilleuls, 62990 Val-Fleuri | +33353011862
village  | France services Val-Fleuri | 2 place de l’Église, 62990 Val-Fleuri | +33353011875
`

// motifRows: key, name, service, colour, minutes, place, seats (collectif), what
// to bring.
const motifRows = `
accompagnement | Accompagnement social | Action sociale  | lagon   | 45  | public_office |    | Apportez votre dernier avis d’imposition.
droits         | Accès aux droits      | France services | azur    | 30  | public_office |    | Apportez vos derniers courriers des organismes.
rsa            | Instruction RSA       | Action sociale  | prune   | 45  | public_office |    | Apportez une pièce d’identité et un relevé d’identité bancaire.
domiciliation  | Domiciliation         | Action sociale  | miel    | 30  | public_office |    | Apportez une pièce d’identité.
suivi          | Suivi                 | Action sociale  | ardoise | 20  | phone         |    | Votre interlocuteur vous appelle : gardez votre téléphone près de vous.
visite         | Visite à domicile     | Action sociale  | rose    | 60  | home          |    |
visio          | Entretien en visio    | France services | sauge   | 30  | visio         |    | Le lien de la visio vous est envoyé par votre interlocuteur.
atelier        | Atelier budget        | Action sociale  | brique  | 120 | public_office | 10 | Apportez vos dernières factures d’énergie.
`

// plageRows: agent, days, hours, lieu (empty: none), motifs.
const plageRows = `
claire   | lu, me, je | 09:00-12:15 | maison   | accompagnement, droits, rsa, domiciliation, suivi, visio
claire   | lu, me, je | 14:00-17:30 | maison   | accompagnement, droits, rsa, domiciliation, suivi, visio
claire   | ma         | 09:00-12:00 | tilleuls | accompagnement, droits, domiciliation, suivi
claire   | ma         | 14:00-17:00 | tilleuls | accompagnement, rsa, domiciliation
claire   | ve         | 09:00-12:00 | maison   | accompagnement, droits, rsa, suivi
claire   | ve         | 13:30-16:00 | maison   | accompagnement, rsa, domiciliation, visio
sylvie   | lu, je     | 09:00-12:00 | tilleuls | domiciliation, accompagnement
sylvie   | lu, je     | 14:00-16:30 | tilleuls | domiciliation, accompagnement, suivi
sylvie   | ve         | 09:00-12:00 | tilleuls | domiciliation
karim    | lu, ma, je | 08:30-12:00 | maison   | rsa, accompagnement
karim    | lu, ma, je | 14:00-16:30 | maison   | rsa, suivi
karim    | me, ve     | 09:00-12:00 | maison   | rsa, accompagnement, suivi
aissatou | lu, ma, je | 09:00-12:00 | maison   | droits, visio
aissatou | lu, ma, je | 14:00-16:30 | maison   | droits, accompagnement
aissatou | me, ve     | 09:00-12:00 | tilleuls | droits
thomas   | lu, ma, me | 09:00-12:00 | village  | droits
thomas   | je, ve     | 09:00-12:00 | village  | droits, visio
thomas   | lu, ma, je | 14:00-16:30 | village  | droits, visio
nathalie | lu, me     | 09:00-12:00 | maison   | accompagnement, suivi
nathalie | ma, ve     | 09:30-12:00 |          | visite
nathalie | ma, me, ve | 14:00-17:30 |          | visite, suivi
`

// atelierRows: agent, week (0 the present one), day, hour, lieu, title, who is
// inscribed.
const atelierRows = `
claire   |  0 | ve | 10:00 | maison   | Gérer son budget           | 6
nathalie |  0 | je | 09:30 | maison   | Lire ses factures          | 10
nathalie |  0 | je | 14:00 | maison   | Les factures d’énergie     | 6
nathalie | -1 | je | 14:00 | tilleuls | Gérer son budget           | 8
nathalie | -2 | je | 14:00 | maison   | Lire ses factures          | 9
nathalie |  1 | je | 09:30 | village  | Les démarches en ligne     | 4
nathalie |  2 | je | 14:00 | maison   | Gérer son budget           | 3
`

// absenceRows: agent, week, first day, last day, hours, title, repeated every week.
const absenceRows = `
claire   | -8 | lu | lu | 13:00-14:00 | Réunion d’équipe | oui
sylvie   | -8 | lu | lu | 13:00-14:00 | Réunion d’équipe | oui
karim    | -8 | lu | lu | 13:00-14:00 | Réunion d’équipe | oui
aissatou | -8 | lu | lu | 13:00-14:00 | Réunion d’équipe | oui
thomas   | -8 | lu | lu | 13:00-14:00 | Réunion d’équipe | oui
nathalie | -8 | lu | lu | 13:00-14:00 | Réunion d’équipe | oui
claire   |  0 | ve | ve | 16:00-18:00 | Récupération     | non
claire   |  1 | ma | ma | 14:00-18:00 | Formation        | non
thomas   |  0 | me | me | 08:00-18:00 | Formation        | non
karim    |  1 | me | ve | 00:00-24:00 | Congés           | non
sylvie   | -1 | ve | ve | 00:00-24:00 | Congés           | non
`

// claireRows is the present week of Claire, whose agenda the demonstration
// opens: day, hours, motif, usagers, what becomes of it once it is over (blank:
// nobody filled it in). An rdv cancelled leaves its place to another.
const claireRows = `
lu | 09:00-09:45 | accompagnement | Bertrand Colin   | seen
lu | 10:00-10:30 | droits         | Fatou Ndiaye     | noshow
lu | 10:45-11:30 | accompagnement | Yves Le Goff     | seen
lu | 11:30-12:00 | visio          | Awa Traoré       | seen
lu | 14:00-15:00 | rsa            | Elena Popescu    | seen
lu | 15:15-15:45 | domiciliation  | Hugo Lambert     | excused
lu | 16:00-16:30 | suivi          | Odile Perrin     | seen
ma | 09:00-09:30 | domiciliation  | Luc Fabre        | seen
ma | 09:30-10:00 | domiciliation  | Rosa Vidal       | seen
ma | 10:15-11:00 | droits         | Omar Saïdi       | revoked
ma | 10:15-11:00 | accompagnement | Anne Roy         | seen
ma | 11:15-11:45 | suivi          | Noël Jacquet     | seen
ma | 14:00-14:45 | accompagnement | Mehdi Hadj       | seen
ma | 15:00-15:45 | rsa            | Renée Blondel    | blank
ma | 16:00-16:30 | domiciliation  | Ivo Marek        | seen
me | 09:00-09:30 | droits         | Lucas Dumont     | seen
me | 09:45-10:30 | accompagnement | Sofia Mendes     | seen
me | 10:30-11:15 | rsa            | Farid Amrani     | noshow
me | 11:30-12:15 | accompagnement | Ghislaine Petit  | seen
me | 14:00-14:45 | rsa            | Cédric Vallet    | seen
me | 15:00-15:30 | domiciliation  | Mina Kaplan      | excused
me | 15:30-16:15 | accompagnement | Paulette Garnier | seen
me | 16:30-17:00 | suivi          | Denis Roussel    | seen
je | 09:00-09:30 | droits         | Inès Morvan      | seen
je | 09:45-10:30 | accompagnement | Antoine Besson   | seen
je | 10:30-11:15 | rsa            | Josiane Caron    | blank
je | 11:30-12:15 | accompagnement | Nadia Haddad, Yanis Haddad | seen
je | 14:00-14:45 | accompagnement | Daniel Rousseau  | seen
je | 15:30-16:15 | droits         | Paul Kessler     | seen
je | 16:15-17:15 | visite         | Simone Aubert    | seen
ve | 09:00-09:30 | suivi          | Gilles Tanguy    | seen
ve | 13:30-14:00 | visio          | Chloé Hamon      | seen
ve | 14:00-14:45 | rsa            | Malika Cherif    | blank
ve | 15:00-15:45 | domiciliation  | Samuel Girard    | seen
`

// Who comes at 14 h when Claire already receives somebody.
const intruder = "Léa Meunier"

// The same person twice, by a slip of the keyboard.
const (
	person = "Nadia Haddad"
	double = "Nadia Hadad"
	proche = "Yanis Haddad"
	sister = "Lina Haddad"
)
