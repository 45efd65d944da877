package hub

import (
	"bytes"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// An encoder that served one answer leaves nothing of it in the next.
func TestPackersKeepAnswersApart(t *testing.T) {
	var p packers
	for _, text := range []string{"the first answer, and a long one", "", "the second"} {
		var out bytes.Buffer
		z, err := p.take(&out)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(z, text); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		in, err := zstd.NewReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(in)
		in.Close()
		if err != nil || string(got) != text {
			t.Errorf("read %q, %v; wrote %q", got, err, text)
		}
	}
}
