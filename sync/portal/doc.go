// Package portal is what usagers see in a browser: the page of their rdv,
// behind the link that every mail holds, where they can cancel it and take it
// into their own agenda; and the pages about their data and about
// accessibility.
//
// Looking never changes anything, since mail scanners open links: only a form
// sent by its own page acts. The pages work without script, set no cookie (the
// link is the only authority there is, so no other site can borrow one) and
// ask nothing of another site. They hold no rule: whether an usager may cancel
// is decided at the counter, the pages only foretell it.
package portal
