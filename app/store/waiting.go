package store

// MoveWaiting notes under which device and number a raw command was asked last:
// its profile was enrolled anew.
func (tx *ServerTx) MoveWaiting(command, device string, n int64) error {
	return tx.change("move a raw command", "UPDATE waiting SET device = ?, n = ? WHERE command = ?", device, n, command)
}
