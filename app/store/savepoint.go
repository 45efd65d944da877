package store

import "fmt"

// savepoint is told to the engine with the first statement that writes inside:
// what only reads has nothing to undo.
type savepoint struct {
	name   string
	issued bool
}

// begins opens a savepoint inside those that are open.
func (s *session) begins(name string) {
	s.points = append(s.points, &savepoint{name: name})
}

// issue tells the engine of the savepoints that it has not heard of.
func (s *session) issue() error {
	for _, p := range s.points {
		if p.issued {
			continue
		}
		p.issued = true
		if err := s.later("savepoint", "SAVEPOINT "+p.name); err != nil {
			return err
		}
	}
	return nil
}

// ends takes the innermost savepoint out.
func (s *session) ends() *savepoint {
	p := s.points[len(s.points)-1]
	s.points = s.points[:len(s.points)-1]
	return p
}

// release keeps what the innermost savepoint wrote.
func (s *session) release() error {
	p := s.ends()
	if !p.issued {
		return nil
	}
	return s.later("release a savepoint", "RELEASE "+p.name)
}

// undo takes back what the innermost savepoint wrote, and only that.
func (s *session) undo() error {
	p := s.ends()
	if !p.issued {
		return nil
	}
	for i := len(s.after) - 1; i >= 0; i-- {
		if s.after[i].query == "SAVEPOINT "+p.name {
			s.after = s.after[:i] // none of it was sent
			return nil
		}
	}
	s.after = nil // all of it was inside
	if _, err := s.exec("ROLLBACK TO " + p.name); err != nil {
		return fmt.Errorf("roll back: %w", err)
	}
	_, err := s.exec("RELEASE " + p.name)
	return err
}
