// Package caldav publishes agents' agendas to calendar applications: the DAV
// tree under /dav/, read by PROPFIND, REPORT and GET.
//
// It speaks WebDAV (RFC 4918), CalDAV (RFC 4791), collection synchronisation
// (RFC 6578) and the handful of Apple properties that every client asks for.
// It reads and writes its own XML, bounded in size, depth and number, because
// a refusal must be a clear 4xx and never a failure.
//
// It holds no rule of the field and no SQL: what an agent may read, what an
// event says at which content level, and when something changed come through
// the port Agendas; who is asking comes with the request, from access. What a
// client wants to write is handed to the port Writer, and refused while there is
// none. It never logs who was met or what an event says.
//
// The tree:
//
//	/dav/                                the root
//	/dav/principals/{agent}/             who is asking
//	/dav/agendas/{agent}/                their calendar home
//	/dav/agendas/{agent}/{slug}/         one calendar: "rendez-vous"
//	/dav/agendas/{agent}/{slug}/{name}   one event: "UID.ics"
//
// Everything an agent may read lies in their own home, colleagues' agendas
// too; what belongs to another home is answered exactly as what does not exist.
package caldav
