// The invented town of the tests: eight agents, three lieux, a week of November 2026.

export const AGENTS = [
  ["a1", "Claire Fournier", "CF", "s1"],
  ["a2", "Karim Benali", "KB", "s1"],
  ["a3", "Sylvie Martin", "SM", "s1"],
  ["a4", "Aïssatou Diallo", "AD", "s1"],
  ["a5", "Thomas Petit", "TP", "s2"],
  ["a6", "Nathalie Roux", "NR", "s1"],
  ["a7", "Hélène Garnier", "HG", "s2"],
  ["a8", "Marc Lebrun", "ML", "s2"],
] as const;

export const SERVICES = [
  ["s1", "Action sociale"],
  ["s2", "France services"],
] as const;

/** id, name, colour, minutes, place, service, collectif */
export const MOTIFS = [
  ["m1", "Accompagnement social", "lagon", 45, "public_office", "s1", false],
  ["m2", "Accès aux droits", "azur", 30, "public_office", "s1", false],
  ["m3", "Instruction RSA", "prune", 45, "public_office", "s1", false],
  ["m4", "Domiciliation", "miel", 30, "public_office", "s1", false],
  ["m5", "Suivi", "ardoise", 30, "phone", "s1", false],
  ["m6", "Aide alimentaire", "olive", 30, "public_office", "s1", false],
  ["m7", "Visite à domicile", "rose", 60, "home", "s1", false],
  ["m8", "Atelier budget", "brique", 120, "public_office", "s1", true],
  ["m9", "Aide numérique", "sauge", 30, "public_office", "s2", false],
] as const;

export const LIEUX = [
  ["l1", "Maison des services", "4 place du Marché · bus 3, arrêt Mairie"],
  ["l2", "Antenne des Tilleuls", "18 rue des Tilleuls"],
  ["l3", "France services Val-Fleuri", "place de l’Église"],
] as const;

export const USAGERS = [
  ["u1", "Nadia", "Haddad", "1987-03-04", "06 39 98 41 20", "nadia.haddad@courriel.example", ""],
  ["u2", "Yanis", "Haddad", "2018-05-14", "", "", "u1"],
  ["u3", "Lina", "Haddad", "2021-02-03", "", "", "u1"],
  ["u4", "Nadia", "Hadad", "1987-03-04", "06 39 98 41 20", "", ""],
  ["u5", "Mehdi", "Hadj", "1961-06-19", "06 39 98 07 55", "", ""],
  ["u6", "Rachid", "Hadi", "1954-01-02", "", "", ""],
  ["u7", "Éléonore", "Hadot", "1999-08-30", "", "e.hadot@courriel.example", ""],
  ["u8", "Daniel", "Rousseau", "1972-09-11", "06 39 98 12 63", "", ""],
  ["u9", "Antoine", "Besson", "1990-12-01", "06 39 98 55 10", "", ""],
  ["u10", "Inès", "Morvan", "1984-07-22", "06 39 98 21 44", "", ""],
] as const;

