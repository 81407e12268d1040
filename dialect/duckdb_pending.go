package dialect

func aggImplemented(uint32) bool { return false }
