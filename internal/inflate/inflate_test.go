package inflate

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
)

func compressed(t testing.TB, data []byte, level int) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Name, w.Comment, w.Extra = "n", "c", []byte("xx")
	if _, err = w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// samples are of all kinds of blocks, and longer than the window and what is made at a time.
func samples() map[string][]byte {
	rng := rand.New(rand.NewPCG(1, 2))
	noise, few, numbers := make([]byte, 500_000), make([]byte, 500_000), []byte(nil)
	for i := range noise {
		noise[i], few[i] = byte(rng.Uint32()), byte(rng.ExpFloat64()*4)
	}
	for i := range 60_000 {
		numbers = fmt.Appendf(numbers, "customer %d\x00\x00\x01", i*7919)
	}
	far := slices.Concat(noise[:window], noise[:window], []byte("x"), noise[:window])
	return map[string][]byte{"nothing": nil, "a byte": {7}, "noise": noise, "few values": few, "numbers": numbers, "zeros": make([]byte, 400_000), "far": far,
		"pairs": bytes.Repeat([]byte("ab"), 100_000), "sevens": bytes.Repeat([]byte("1234567"), 50_000)}
}

func TestSamples(t *testing.T) {
	for name, data := range samples() {
		for _, level := range []int{gzip.HuffmanOnly, gzip.NoCompression, gzip.BestSpeed, 6, gzip.BestCompression} {
			got, err := io.ReadAll(NewReader(compressed(t, data, level)))
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s at level %d: %d bytes of %d, %v", name, level, len(got), len(data), err)
			}
		}
	}
}

// TestMembers: several members after each other are one text; what follows that is none is an error.
func TestMembers(t *testing.T) {
	both := append(compressed(t, []byte("one "), 6), compressed(t, []byte("two"), 0)...)
	if got, err := io.ReadAll(NewReader(slices.Clone(both))); err != nil || string(got) != "one two" {
		t.Errorf("%q, %v", got, err)
	}
	for text, want := range map[string]error{"rest of something": ErrCorrupt, "x": io.ErrUnexpectedEOF} {
		if _, err := io.ReadAll(NewReader(append(slices.Clone(both), text...))); !errors.Is(err, want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestBroken: data that ends too early, and data of which a byte is another one, is never read as if it were whole.
func TestBroken(t *testing.T) {
	data := samples()["numbers"][:3000]
	for _, level := range []int{gzip.NoCompression, gzip.BestSpeed, 6} {
		whole := compressed(t, data, level)
		for n := range len(whole) {
			if got, err := io.ReadAll(NewReader(slices.Clone(whole[:n]))); err == nil || !bytes.HasPrefix(data, got) && n < len(whole)-8 && len(got) > len(data)+300 {
				t.Fatalf("level %d, %d bytes of %d: %d bytes, %v", level, n, len(whole), len(got), err)
			}
			other := slices.Clone(whole)
			other[n] ^= 0x10
			if got, err := io.ReadAll(NewReader(other)); err == nil && !bytes.Equal(got, data) {
				t.Fatalf("level %d, byte %d changed: %d bytes", level, n, len(got))
			}
		}
	}
}

func TestClose(t *testing.T) {
	r := NewReader(compressed(t, samples()["noise"], 1))
	if _, err := r.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

// FuzzReader: whatever comes, the standard library makes the same of it.
func FuzzReader(f *testing.F) {
	for _, data := range samples() {
		for _, level := range []int{gzip.HuffmanOnly, gzip.NoCompression, gzip.BestSpeed, 6} {
			f.Add(compressed(f, data[:min(len(data), 2000)], level))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var want []byte
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err == nil {
			want, err = io.ReadAll(io.LimitReader(r, 1<<24))
		}
		if len(want) == 1<<24 {
			return
		}
		got, own := io.ReadAll(NewReader(slices.Clone(data)))
		if (own == nil) != (err == nil) || err == nil && !bytes.Equal(got, want) {
			t.Errorf("%d bytes, %v, where %d, %v are due", len(got), own, len(want), err)
		}
	})
}

// FuzzBlocks is FuzzReader for the blocks of a member whose checksum is right whatever they hold.
func FuzzBlocks(f *testing.F) {
	for _, data := range samples() {
		whole := compressed(f, data[:min(len(data), 2000)], 6)
		f.Add(whole[len(whole)/2:])
		f.Add(whole[18 : len(whole)-8])
	}
	f.Fuzz(func(t *testing.T, blocks []byte) {
		in := bytes.NewReader(blocks)
		want, err := io.ReadAll(io.LimitReader(flate.NewReader(in), 1<<22))
		if len(want) == 1<<22 {
			return
		}
		whole := slices.Concat([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}, blocks[:len(blocks)-in.Len()])
		whole = binary.LittleEndian.AppendUint32(whole, crc32.ChecksumIEEE(want))
		got, own := io.ReadAll(NewReader(binary.LittleEndian.AppendUint32(whole, uint32(len(want)))))
		if (own == nil) != (err == nil) || err == nil && !bytes.Equal(got, want) {
			t.Errorf("%d bytes, %v, where %d, %v are due", len(got), own, len(want), err)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	for _, name := range []string{"numbers", "few values", "noise"} {
		data := samples()[name]
		in := compressed(b, data, gzip.BestSpeed)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			buf := make([]byte, len(data))
			for b.Loop() {
				if _, err := io.ReadFull(NewReader(slices.Clone(in)), buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
