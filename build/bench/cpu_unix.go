//go:build unix

package main

import (
	"syscall"
	"time"
)

// cpuTime is what this process, server and desktops together, has used of the
// processor.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
