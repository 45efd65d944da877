// Cases to review of the invented town, one of each kind that is drawn in its own way.
import type { CasChoix, CasRevoir, Creneau, VueHistoire, VueRevoir } from "../src/contract";
import { TODAY, ZONE } from "./made";

const slot = (day: string, from: string, to: string): Creneau => ({
  start: `${day}T${from}:00Z`,
  end: `${day}T${to}:00Z`,
  day,
  from,
  to,
  zone: ZONE,
  agent: "a1",
  agent_label: "C. Fournier",
  lieu: "l1",
  plage: "p1",
});

const choice = (code: string, label: string, more: Partial<CasChoix> = {}): CasChoix => ({
  code,
  label,
  detail: "",
  creneaux: [],
  agents: [],
  seances: [],
  ...more,
});

const BLANK: CasRevoir = {
  id: "",
  kind: "conflict",
  code: "",
  urgency: "soon",
  mine: true,
  title: "",
  message: "",
  when: "lun. 9 nov., 8 h 47",
  sides: [],
  rows: [],
  champs: [],
  depends: [],
  choices: [],
  rdv: "",
  day: "",
  usager: "",
  motif: "",
};

const SLOTS = [
  slot(TODAY, "14:45", "15:30"),
  slot("2026-11-16", "09:45", "10:30"),
  slot("2026-11-16", "10:30", "11:15"),
];

export const REVIEW: CasRevoir[] = [
  {
    ...BLANK,
    id: "k0",
    code: "overlap",
    urgency: "today",
    title: "Deux usagers à 14 h, jeudi 12 novembre",
    message:
      "Avec Claire Fournier, Maison des services. Les deux rendez-vous sont gardés ; aucun usager n’a été prévenu d’un changement.",
    sides: [
      {
        label: "Pris par vous le mer. 28 oct.",
        title: "Daniel Rousseau",
        detail: "jeu. 12 nov., 14 h 00 – 14 h 45",
        note: "L’usager n’a pas été prévenu par courriel.",
        motif: "Accompagnement social",
        color: "lagon",
      },
      {
        label: "Pris en ligne par l’usager le ven. 30 oct.",
        title: "Léa Meunier",
        detail: "jeu. 12 nov., 14 h 00 – 14 h 30",
        note: "L’usager a été prévenu par courriel le ven. 30 oct. à 10 h.",
        motif: "Domiciliation",
        color: "miel",
      },
    ],
    choices: [
      choice("move", "Déplacer Daniel Rousseau", {
        detail: "Sans courriel : prévenez par téléphone, 06 39 98 12 63.",
        creneaux: SLOTS,
      }),
      choice("keep", "Garder les deux", {
        detail: "L’un des deux attendra ; rien n’est envoyé.",
      }),
      choice("drop", "Annuler Daniel Rousseau et prévenir"),
    ],
    rdv: "r16",
    day: TODAY,
  },
  {
    ...BLANK,
    id: "k1",
    code: "absence_over",
    mine: false,
    title: "2 rendez-vous à replacer : absence d’Aïssatou Diallo le 16 nov.",
    message:
      "L’absence a été notée lundi à 8 h 47. Les rendez-vous sont gardés ; personne n’a été prévenu.",
    rows: [
      {
        rdv: "r1",
        title: "Ivan Marchand",
        detail: "lun. 16 nov., 9 h 00 – 9 h 45",
        choices: [
          choice("assign", "Confier Ivan Marchand à un collègue", {
            agents: [{ noun: "agent", id: "a2", label: "Karim Benali" }],
          }),
          choice("move", "Déplacer Ivan Marchand", { creneaux: SLOTS.slice(1) }),
          choice("drop", "Annuler Ivan Marchand et prévenir"),
        ],
      },
      {
        rdv: "r2",
        title: "Solène Prigent",
        detail: "lun. 16 nov., 10 h 00 – 10 h 45",
        choices: [choice("move", "Déplacer Solène Prigent", { creneaux: SLOTS.slice(1) })],
      },
    ],
    choices: [
      choice("lift", "Lever l’absence d’Aïssatou Diallo"),
      choice("keep", "Tout laisser ainsi"),
    ],
  },
  {
    ...BLANK,
    id: "k2",
    code: "duplicate_usager",
    urgency: "later",
    title: "Même personne saisie deux fois : Nadia Haddad",
    message: "Créées le jeu. 22 oct. et le mer. 11 nov. Les deux fiches sont gardées.",
    champs: [
      { code: "last_name", label: "Nom", keep: "Haddad", drop: "Hadad", other: false },
      {
        code: "birth_date",
        label: "Naissance",
        keep: "4 mars 1987",
        drop: "4 mars 1987",
        other: false,
      },
      { code: "email", label: "Courriel", keep: "", drop: "nadia@example.org", other: true },
    ],
    choices: [
      choice("apply", "Fusionner les deux fiches"),
      choice("keep", "Ce sont deux personnes"),
    ],
    usager: "u1",
  },
  {
    ...BLANK,
    id: "k3",
    kind: "refused",
    code: "no_contact",
    urgency: "later",
    title: "Fiche créée : Rosa Essai",
    message: "Ce champ n’est pas activé dans votre organisation.",
    depends: ["Rendez-vous pris : Rosa Essai, mar. 17 nov., 9 h 00 – 9 h 30"],
    choices: [choice("apply", "Tout envoyer de nouveau"), choice("drop", "Tout abandonner")],
  },
  {
    ...BLANK,
    id: "k4",
    kind: "refused",
    code: "erased",
    urgency: "later",
    title: "Saisie dont le contenu a été effacé",
    message: "Dossier effacé à la demande de l’usager ou en fin de conservation.",
    choices: [choice("drop", "J’ai compris")],
  },
  {
    ...BLANK,
    id: "k5",
    kind: "info",
    code: "already_cancelled",
    urgency: "later",
    title: "Rendez-vous annulé : Paul Lefèvre",
    message: "À vérifier : ce rendez-vous est déjà annulé. Le serveur décidera à l’envoi.",
  },
];

export const VIEW: VueRevoir = {
  items: REVIEW,
  closed: [
    {
      id: "f1",
      title: "Déplacé deux fois : Ivan Marchand",
      said: "Gardé par Sylvie Martin",
      when: "mer. 11 nov., 9 h 02",
    },
  ],
  back: {
    title: "De retour après trois semaines",
    detail: "Ce poste était hors ligne du lun. 19 oct. au lun. 9 nov., 8 h 47.",
    sent: 142,
    passed: 137,
    decide: 3,
    refused: 2,
  },
};

export const HISTORY: VueHistoire = {
  lines: [
    {
      label: "Déplacé de 10 h à 11 h 30 par Sylvie Martin",
      when: "hier à 9 h 02",
      pending: false,
      rappels: [{ key: "rdv/r1/c1/slot", label: "Remettre à 10 h" }],
    },
    {
      label: "Pris par Karim Benali",
      when: "le lun. 2 nov. à 15 h 08",
      pending: false,
      rappels: [],
    },
  ],
  full: true,
  notice: "",
};
