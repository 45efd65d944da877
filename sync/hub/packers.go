package hub

import (
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// packers lends encoders: one costs more to make than a short answer to pack.
type packers struct{ idle sync.Pool }

// take gives an encoder that writes to w; closing it brings it back.
func (p *packers) take(w io.Writer) (io.WriteCloser, error) {
	if z, ok := p.idle.Get().(*zstd.Encoder); ok {
		z.Reset(w)
		return packer{z, p}, nil
	}
	z, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(256<<10), zstd.WithLowerEncoderMem(true))
	return packer{z, p}, err
}

type packer struct {
	*zstd.Encoder
	from *packers
}

func (p packer) Close() error {
	err := p.Encoder.Close()
	p.Reset(nil)
	p.from.idle.Put(p.Encoder)
	return err
}
