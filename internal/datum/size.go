package datum

// pointer is what an item of an array takes besides its bytes.
const pointer = 16

// Size is about how many bytes a value takes in memory, as far as they depend on the value; NULL and values of fixed length take none.
func Size(v Value) int64 {
	switch v := v.(type) {
	case Text:
		return int64(len(v))
	case Bytes:
		return int64(len(v))
	case *Numeric:
		return int64(v.Dec.Coeff.BitLen() / 8)
	case *Array:
		return sizeOfItems(v.Items)
	case Record:
		return sizeOfItems(v)
	}
	return 0
}

func sizeOfItems(items []Value) int64 {
	n := pointer * int64(len(items))
	for _, v := range items {
		n += Size(v)
	}
	return n
}
