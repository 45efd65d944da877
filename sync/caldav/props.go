package caldav

import (
	"encoding/xml"
	"net/http"
	"strconv"
)

const itemType = "text/calendar; charset=utf-8; component=vevent"

// property is one live property. put writes its value and reports whether the
// resource has it.
type property struct {
	tag string // prefixed as in xmlNamespaces
	on  kind   // where it may exist
	all bool   // shown by allprop
	put func(x *xmlWriter, r *resource) bool
}

const kindOwned = kindPrincipal | kindHome | kindCalendar | kindItem

// properties is every property there is, in the order allprop shows them.
var properties = []property{
	{"D:resourcetype", anyKind, true, putResourceType},
	{"D:displayname", anyCollection, true, putDisplayName},
	{"D:getetag", kindItem, true, putETag},
	{"D:getcontenttype", kindItem, true, putContentType},
	{"D:getcontentlength", kindItem, true, putContentLength},
	{"D:getlastmodified", kindItem, true, putLastModified},
	{"D:current-user-principal", anyKind, false, putCurrentPrincipal},
	{"D:principal-collection-set", anyKind, false, putPrincipals},
	{"D:principal-URL", kindPrincipal, false, putCurrentPrincipal},
	{"D:alternate-URI-set", kindPrincipal, false, putNothing},
	{"D:group-membership", kindPrincipal, false, putNothing},
	{"D:owner", kindOwned, false, putOwner},
	{"D:current-user-privilege-set", anyKind, false, putPrivileges},
	{"D:acl", kindCalendar | kindItem, false, putACL},
	{"D:supported-report-set", anyKind, false, putReports},
	{"D:sync-token", kindCalendar, false, putToken},
	{"S:getctag", kindCalendar, false, putToken},
	{"S:email-address-set", kindPrincipal, false, putMail},
	{"C:calendar-home-set", kindPrincipal, false, putHome},
	{"C:calendar-user-address-set", kindPrincipal, false, putAddresses},
	{"C:calendar-user-type", kindPrincipal, false, putUserType},
	{"C:calendar-description", kindCalendar, false, putDescription},
	{"C:calendar-timezone", kindCalendar, false, putTimezone},
	{"C:calendar-timezone-id", kindCalendar, false, putZone},
	{"C:supported-calendar-component-set", kindCalendar, false, putComponents},
	{"C:supported-calendar-data", kindCalendar, false, putDataTypes},
	{"C:supported-collation-set", kindCalendar, false, putCollations},
	{"C:max-resource-size", kindCalendar, false, putMaxSize},
	{"A:calendar-color", kindCalendar, false, putColor},
	{"A:calendar-order", kindCalendar, false, putOrder},
	{"C:calendar-data", kindItem, false, putData},
}

// propertyOf gives the property of that name, nil when it is unknown.
func propertyOf(n xml.Name) *property {
	tag, ok := tagOf(n)
	if !ok {
		return nil
	}
	for _, p := range properties {
		if p.tag == tag {
			return &p
		}
	}
	return nil
}

func putNothing(*xmlWriter, *resource) bool { return true }

func putResourceType(x *xmlWriter, r *resource) bool {
	if r.kind == kindItem {
		return true
	}
	x.void("D:collection")
	switch r.kind {
	case kindPrincipal:
		x.void("D:principal")
	case kindCalendar:
		x.void("C:calendar")
	}
	return true
}

func putDisplayName(x *xmlWriter, r *resource) bool {
	switch r.kind {
	case kindPrincipal:
		x.text(r.identity.Name)
	case kindCalendar:
		x.text(r.calendar.Name)
	case kindHome, kindHomes:
		x.text("Agendas")
	case kindPrincipals:
		x.text("Agents")
	default:
		x.text("Permanence")
	}
	return true
}

func putETag(x *xmlWriter, r *resource) bool {
	x.text(quote(r.item.ETag))
	return true
}

func putContentType(x *xmlWriter, _ *resource) bool {
	x.raw(itemType)
	return true
}

func putContentLength(x *xmlWriter, r *resource) bool {
	x.b = strconv.AppendInt(x.b, int64(r.item.Size), 10)
	return true
}

