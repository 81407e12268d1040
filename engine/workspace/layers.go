package workspace

// Layer is one layer of the worker's sandbox as this kernel grants it.
type Layer struct {
	Name    string `json:"name"` // namespaces, landlock, seccomp
	Granted bool   `json:"granted"`
	Reason  string `json:"reason"` // what was granted, or why not
}

// Layers starts one worker and reports which layers of the sandbox this kernel grants it. It is what `waggle check` prints.
func Layers() ([]Layer, error) {
	p, err := NewPool(Config{Size: 1, Budget: 128 << 20})
	if err != nil {
		return nil, err
	}
	defer p.Close()
	return p.Layers(), nil
}
