package salesforce

import (
	"compress/gzip"
	"net/http"
	"strings"
)

// compressor compresses an answer when the client takes gzip.
type compressor struct {
	http.ResponseWriter
	gzip *gzip.Writer // nil until the answer begins
	wish bool
}

func compress(w http.ResponseWriter, r *http.Request) *compressor {
	wish := false
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		wish = wish || strings.EqualFold(name, "gzip") && strings.TrimSpace(weight) != "q=0"
	}
	return &compressor{ResponseWriter: w, wish: wish}
}

func (c *compressor) WriteHeader(status int) {
	c.Header().Set("Vary", "Accept-Encoding")
	if c.wish && status != http.StatusNoContent && status != http.StatusNotModified {
		c.Header().Del("Content-Length")
		c.Header().Set("Content-Encoding", "gzip")
		c.gzip, _ = gzip.NewWriterLevel(c.ResponseWriter, gzip.BestSpeed) // the level is known
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *compressor) Write(p []byte) (int, error) {
	if c.gzip != nil {
		return c.gzip.Write(p)
	}
	return c.ResponseWriter.Write(p)
}

// FlushError sends what has been written.
func (c *compressor) FlushError() error {
	if c.gzip != nil {
		if err := c.gzip.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(c.ResponseWriter).Flush()
}

// Unwrap lets the connection be taken over.
func (c *compressor) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *compressor) close() {
	if c.gzip != nil {
		_ = c.gzip.Close()
	}
}
