package audit

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// checkpoint is a signed statement that the tree of size records has this root.
type checkpoint struct {
	size int64
	root tlog.Hash
	text []byte // the signed note
}

// sign makes a checkpoint in the C2SP tlog-checkpoint format: origin, size, root, an empty line, the signature.
func sign(key Key, size int64, root tlog.Hash) (checkpoint, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", key.Name(), size, root)
	signed, err := note.Sign(&note.Note{Text: text}, key.signer)
	if err != nil {
		return checkpoint{}, pgerr.New(pgerr.Internal, "the audit log's checkpoint cannot be signed").Because(err)
	}
	return checkpoint{size, root, signed}, nil
}

// parseCheckpoint checks the signature and that the text is byte for byte what sign writes.
func parseCheckpoint(text []byte, known note.Verifiers) (checkpoint, error) {
	n, err := note.Open(text, known)
	if err != nil {
		return checkpoint{}, damaged("its signature does not hold")
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || len(n.Sigs) != 1 || lines[0] != n.Sigs[0].Name {
		return checkpoint{}, damaged("it is no checkpoint")
	}
	size, err1 := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := tlog.ParseHash(lines[2])
	sig, err3 := base64.StdEncoding.Strict().DecodeString(n.Sigs[0].Base64)
	if err := errors.Join(err1, err2, err3); err != nil || size < 0 {
		return checkpoint{}, damaged("it is no checkpoint")
	}
	again := fmt.Sprintf("%s\n%d\n%s\n\n— %s %s\n", lines[0], size, root, lines[0], base64.StdEncoding.EncodeToString(sig))
	if again != string(text) {
		return checkpoint{}, damaged("it is not written as signed")
	}
	return checkpoint{size, root, text}, nil
}

const checkpointLines = 5

// splitCheckpoints cuts a list of checkpoints into notes; rest is an incomplete last one.
func splitCheckpoints(list []byte) (notes [][]byte, rest []byte) {
	for {
		end := 0
		for range checkpointLines {
			i := bytes.IndexByte(list[end:], '\n')
			if i < 0 {
				return notes, list
			}
			end += i + 1
		}
		notes, list = append(notes, list[:end:end]), list[end:]
	}
}

// checkpoints are the two files: one with the last checkpoint alone, replaced as a whole, and one with all, appended to.
// The last is written first, so that it is never older than the list.
type checkpoints struct {
	dir  string
	list *os.File
	end  int64 // of the list
	last checkpoint
}

const (
	lastName  = "checkpoint"
	listName  = "checkpoints"
	hashName  = "hashes"
	lockName  = "lock"
	segSuffix = ".log"
)

// openCheckpoints reads both files and mends what a crash can leave: an incomplete end of the list, or a list that misses
// the last one. Found is false in a directory that has none.
func openCheckpoints(dir string, known note.Verifiers) (c *checkpoints, found bool, err error) {
	c = &checkpoints{dir: dir}
	text, err := os.ReadFile(filepath.Join(dir, lastName))
	if err == nil {
		found = true
		if c.last, err = parseCheckpoint(text, known); err != nil {
			return nil, true, damaged("the audit log's last checkpoint is not authentic").
				WithDetail("file %s: %v", lastName, err).WithHint("run: waggle audit verify; was the signing key replaced?")
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, false, ioError("read", err)
	}
	if c.list, err = os.OpenFile(filepath.Join(dir, listName), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, found, ioError("open", err)
	}
	if err := c.mend(found); err != nil {
		c.list.Close()
		return nil, found, err
	}
	return c, found, nil
}

func (c *checkpoints) mend(found bool) error {
	all, err := os.ReadFile(filepath.Join(c.dir, listName))
	if err != nil {
		return ioError("read", err)
	}
	notes, rest := splitCheckpoints(all)
	c.end = int64(len(all) - len(rest))
	if err := c.list.Truncate(c.end); err != nil {
		return ioError("write", err)
	}
	if len(notes) > 0 && !found {
		return damaged("the audit log's last checkpoint is missing").WithDetail("file %s", lastName).WithHint("run: waggle audit verify")
	}
	if found && (len(notes) == 0 || !bytes.Equal(notes[len(notes)-1], c.last.text)) {
		return c.enlist()
	}
	return nil
}

// enlist appends the last checkpoint to the list; after an error the next one takes its place.
func (c *checkpoints) enlist() error {
	n, err := c.list.WriteAt(c.last.text, c.end)
	if err != nil {
		return ioError("write", err)
	}
	c.end += int64(n)
	return nil
}

// write stores a checkpoint in both files; the last one durably.
func (c *checkpoints) write(cp checkpoint) error {
	temp := filepath.Join(c.dir, lastName+".new")
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return ioError("write", err)
	}
	_, err = f.Write(cp.text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return ioError("write", err)
	}
	if err := os.Rename(temp, filepath.Join(c.dir, lastName)); err != nil {
		return ioError("write", err)
	}
	c.last = cp
	return c.enlist()
}
