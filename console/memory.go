package console

import (
	"sync"
	"time"
)

// memory keeps browser sessions of this process; scs calls it with hashed names. It implements scs.Store.
type memory struct {
	now  func() time.Time
	mu   sync.Mutex
	data map[string]item
	next time.Time // when to look for what has expired
}

type item struct {
	value  []byte
	expiry time.Time
}

func newMemory(now func() time.Time) *memory { return &memory{now: now, data: map[string]item{}} }

// Delete implements scs.Store.
func (m *memory) Delete(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.data, name)
	return nil
}

// Find implements scs.Store.
func (m *memory) Find(name string) ([]byte, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, ok := m.data[name]
	return i.value, ok && m.now().Before(i.expiry), nil
}

// Commit implements scs.Store. Once a minute it drops what has expired.
func (m *memory) Commit(name string, value []byte, expiry time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := m.now(); now.After(m.next) {
		m.next = now.Add(time.Minute)
		for k, i := range m.data {
			if !now.Before(i.expiry) {
				delete(m.data, k)
			}
		}
	}
	m.data[name] = item{value, expiry}
	return nil
}
