package access

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"permanence/app/agenda"
)

// answer follows what a handler writes, for the log, and knows how the route
// words its refusals.
type answer struct {
	http.ResponseWriter
	policy  Policy
	refuse  func(http.ResponseWriter, *http.Request, *Refusal)
	session Session
	status  int
	bytes   int64
	refused Code
	failure error
}

type answerKey struct{}

func (a *answer) in(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), answerKey{}, a))
}

// answerOf gives the answer of a request behind a guard, nil elsewhere.
func answerOf(r *http.Request) *answer {
	a, _ := r.Context().Value(answerKey{}).(*answer)
	return a
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Flush serves handlers that stream.
func (a *answer) Flush() {
	if f, ok := a.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) code() int {
	if a.status == 0 {
		return http.StatusOK
	}
	return a.status
}

// fail answers for a failure, unless the answer has begun.
func (a *answer) fail(r *http.Request) {
	if a.status == 0 {
		a.write(r, refuse(CodeFailure, http.StatusInternalServerError, "Le serveur a rencontré une erreur. Rien n’a été perdu ; réessayez dans un instant."))
	}
}

func (a *answer) write(r *http.Request, refusal *Refusal) {
	a.headers(refusal)
	if a.refuse != nil {
		a.refuse(a, r, refusal)
		return
	}
	writeJSON(a, refusal)
}

// Fail answers a request with what err means: a refusal of this package or of
// the rules, a body too large, or a failure, which the guard logs and of which
// the client learns nothing. Nothing may have been written before.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	a := answerOf(r)
	if a == nil {
		a = &answer{ResponseWriter: w}
	}
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the client has gone
	}
	refusal := asRefusal(err)
	if refusal == nil {
		a.failure = err
		a.fail(r)
		return
	}
	a.refused = refusal.Code
	a.write(r, refusal)
}

// asRefusal translates what is an answer; nil for a failure.
func asRefusal(err error) *Refusal {
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		return refusal
	}
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return refuseSize(large.Limit)
	}
	if rule := agenda.RefusalOf(err); rule != nil {
		return refuse(Code(rule.Code), statusOf(rule.Code), rule.Message)
	}
	return nil
}

// statusOf gives the HTTP status of a refusal of the rules.
func statusOf(code agenda.Code) int {
	switch code {
	case agenda.CodeNotFound:
		return http.StatusNotFound
	case agenda.CodeForbidden:
		return http.StatusForbidden
	case agenda.CodeInvalid, agenda.CodeUnknownCommand:
		return http.StatusUnprocessableEntity
	case agenda.CodeErased:
		return http.StatusGone
	}
	return http.StatusConflict
}

// headers says in headers what a refusal asks of the client.
func (a *answer) headers(refusal *Refusal) {
	h := a.Header()
	if refusal.Wait > 0 {
		h.Set("Retry-After", strconv.Itoa(int(refusal.Wait.Seconds())))
	}
	if refusal.Nonce != "" {
		h.Set(NonceHeader, refusal.Nonce)
	}
	if refusal.Code == CodeTooLarge {
		h.Set("Connection", "close")
	}
	if refusal.Status != http.StatusUnauthorized {
		return
	}
	switch a.policy.proved() {
	case PolicyAppPassword:
		h.Set("WWW-Authenticate", `Basic realm="Permanence", charset="UTF-8"`)
	case PolicyDevice:
		h.Set("WWW-Authenticate", `Bearer realm="Permanence"`)
	}
}

// writeJSON writes {"error":{"code","message"}}.
func writeJSON(w http.ResponseWriter, refusal *Refusal) {
	type body struct {
		Code    Code   `json:"code"`
		Message string `json:"message"`
	}
	raw, err := json.Marshal(map[string]body{"error": {refusal.Code, refusal.Message}})
	if err != nil {
		raw = []byte(`{"error":{"code":"failure","message":"Erreur interne."}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(refusal.Status)
	_, _ = w.Write(append(raw, '\n')) // the client may have gone: nobody left to tell
}

func refuseMethod() *Refusal {
	return refuse(CodeMethod, http.StatusMethodNotAllowed, "Méthode non permise.")
}

// unmatched answers what no route serves, in our own words: the mux alone knows
// whether it is the path or the method.
func unmatched(a *answer, r *http.Request, mux *http.ServeMux) {
	heard := &ear{header: http.Header{}}
	mux.ServeHTTP(heard, r)
	switch heard.status {
	case http.StatusMethodNotAllowed:
		a.Header().Set("Allow", heard.header.Get("Allow"))
		Fail(a, r, refuseMethod())
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		a.Header().Set("Location", heard.header.Get("Location"))
		a.WriteHeader(heard.status)
	case http.StatusBadRequest:
		Fail(a, r, refuseRequest())
	default:
		Fail(a, r, refuseNotFound())
	}
}

// ear hears what would be answered and says nothing.
type ear struct {
	header http.Header
	status int
}

func (e *ear) Header() http.Header         { return e.header }
func (e *ear) Write(b []byte) (int, error) { return len(b), nil }
func (e *ear) WriteHeader(status int)      { e.status = status }
