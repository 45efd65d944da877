package store

import "testing"

func BenchmarkOpenMemory(b *testing.B) {
	for b.Loop() {
		db, err := OpenMemory("", Options{Kind: Server})
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
