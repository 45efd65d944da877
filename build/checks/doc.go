// Package checks keeps the lines of the house: who imports whom, where a clock
// may be read, what the window may touch. It parses the files of the working
// tree and never asks the go command, whose answers may be cached.
//
// A check is a function from files to findings; its test shows it the real
// tree, where it must find nothing, and a bad snippet, where it must find
// something. It is compiled into no program.
package checks
