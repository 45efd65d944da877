package caldav

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// Bounds of a request body. A calendar-multiget of ten thousand addresses fits.
const (
	bodyMax  = 1 << 20 // bytes
	depthMax = 32
	nodesMax = 25000
)

const (
	nsDAV    = "DAV:"
	nsCalDAV = "urn:ietf:params:xml:ns:caldav"
	nsServer = "http://calendarserver.org/ns/"
	nsApple  = "http://apple.com/ns/ical/"
	nsXML    = "http://www.w3.org/XML/1998/namespace"
)

var errBadXML = errors.New("malformed or refused XML")

// node is an element of a request. Its chars are what stands directly inside it.
type node struct {
	name  xml.Name
	attrs []xml.Attr
	chars []byte
	kids  []*node
}

// parseXML reads one document of at most bodyMax bytes. A DTD, an undeclared
// prefix, another encoding than UTF-8 and anything malformed are errBadXML.
func parseXML(body []byte) (*node, error) {
	dec := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	p := &xmlParser{declared: map[string]bool{nsXML: true}}
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return p.done()
		}
		if err != nil {
			return nil, errBadXML
		}
		if !p.take(tok) {
			return nil, errBadXML
		}
	}
}

type xmlParser struct {
	root     *node
	open     []*node
	count    int
	declared map[string]bool // namespaces declared anywhere so far
}

// take reports whether the document may go on after tok.
func (p *xmlParser) take(tok xml.Token) bool {
	switch tok := tok.(type) {
	case xml.StartElement:
		return p.start(tok)
	case xml.EndElement:
		p.open = p.open[:len(p.open)-1]
	case xml.CharData:
		return p.chars(tok)
	case xml.Directive:
		return false // a DTD: nothing good comes with one
	}
	return true
}

func (p *xmlParser) start(el xml.StartElement) bool {
	p.count++
	second := p.root != nil && len(p.open) == 0
	if second || p.count > nodesMax || len(p.open) >= depthMax || !p.declare(el.Attr) {
		return false
	}
	if !p.sound(el.Name) {
		return false
	}
	n := &node{name: el.Name, attrs: el.Attr}
	if p.root == nil {
		p.root = n
	} else {
		top := p.open[len(p.open)-1]
		top.kids = append(top.kids, n)
	}
	p.open = append(p.open, n)
	return true
}

// declare notes the namespaces that an element introduces; a prefix bound to
// nothing is an error.
func (p *xmlParser) declare(attrs []xml.Attr) bool {
	for _, a := range attrs {
		switch {
		case a.Name.Space == "xmlns" && a.Value == "":
			return false
		case a.Name.Space == "xmlns", a.Name.Space == "" && a.Name.Local == "xmlns":
			p.declared[a.Value] = true
		}
	}
	return true
}

// sound reports whether a name can be written back as it was meant.
func (p *xmlParser) sound(n xml.Name) bool {
	return !strings.Contains(n.Local, ":") && (n.Space == "" || p.declared[n.Space])
}

func (p *xmlParser) chars(text xml.CharData) bool {
	if len(p.open) == 0 {
		return len(bytes.TrimSpace(text)) == 0
	}
	top := p.open[len(p.open)-1]
	top.chars = append(top.chars, text...)
	return true
}

func (p *xmlParser) done() (*node, error) {
	if p.root == nil {
		return nil, errBadXML
	}
	return p.root, nil
}

// text gives the characters of n without the white space around them.
func (n *node) text() string { return string(bytes.TrimSpace(n.chars)) }

func (n *node) is(space, local string) bool { return n.name.Space == space && n.name.Local == local }

// kid gives the first child of that name, nil when there is none.
func (n *node) kid(space, local string) *node {
	for _, k := range n.kids {
		if k.is(space, local) {
			return k
		}
	}
	return nil
}

// attr gives an attribute without namespace, "" when it is absent.
func (n *node) attr(local string) string {
	for _, a := range n.attrs {
		if a.Name.Space == "" && a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}
