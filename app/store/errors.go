package store

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/mattn/go-sqlite3"
)

// Codes of what a person can do something about.
const (
	CodeDamaged   = "damaged"    // the file cannot be read
	CodeForeign   = "foreign"    // a file of another program
	CodeNewer     = "newer"      // written by a newer version
	CodeOtherKind = "other_kind" // a server's file opened as a desktop's, or the other way round
	CodeInUse     = "in_use"     // another program holds it
	CodeReadOnly  = "read_only"  // consultation only
	CodeFull      = "disk_full"
	CodeDisk      = "disk_error"
	CodeBusy      = "busy" // another program is writing for too long
	CodeKey       = "key"  // sealed under another key, or with none given

	// Of PostgreSQL.
	CodeAddress     = "address"     // it cannot be read
	CodeUnreachable = "unreachable" // nobody answers there, or the line was cut
	CodeDenied      = "denied"      // account, password or rights
	CodeNoDatabase  = "no_database"
	CodeTooOld      = "too_old"
	CodeEncoding    = "encoding"

	// Of a move from one database to another.
	CodeNotEmpty   = "not_empty"
	CodeUnreadable = "unreadable_export"
	CodeOlder      = "older_export"
)

// Error is a trouble with the database itself that a person can understand.
type Error struct {
	Code    string
	Message string // French, says what to do
	Path    string // the file, "" when not known
	Aside   string // where a damaged file was put, "" when it was left
	cause   error
}

// Error gives the code and the cause: it may reach a log.
func (e *Error) Error() string {
	if e.cause == nil {
		return "database: " + e.Code
	}
	return fmt.Sprintf("database: %s: %v", e.Code, e.cause)
}

func (e *Error) Unwrap() error { return e.cause }

// ErrorOf gives the trouble in err, nil when it is of another sort.
func ErrorOf(err error) *Error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return nil
	}
	return e
}

func trouble(code string, cause error) *Error {
	return &Error{Code: code, Message: troubleText(code), cause: cause}
}

func troubleText(code string) string {
	switch code {
	case CodeDamaged:
		return "La base locale est endommagée. Une copie a été mise de côté ; réparation depuis le serveur proposée."
	case CodeForeign:
		return "Ce fichier n’est pas une base de Permanence : rien n’y a été changé. Indiquez un autre fichier."
	case CodeNewer:
		return "Base créée par une version plus récente : mettez l’application à jour."
	case CodeOtherKind:
		return "Ce fichier est celui d’un serveur ou celui d’un poste, et il a été ouvert comme l’autre. Indiquez le bon fichier."
	case CodeInUse:
		return "Cette base est déjà ouverte par un autre programme. Fermez-le, puis recommencez."
	case CodeReadOnly:
		return "Dossier de données en lecture seule : consultation possible, modification impossible."
	case CodeFull:
		return "Le disque est plein : rien n’a été enregistré. Libérez de la place, puis recommencez."
	case CodeDisk:
		return "Le disque ne répond pas correctement : rien n’a été enregistré. Recommencez ; si cela se répète, prévenez le service informatique."
	case CodeBusy:
		return "La base est occupée par un autre programme : rien n’a été enregistré. Recommencez dans un instant."
	case CodeKey:
		return "Cette base est scellée, et la clé donnée ne l’ouvre pas ; le fichier n’a pas été touché. Retrouvez sa clé, ou son code de secours."
	case CodeNotEmpty:
		return "Cette base contient déjà un serveur : rien n’y a été changé. Indiquez une base vide."
	case CodeUnreadable:
		return "Ce fichier n’est pas l’export entier d’un serveur : rien n’a été importé. Refaites l’export, puis recommencez."
	case CodeOlder:
		return "Cet export vient d’une version plus ancienne : mettez à jour le programme qui l’a fait, refaites l’export, puis recommencez."
	case CodeAddress:
		return "Cette adresse de base ne peut pas être lue. Écrivez-la ainsi : postgres://compte@machine:5432/base."
	case CodeUnreachable:
		return "PostgreSQL ne répond pas. Vérifiez qu’il est démarré et que son adresse est la bonne, puis recommencez."
	case CodeDenied:
		return "PostgreSQL refuse ce compte : vérifiez le compte, son mot de passe et son droit de créer des tables dans cette base."
	case CodeNoDatabase:
		return "Cette base n’existe pas dans PostgreSQL : créez-la (createdb), puis recommencez."
	case CodeTooOld:
		return "Cette version de PostgreSQL est trop ancienne : il faut la version 13 ou une plus récente."
	case CodeEncoding:
		return "Cette base PostgreSQL n’est pas en UTF-8 : créez-en une avec createdb --encoding=UTF8 --template=template0."
	}
	return "La base ne répond pas : rien n’a été enregistré."
}

// understood turns the engine's own errors into an *Error where a person can
// do something about them; others are returned as they are.
func understood(err error) error {
	if err == nil || ErrorOf(err) != nil {
		return err
	}
	if errors.Is(err, fs.ErrPermission) {
		return trouble(CodeReadOnly, err)
	}
	return sqliteEngine{}.understood(err)
}

func (sqliteEngine) understood(err error) error {
	e, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return err
	}
	switch e.Code {
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return trouble(CodeDamaged, err)
	case sqlite3.ErrReadonly, sqlite3.ErrPerm:
		return trouble(CodeReadOnly, err)
	case sqlite3.ErrFull:
		return trouble(CodeFull, err)
	case sqlite3.ErrIoErr:
		return troubleIO(e)
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return trouble(CodeBusy, err)
	}
	return err
}

// troubleIO tells a file that can grow no more (a quota, a limit of the
// system) from a disk that fails.
func troubleIO(e sqlite3.Error) error {
	switch e.ExtendedCode {
	case sqlite3.ErrIoErrWrite, sqlite3.ErrIoErrFsync, sqlite3.ErrIoErrTruncate, sqlite3.ErrIoErrSHMSize:
		return trouble(CodeFull, e)
	}
	return trouble(CodeDisk, e)
}
