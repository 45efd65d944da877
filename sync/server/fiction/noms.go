package fiction

// Names and streets that strangers are made of.

const firstNames = `
Adèle Agnès Ahmed Alain Albert Alice Amina Ange Anissa Arthur Barbara Béatrice Bernard Bilal Boris Camille Carlos
Cécile Charles Christian Clara Claude Corinne Cyril Danièle David Diane Driss Édith Élias Émile Emma Éric Estelle Esther
Eugène Fabien Fanny Félix Florence Francis Gabriel Gaëlle Georges Gisèle Hakim Hélène Henri Hervé Ida Irène Ismaël Jacques
Jade Jean Jeanne Joël Karima Kévin Laura Léon Liliane Loïc Louise Lucie Madeleine Manuel Marc Margot Maria Marius Maud Maya
Monique Mounir Myriam Naïma Nina Noé Nora Oscar Pascal Patricia Pauline Quentin Raphaël Régine René Rita Robert Sacha Salma
Serge Solange Théo Ursule Valentin Vincent Yasmine Yvette Zoé
`

const lastNames = `
Adam Albertini Allard Arnoux Aubry Bailly Barbier Baudry Belkacem Berger Bertin Blot Bocquet Bonnet Boucher Bouzid Brun
Carlier Carpentier Castel Chauvin Clément Collet Cordier Costa Coste Cousin Dacosta Delattre Delmas Deschamps Diop Dubreuil
Duhamel Dumoulin Evrard Faure Ferry Fleury Fontaine Gaillard Gautier Gérard Gomes Grandjean Grenier Guérin Guyot Hamidi
Henry Hoarau Huet Imbert Jacob Joly Jourdain Keita Klein Lacroix Laurent Leblanc Lefort Legrand Lemaire Lenoir Leroux
Lopes Maillard Mallet Marchand Masson Mercier Meyer Millet Monnier Morel Moulin Muller Nguyen Noël Olivier Ouali Pascal
Pelletier Picard Poirier Prévost Rey Rivière Roche Royer Sanchez Schmitt Simon Tessier Toussaint Vasseur Verdier Vidal
Weber Weiss Zeller
`

const streets = `
rue des Lavandières | rue du Moulin | avenue des Acacias | rue Basse | impasse du Lavoir | rue de la Gare | allée des Saules
place du Marché | rue des Écoles | chemin du Halage | rue Neuve | sentier des Jardins | rue du Puits | boulevard du Canal
`

// wordsOfPasswords make passwords that can be read aloud and typed.
const wordsOfPasswords = `
tournesol brouette falaise citronnier marmotte cascade tabouret girouette boussole escargot lampion parapluie noisette
locomotive trapeze accordeon bicyclette hirondelle chaudron pantoufle moustache grenadine casquette sauterelle vermicelle
tambourin clarinette edredon fontaine gouttiere harmonica jonquille kangourou lavandier mandarine ocarina pamplemousse
quenouille rhubarbe saladier tartine ombelle vagabond xylophone yaourtiere zebulon artichaut bigorneau campanule dromadaire
`
