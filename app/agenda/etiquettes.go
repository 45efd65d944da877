package agenda

// FieldLabel gives the French name of a field that a person typed, by its JSON
// key; a key without one is its own name.
func FieldLabel(field string) string { return fieldLabel(field) }