func putLastModified(x *xmlWriter, r *resource) bool {
	x.b = r.item.Modified.UTC().AppendFormat(x.b, http.TimeFormat)
	return !r.item.Modified.IsZero()
}

func putCurrentPrincipal(x *xmlWriter, r *resource) bool {
	x.href(principalHref(r.reader))
	return true
}

func putPrincipals(x *xmlWriter, _ *resource) bool {
	x.href(principalsPath)
	return true
}

func putOwner(x *xmlWriter, r *resource) bool {
	owner := r.reader
	if r.calendar != nil {
		owner = r.calendar.Owner
	}
	x.href(principalHref(owner))
	return true
}

// writable reports whether the reader may propose events in r's calendar.
func (r *resource) writable() bool { return r.calendar != nil && r.calendar.Writable }

func putPrivileges(x *xmlWriter, r *resource) bool {
	putPrivilege(x, "D:read")
	putPrivilege(x, "D:read-current-user-privilege-set")
	if r.kind == kindCalendar {
		putPrivilege(x, "C:read-free-busy")
	}
	if r.writable() {
		putPrivilege(x, "D:write-content")
		putPrivilege(x, "D:bind")
		putPrivilege(x, "D:unbind")
	}
	return true
}

func putPrivilege(x *xmlWriter, tag string) {
	x.open("D:privilege")
	x.void(tag)
	x.shut("D:privilege")
}

func putACL(x *xmlWriter, r *resource) bool {
	x.raw("<D:ace><D:principal>")
	x.href(principalHref(r.reader))
	x.raw("</D:principal><D:grant>")
	putPrivileges(x, r)
	x.raw("</D:grant><D:protected/></D:ace>")
	return true
}

func putReports(x *xmlWriter, r *resource) bool {
	for _, tag := range r.reports {
		x.raw("<D:supported-report><D:report>")
		x.void(tag)
		x.raw("</D:report></D:supported-report>")
	}
	return true
}

func putToken(x *xmlWriter, r *resource) bool {
	x.text(r.calendar.Token.String())
	return true
}

func putMail(x *xmlWriter, r *resource) bool {
	x.leaf("S:email-address", r.identity.Mail)
	return r.identity.Mail != ""
}

func putHome(x *xmlWriter, r *resource) bool {
	x.href(homeHref(r.reader))
	return true
}

func putAddresses(x *xmlWriter, r *resource) bool {
	if r.identity.Mail != "" {
		x.href("mailto:" + r.identity.Mail)
	}
	x.href(principalHref(r.reader))
	return true
}

func putUserType(x *xmlWriter, _ *resource) bool {
	x.raw("INDIVIDUAL")
	return true
}

func putDescription(x *xmlWriter, r *resource) bool {
	x.text(r.calendar.Description)
	return r.calendar.Description != ""
}

func putTimezone(x *xmlWriter, r *resource) bool {
	x.b = appendText(x.b, r.calendar.Timezone)
	return len(r.calendar.Timezone) > 0
}

func putZone(x *xmlWriter, r *resource) bool {
	x.text(r.calendar.Zone)
	return r.calendar.Zone != ""
}

func putComponents(x *xmlWriter, _ *resource) bool {
	x.raw(`<C:comp name="VEVENT"/>`)
	return true
}

func putDataTypes(x *xmlWriter, _ *resource) bool {
	x.raw(`<C:calendar-data content-type="text/calendar" version="2.0"/>`)
	return true
}

func putCollations(x *xmlWriter, _ *resource) bool {
	for _, name := range []string{collationASCII, collationOctet, collationUnicode} {
		x.leaf("C:supported-collation", name)
	}
	return true
}

func putMaxSize(x *xmlWriter, _ *resource) bool {
	x.raw(strconv.Itoa(bodyMax))
	return true
}

func putColor(x *xmlWriter, r *resource) bool {
	x.text(r.calendar.Color)
	return r.calendar.Color != ""
}

func putOrder(x *xmlWriter, r *resource) bool {
	x.raw(strconv.Itoa(r.calendar.Order))
	return true
}

func putData(x *xmlWriter, r *resource) bool {
	x.b = appendText(x.b, r.body)
	return r.body != nil
}
