package datum

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestBinaryInt128Groups: numerics that fit a machine word are as those written digit by digit.
func TestBinaryInt128Groups(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	check := func(v int64, scale int32) {
		negative, _, l := int128Magnitude(v>>63, uint64(v))
		want := AppendBinaryDigits(nil, strconv.AppendUint(nil, l, 10), negative, int(scale))
		if got := AppendBinaryInt128(nil, v>>63, uint64(v), scale); !bytes.Equal(got, want) {
			t.Errorf("%d scale %d: %x, wanted %x", v, scale, got, want)
		}
	}
	for scale := range int32(39) {
		for _, v := range []int64{0, 1, -1, 9999, 10_000, -10_000, 1_000_000_000_000_000_000, math.MaxInt64, math.MinInt64} {
			check(v, scale)
		}
		for range 200 {
			check(int64(rng.Uint64())>>rng.UintN(64), scale)
		}
	}
}

// TestFloatNotation: a float that strconv writes in fixed notation is as one that is laid out from its digits.
func TestFloatNotation(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	check := func(f float64, bits, limit int) {
		want := string(layoutFloat(nil, strconv.AppendFloat(nil, f, 'e', -1, bits), limit))
		if got := string(AppendFloat(nil, f, bits, 1)); got != want {
			t.Errorf("%v in %d bits: %s, wanted %s", f, bits, got, want)
		}
	}
	for _, edge := range []float64{0, math.Copysign(0, -1), 1e-4, 1e-5, 0.1, 1, 10, 1e5, 1e6, 1e14, 1e15, 1e16, 123456.7, 999999.94, 999999999999999.9} {
		for _, f := range []float64{edge, -edge, math.Nextafter(edge, 0), math.Nextafter(edge, math.Inf(1))} {
			check(f, 64, 15)
			check(float64(float32(f)), 32, 6)
			check(float64(math.Nextafter32(float32(f), 0)), 32, 6)
		}
	}
	for range 20_000 {
		f := rng.NormFloat64() * math.Pow(10, float64(rng.IntN(22)-7))
		if math.Abs(f) < 1<<52 {
			check(f, 64, 15)
		}
		if math.Abs(f) < 1<<22 {
			check(float64(float32(f)), 32, 6)
		}
	}
}
