package proxy

import (
	"encoding/binary"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner"
)

// describeColumns sends RowDescription, or NoData for what returns no rows.
func (s *session) describeColumns(columns []planner.Column, formats []int16) {
	if columns == nil {
		s.out.send(&pgproto3.NoData{})
		return
	}
	s.describeRows(columns, formats)
}

// describeRows sends RowDescription; formats is nil for all text.
func (s *session) describeRows(columns []planner.Column, formats []int16) {
	s.out.acquire()
	b := s.out.buf
	start := len(b)
	b = append(b, 'T', 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(len(columns)))
	for i := range columns {
		c := &columns[i]
		b = append(b, clean(c.Name)...)
		b = append(b, 0)
		b = binary.BigEndian.AppendUint32(b, c.Origin.Table)
		b = binary.BigEndian.AppendUint16(b, uint16(c.Origin.Column))
		b = binary.BigEndian.AppendUint32(b, c.Type.OID)
		b = binary.BigEndian.AppendUint16(b, uint16(typeSize(c.Type.OID)))
		b = binary.BigEndian.AppendUint32(b, uint32(c.Type.Mod))
		b = binary.BigEndian.AppendUint16(b, uint16(formatOf(formats, i)))
	}
	binary.BigEndian.PutUint32(b[start+1:], uint32(len(b)-start-1))
	s.out.buf = b
}

func formatOf(formats []int16, i int) int16 {
	if i < len(formats) {
		return formats[i]
	}
	return 0
}

func typeSize(oid uint32) int16 {
	if t, ok := pgcat.TypeByOID(oid); ok {
		return t.Len
	}
	return -1
}
