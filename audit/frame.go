package audit

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
)

// A frame is a record as it lies in a segment file, little-endian:
//
//	magic "WA1"  class 1  org tag 4  person tag 4  length of clear 4  length of sealed 4  CRC of both 4  CRC of the former 24 bytes 4
//	clear part, sealed part
//
// The header has a checksum of its own so that a damaged length is told from a torn tail.
const (
	frameMagic  = "WA1"
	frameHeader = 28
	maxPart     = 256 << 20 // a statement has at most 16 MiB; JSON may write a byte as six
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errTorn marks a file that ends inside a frame.
var errTorn = errors.New("torn")

type frame struct {
	class      byte
	org        uint32
	person     uint32
	clear      []byte
	sealed     []byte
	clearLen   uint32
	sealedLen  uint32
	payloadCRC uint32
}

// appendFrame appends f to dst.
func appendFrame(dst []byte, f *frame) []byte {
	start := len(dst)
	dst = append(dst, frameMagic...)
	dst = append(dst, f.class)
	dst = binary.LittleEndian.AppendUint32(dst, f.org)
	dst = binary.LittleEndian.AppendUint32(dst, f.person)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(f.clear)))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(f.sealed)))
	crc := crc32.Update(crc32.Checksum(f.clear, castagnoli), castagnoli, f.sealed)
	dst = binary.LittleEndian.AppendUint32(dst, crc)
	dst = binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:start+24], castagnoli))
	dst = append(dst, f.clear...)
	return append(dst, f.sealed...)
}

// frames reads the frames of one segment in order.
type frames struct {
	file   *os.File
	in     *bufio.Reader
	offset int64 // of the next frame
	end    int64 // of the frame whose header was read
	buf    []byte
}

func openFrames(path string) (*frames, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, ioError("read", err)
	}
	return &frames{file: f, in: bufio.NewReaderSize(f, 256<<10)}, nil
}

func (s *frames) close() { s.file.Close() }

// header reads the next frame's header: io.EOF at a clean end, errTorn when the file ends inside it.
func (s *frames) header() (frame, error) {
	var h [frameHeader]byte
	n, err := io.ReadFull(s.in, h[:])
	switch {
	case err == io.EOF:
		return frame{}, io.EOF
	case err == io.ErrUnexpectedEOF && n < frameHeader:
		return frame{}, errTorn
	case err != nil:
		return frame{}, ioError("read", err)
	}
	u := func(at int) uint32 { return binary.LittleEndian.Uint32(h[at:]) }
	f := frame{class: h[3], org: u(4), person: u(8), clearLen: u(12), sealedLen: u(16), payloadCRC: u(20)}
	if u(24) != crc32.Checksum(h[:24], castagnoli) || string(h[:3]) != frameMagic || f.clearLen > maxPart || f.sealedLen > maxPart {
		return frame{}, damaged("its header is damaged")
	}
	s.end = s.offset + frameHeader + int64(f.clearLen) + int64(f.sealedLen)
	return f, nil
}

// payload reads the parts of the frame whose header was just read. They are valid until the next call.
func (s *frames) payload(f *frame) error {
	n := int(f.clearLen) + int(f.sealedLen)
	if cap(s.buf) < n {
		if err := s.fits(); err != nil {
			return err
		}
		s.buf = make([]byte, n+n/2)
	}
	buf := s.buf[:n]
	if _, err := io.ReadFull(s.in, buf); err == io.EOF || err == io.ErrUnexpectedEOF {
		return errTorn
	} else if err != nil {
		return ioError("read", err)
	}
	if crc32.Checksum(buf, castagnoli) != f.payloadCRC {
		return damaged("its contents do not match their checksum")
	}
	f.clear, f.sealed = buf[:f.clearLen:f.clearLen], buf[f.clearLen:]
	s.offset = s.end
	return nil
}

// fits returns errTorn when the file is shorter than the frame says, before memory is taken for it.
func (s *frames) fits() error {
	st, err := s.file.Stat()
	if err != nil {
		return ioError("read", err)
	}
	if st.Size() < s.end {
		return errTorn
	}
	return nil
}

// skip passes over the parts of the frame whose header was just read.
func (s *frames) skip(f *frame) error {
	n := int(f.clearLen) + int(f.sealedLen)
	if d, err := s.in.Discard(n); d < n {
		if errors.Is(err, io.EOF) {
			return errTorn
		}
		return ioError("read", err)
	}
	s.offset = s.end
	return nil
}

// next reads a whole frame.
func (s *frames) next() (frame, error) {
	f, err := s.header()
	if err == nil {
		err = s.payload(&f)
	}
	return f, err
}
