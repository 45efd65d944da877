package access

import (
	"strings"
	"unicode/utf8"
)

// residue counts the characters of text, already plain, that belong to nothing
// known, and names what took most of the others. It reads from left to right
// and takes the longest known piece at each place.
func residue(text string, owner Owner) (own int, taken Code) {
	known := newLexicon(owner)
	took := map[Code]int{}
	for i := 0; i < len(text); {
		n, code := known.longest(text, i)
		if n == 0 {
			_, n = utf8.DecodeRuneInString(text[i:])
			own++
		}
		took[code] += n
		i += n
	}
	taken = CodePasswordCommon
	for _, code := range []Code{CodePasswordPersonal, CodePasswordSequence, CodePasswordRepeated} {
		if took[code] > took[taken] {
			taken = code
		}
	}
	return own, taken
}

// lexicon holds what is tried first, plain: words, and rows to walk along.
type lexicon struct {
	words map[string]Code
	rows  []string
}

// newLexicon gives the common words and rows and the owner's own words.
func newLexicon(owner Owner) lexicon {
	l := lexicon{words: map[string]Code{}}
	for _, w := range strings.Fields(commonWords) {
		l.words[w] = CodePasswordCommon
	}
	for _, row := range strings.Fields(commonRows) {
		for _, r := range []string{row, reversed(row)} {
			l.rows = append(l.rows, r, plain(r))
		}
	}
	for _, part := range []string{owner.FirstName, owner.LastName, owner.Email, owner.Organisation} {
		for _, w := range strings.FieldsFunc(strings.ToLower(part), separator) {
			if w = plain(w); len(w) >= 3 {
				l.words[w] = CodePasswordPersonal
			}
		}
	}
	return l
}

// longest gives the longest known piece of text at i, in bytes, and its kind;
// 0 when none begins there.
func (l lexicon) longest(text string, i int) (n int, code Code) {
	rest := text[i:]
	for word, kind := range l.words {
		if len(word) > n && strings.HasPrefix(rest, word) {
			n, code = len(word), kind
		}
	}
	if w := l.walk(rest); w > n {
		n, code = w, CodePasswordSequence
	}
	if d := digits(rest); d > n {
		n, code = d, CodePasswordSequence
	}
	if r := repeat(text, i); r > n {
		n, code = r, CodePasswordRepeated
	}
	return n, code
}

func separator(r rune) bool { return strings.ContainsRune(" \t.@-_+'’,;()/", r) }

// walkMin is how many keys in a row make a walk rather than chance.
const walkMin = 4

// walk gives how much of the beginning of text follows a row, in either
// direction: qsdfg, 98765, wxcvb.
func (l lexicon) walk(text string) int {
	best := 0
	for _, row := range l.rows {
		n := 0
		for n < len(text) && strings.Contains(row, text[:n+1]) {
			n++
		}
		best = max(best, n)
	}
	if best < walkMin {
		return 0
	}
	return best
}

func reversed(s string) string {
	b := []byte(s) // rows are ASCII
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// digits gives the length of a beginning made of two digits or more: years,
// dates, numbers of départements and telephones are all tried early.
func digits(text string) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	if n < 2 {
		return 0
	}
	return n
}

// repeat gives how much of text at i was already said just before: a character
// said three times, or a piece of three and more that stands earlier.
func repeat(text string, i int) int {
	n := 0
	for i > 1 && i+n < len(text) && text[i+n] == text[i-1] && text[i-1] == text[i-2] {
		n++
	}
	m := 0
	for i+m < len(text) && strings.Contains(text[:i], text[i:i+m+1]) {
		m++
	}
	if m < 3 {
		return n
	}
	return max(n, m)
}

// commonRows are what fingers and memory follow: rows and columns of French and
// English keyboards, the alphabet, the digits.
const commonRows = `
01234567890 abcdefghijklmnopqrstuvwxyz
azertyuiop qsdfghjklm wxcvbn azertyuiopqsdfghjklmwxcvbn
qwertyuiop asdfghjkl zxcvbnm qwertyuiopasdfghjklzxcvbnm
aqwzsxedcrfvtgbyhnujm qazwsxedcrfvtgbyhnujm
1a2z3e4r5t6y7u8i9o0p 1q2w3e4r5t6y7u8i9o0p 1aqw2zsx3edc4rfv5tgb 1qaz2wsx3edc4rfv5tgb
aqwxszedcvfrtgbnhyujk azeqsdwxc qweasdzxc aaazzzeeerrrttt`

// commonWords is what French passwords are most often made of, without accents
// or signs: the word itself, first words of the job, seasons, teams, names of
// places, endearments, and whole sentences that everybody knows. Together with
// dates and repetitions they also catch the long forms (motdepasse2026motdepasse).
const commonWords = `
motdepasse motdepasses monmotdepasse lemotdepasse unmotdepasse nouveaumotdepasse motpasse motdepass mdp
password passwords passw passe passwd pass admin administrateur administrator root user utilisateur invite
guest test tests essai demo defaut default temporaire provisoire changez changeme changer changermoi
secret secrete confidentiel securite securise securitaire code codes acces login connexion identifiant compte
bonjour bonsoir bonnejournee salut coucou hello bienvenue welcome merci aurevoir revoir
soleil lune etoile etoiles mer plage vacances ete hiver automne printemps noel neige chocolat cafe
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
lundi mardi mercredi jeudi vendredi samedi dimanche
amour amours amoureux amoureuse jetaime jtm jetadore toujours pourlavie lavie forever iloveyou love
doudou loulou chouchou bebe mamour moncoeur coeur cherie cheri princesse prince papa maman famille enfant enfants
mafille monfils monbebe monange ange angel papillon chaton chien chat minou minette lapin nounours licorne tigre lion
football foot rugby tennis velo moto voiture marseille olympique allezlom olympiquedemarseille parisestmagique
psg losc allezlesbleus lesbleus zidane ronaldo mbappe
france vivelafrance francais francaise republique republiquefrancaise marianne liberte egalite fraternite
libertesegalites paris lyon lille nantes bordeaux toulouse nice strasbourg rennes montpellier bretagne
normandie alsace corse reunion martinique guadeloupe mayotte guyane
jesuischarlie iletaitunefois jenesaispas jenesaispasquoi touslesmatinsdumonde lapetitemaison maispourquoipas
pourquoi pourquoipas comment unedeuxtrois undeuxtrois abracadabra sesameouvretoi sesame
mairie mairies commune ville villes departement departemental conseil conseildepartemental region prefecture
ccas cias mds pmi mdph caf franceservices maison solidarite solidarites social sociale action actionsociale
service services public publics publique servicepublic agent agents agenda usager usagers accueil secretariat
permanence rendezvous rdv organisation territoire bureau travail equipe informatique ordinateur windows internet
google facebook orange free outlook hotmail gmail nathalie isabelle sylvie catherine martine christine valerie
sandrine stephanie veronique celine sophie julie camille marie pierre michel philippe alain patrick nicolas
christophe laurent thierry frederic sebastien julien thomas alexandre antoine maxime
azerty qwerty azertyuiop qwertyuiop dragon monkey master superman batman starwars pokemon naruto matrix
`
