// Package journey walks whole journeys: a real server process, real desktop
// processes with their own profiles, a real SMTP sink and real CalDAV clients.
// The scripts are testdata/*.txtar and read aloud; there is no other code here
// than the words they are made of.
//
// Every script starts from the same small world: the CCAS of Valmont (claire,
// admin; karim and sylvie, agents) and, in another territoire, the mairie of
// Beaulieu (olivia). lundi … vendredi are days of a coming week without public
// holiday; ${LUNDI} is its date, ${LUNDI_ICS} as calendars write it. The
// desktops run with a clock on the other side of the world, which must not show.
//
// The server and the network:
//
//	server start|stop|kill       a process; kill is kill -9
//	permanenced VERB …           any verb of the server's command line
//	offline DESK…  online DESK…  pulls or plugs the network cable of a desktop
//	cut DESK request|answer      the next exchange is cut: before the server has
//	                             it whole, or after it has answered
//
// A desktop:
//
//	desk DESK [AGENT]            a new profile, connected and filled; "! desk"
//	                             when the password in PASSWORD must be refused
//	relogin DESK AGENT           its session back, by the password
//	device DESK                  puts its id into DEVICE
//	steal DESK                   shows the server its last token, as a thief who
//	                             heard it would, without its key
//	gone DESK                    nothing is left of its profile
//	permanence DESK VERB …       any verb on that profile
//	refused DESK CODE VERB …     a verb that must be refused with that code
//	usage DESK VERB …            a verb that must not be understood
//	usager DESK WHO [FIELD=…]    adds a person; the last name follows from WHO
//	book DESK WHO DAY HOUR MOTIF […]
//	move DESK WHO DAY HOUR […]   WHO stands for their last rdv
//	cancel DESK WHO usager|service
//	mark DESK WHO STATUS
//	sync DESK…                   one exchange
//	follow DESK                  a desktop that stays, as the window does
//	kill9 DESK                   kill -9 of the one that stays
//	crash DESK WHO TIMES DAY MOTIF
//	                             kills TIMES bookings while they are written;
//	                             those that were confirmed must all be there
//	agenda DESK                  the rdvs of the week, one a line:
//	                             « lundi 09:00-09:30 Camille Durand unknown »,
//	                             then "pending" and conflicts if any
//	soon DESK PATTERN [SECONDS]  the same, within a second of the last act
//	same-agenda DESK DESK        two desktops show the same
//	settle DESK CHOICE           decides the one case of À revoir
//	decide DESK CODE CHOICE […]  decides the one case of that code; « créneau 1 »
//	                             takes the first slot that it offers
//	first DESK CODE CHOICE […]   the same, of the first of several
//	plage NAME, motif NAME, rdv NAME
//	                             names the id that the last command printed:
//	                             PLAGE_NAME, NAME, RDV_NAME
//
// What people receive:
//
//	mail WHO [PATTERN]           waits for the next mail to WHO and prints it;
//	                             "! mail WHO" when none must come
//	link WHO [annuler]           opens the link of the last mail, or cancels
//	caldav AGENT                 python3-caldav: what changed since the last time
//	vdirsyncer AGENT             vdirsyncer: the whole agenda
//	same WHO AGENT               the calendar part of the last mail to WHO tells
//	                             what CalDAV serves
//	expand FILE                  writes days and ids into a file
//	http METHOD PATH [FILE]      a raw request; status and body are printed
//	attempts TIMES METHOD PATH [FILE]
//	                             the same, several times
//	exchange AGENT FILE          a raw body on the session of a device
package journey