/** day agent from-to name | motif | status | extras */
export const RDVS = `
2026-11-09 a1 09:00-09:45 Bertrand Colin|m1|seen|
2026-11-09 a1 10:00-10:30 Fatou Ndiaye|m2|noshow|
2026-11-09 a1 10:45-11:30 Yves Le Goff|m1|seen|
2026-11-09 a1 14:00-15:00 Elena Popescu|m3|seen|note=Vu · prochain rdv le 8 déc.
2026-11-09 a1 15:15-15:45 Hugo Lambert|m4|excused|
2026-11-09 a1 16:00-16:30 Odile Perrin|m5|seen|
2026-11-10 a1 09:00-09:30 Luc Fabre|m6|seen|
2026-11-10 a1 09:30-10:00 Rosa Vidal|m6|seen|
2026-11-10 a1 10:15-11:00 Omar Saïdi|m2|excused|
2026-11-10 a1 10:15-11:00 Anne Roy|m4|seen|note=Vu
2026-11-10 a1 11:00-11:20 Noël Jacquet|m5|seen|
2026-11-12 a1 09:00-09:30 Inès Morvan|m2|seen|
2026-11-12 a1 09:45-10:30 Antoine Besson|m1|seen|
2026-11-12 a1 10:30-11:15 Josiane Caron|m3|todo|note=Vu ou absent ?
2026-11-12 a1 11:30-12:15 Nadia Haddad|m1|waiting|note=En salle depuis 11 h 12
2026-11-12 a1 14:00-14:45 Daniel Rousseau|m1|coming|conflict;note=2 usagers à 14 h
2026-11-12 a1 14:00-14:30 Léa Meunier|m4|coming|conflict
2026-11-12 a1 15:30-16:15 Paul Kessler|m2|coming|pending
2026-11-12 a1 16:15-17:15 Simone Aubert|m7|coming|note=12 rue des Lavandières
2026-11-13 a1 09:00-09:30 Gilles Tanguy|m5|coming|
2026-11-13 a1 10:00-12:00 Atelier budget|m8|coming|seats=6/10;note=6 inscrits, 4 places libres
2026-11-13 a1 13:30-14:15 Malika Cherif|m3|coming|pending
2026-11-13 a1 14:30-15:15 Samuel Girard|m4|coming|note=1er rendez-vous
2026-11-13 a1 15:30-16:00 Chloé Hamon|m2|coming|visio
2026-11-12 a2 08:30-09:15 Ivan Marchand|m3|seen|
2026-11-12 a2 09:30-10:15 Lucie Brun|m3|noshow|
2026-11-12 a2 10:30-11:15 Théo Lacroix|m2|seen|
2026-11-12 a2 11:15-12:00 Zoé Pascal|m2|waiting|note=En salle, 11 h 05
2026-11-12 a2 13:00-13:30 Éric Maillard|m5|coming|
2026-11-12 a2 13:45-14:30 Rita Lopes|m3|coming|
2026-11-12 a2 15:00-16:00 Jean Coste|m3|coming|
2026-11-12 a3 09:00-10:00 Paule Rey|m4|seen|
2026-11-12 a3 10:00-10:30 Ali Bouzid|m4|coming|
2026-11-12 a3 10:30-11:00 Guy Renaud|m4|excused|
2026-11-12 a3 11:00-11:45 Ève Leroux|m1|coming|
2026-11-12 a3 13:30-14:15 Kévin Adam|m4|coming|
2026-11-12 a3 14:15-15:00 Sarah Weiss|m1|coming|
2026-11-12 a3 15:30-16:15 René Gautier|m1|coming|
2026-11-12 a4 09:30-10:15 Nora Klein|m2|coming|conflict;note=À replacer
2026-11-12 a4 10:30-11:15 Fabien Roche|m2|coming|conflict;note=À replacer
2026-11-12 a4 14:00-14:45 Alice Noël|m2|coming|conflict;note=À replacer
2026-11-12 a5 09:00-09:20 Léo Simon|m9|seen|
2026-11-12 a5 09:20-09:40 Ida Costa|m9|seen|
2026-11-12 a5 10:00-10:30 Jo Vasseur|m9|seen|
2026-11-12 a5 10:30-11:00 Eva Bailly|m9|noshow|
2026-11-12 a5 11:00-11:30 Pol Carlier|m9|coming|
2026-11-12 a5 11:30-12:00 Lise Ferry|m9|coming|
2026-11-12 a6 09:30-11:30 Café des parents|m8|coming|seats=12/12;note=Complet
2026-11-12 a6 14:00-16:00 Atelier budget|m8|coming|seats=6/10;note=4 places libres
2026-11-12 a6 16:30-17:15 Nina Blot|m1|coming|
2026-11-12 a7 09:00-09:15 Ange Muller|m5|seen|
2026-11-12 a7 09:15-09:30 Flo Barre|m5|seen|
2026-11-12 a7 09:30-09:45 Max Royer|m5|noshow|
2026-11-12 a7 10:00-10:45 Sonia Petitjean|m2|seen|visio
2026-11-12 a7 11:00-11:30 Idriss Hamidi|m5|coming|
2026-11-12 a7 13:30-14:15 Agnès Picard|m2|coming|visio
2026-11-12 a7 14:30-15:00 Loïc Henry|m5|coming|
2026-11-12 a8 09:00-10:15 Alfred Collet|m7|seen|
2026-11-12 a8 10:45-12:00 Berthe Huet|m7|coming|
2026-11-12 a8 14:30-15:45 Robert Lenoir|m7|coming|
2026-11-12 a8 16:15-17:30 Yvonne Masson|m7|coming|
`;

/** day agent from-to kind title */
export const BACK = `
2026-11-09 a1 09:00-12:30 plage
2026-11-09 a1 14:00-17:30 plage Maison des services
2026-11-10 a1 09:00-12:00 plage Antenne des Tilleuls
2026-11-10 a1 14:00-18:00 absence Absence · formation
2026-11-11 a1 08:00-19:00 ferie Armistice de 1918
2026-11-12 a1 09:00-12:30 plage
2026-11-12 a1 13:30-17:00 plage
2026-11-13 a1 09:00-12:15 plage
2026-11-13 a1 13:30-16:30 plage Maison des services
2026-11-13 a1 17:00-19:00 absence Absence · récupération
2026-11-12 a2 08:30-12:00 plage
2026-11-12 a2 13:30-16:30 plage
2026-11-12 a3 09:00-12:00 plage
2026-11-12 a3 13:30-17:00 plage
2026-11-12 a4 08:00-19:00 absence Absence · 3 à replacer
2026-11-12 a5 09:00-12:30 plage
2026-11-12 a6 14:00-18:00 plage
2026-11-12 a7 09:00-12:00 plage
2026-11-12 a7 13:00-16:00 plage
2026-11-12 a8 12:30-14:00 absence Réunion
`;

export const COLUMN_DETAIL: Record<string, string> = {
  "2026-11-09/a1": "Maison des services",
  "2026-11-10/a1": "Antenne des Tilleuls",
  "2026-11-11/a1": "Jour férié",
  "2026-11-12/a1": "Maison des services",
  "2026-11-13/a1": "Maison des services",
  "2026-11-12/a2": "Maison",
  "2026-11-12/a3": "Tilleuls",
  "2026-11-12/a4": "absence",
  "2026-11-12/a5": "Val-Fleuri",
  "2026-11-12/a6": "Maison",
  "2026-11-12/a7": "tél. et visio",
  "2026-11-12/a8": "domicile",
};
