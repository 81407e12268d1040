package semantic

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/strictyaml"
)

// LoadOptions are what Load depends on besides the files.
type LoadOptions struct {
	Organisation string // whose model it is
	// Connections are the names of waggle.yaml's sources; nil accepts every name.
	Connections []string
	// Check types the model's expressions and sets Metric.Type; it runs when the files are otherwise right. What it
	// returns should carry a Place as *strictyaml.Problem. nil leaves expressions unchecked.
	Check func(*Model) []error
}

// File is one file of a model folder.
type File struct {
	Name string // as errors name it
	Data []byte
}

// Load reads a model folder: model.yaml, facts.yaml when there is one, and one entity per other .yaml file. Its error is
// a strictyaml.Errors with every problem of every file, or a *pgerr.Error when the folder cannot be read.
func Load(dir string, options LoadOptions) (*Model, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(names) == 0 {
		return nil, pgerr.New(pgerr.ConfigFile, "the model folder %s has no .yaml file", dir).
			WithHint("name a folder with a model.yaml under models in waggle.yaml")
	}
	files := make([]File, len(names))
	for i, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, pgerr.New(pgerr.ConfigFile, "the model file %s cannot be read", name).WithDetail("%v", err)
		}
		files[i] = File{Name: name, Data: data}
	}
	return LoadFiles(files, options)
}

// LoadFiles is Load over files in memory, told apart by their base names.
func LoadFiles(files []File, options LoadOptions) (*Model, error) {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	l := &loader{options: options, shapes: newShapes(), model: &Model{Organisation: options.Organisation, Version: version(files)}}
	l.read(files)
	if err := l.problems.Err(); err != nil {
		return nil, err
	}
	l.model.tables = buildTables(l.model)
	if options.Check != nil {
		for _, err := range options.Check(l.model) {
			l.add(err)
		}
	}
	if err := l.problems.Err(); err != nil {
		return nil, err
	}
	l.model.tables = buildTables(l.model)
	return l.model, nil
}

type loader struct {
	options  LoadOptions
	shapes   *shapes
	problems strictyaml.Problems
	model    *Model
	facts    *strictyaml.Node
}

// version identifies the files' content by their base names, so that it is equal wherever the folder lies.
func version(files []File) string {
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%s\x00%d\x00", filepath.Base(f.Name), len(f.Data))
		h.Write(f.Data)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func (l *loader) read(files []File) {
	docs := l.parse(files)
	var head *strictyaml.Node
	for i, f := range files {
		switch filepath.Base(f.Name) {
		case "model.yaml":
			head = docs[i]
			l.readModel(head, f.Name)
		case "facts.yaml":
			l.facts = docs[i]
		}
	}
	if l.model.Name == "" && l.problems.Empty() {
		l.problems.Add(Place{File: filepath.Join(filepath.Dir(files[0].Name), "model.yaml")}, "write at least `name: …`",
			"the model has no model.yaml")
	}
	for i, f := range files {
		if base := filepath.Base(f.Name); base != "model.yaml" && base != "facts.yaml" {
			l.readEntities(docs[i], f.Name)
		}
	}
	slices.SortFunc(l.model.Entities, func(a, b *Entity) int { return strings.Compare(a.Name, b.Name) })
	l.unique()
	l.readRelationships(head.Get("relationships"))
	l.checkFacts()
	l.number()
}

// parse reads and checks the files side by side.
func (l *loader) parse(files []File) []*strictyaml.Node {
	docs, problems := make([]*strictyaml.Node, len(files)), make([]strictyaml.Problems, len(files))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range files {
		group.Go(func() error {
			docs[i] = l.parseOne(f, &problems[i])
			return nil
		})
	}
	_ = group.Wait()
	for i := range problems {
		l.problems.Join(&problems[i])
	}
	return docs
}

func (l *loader) parseOne(f File, problems *strictyaml.Problems) *strictyaml.Node {
	doc := strictyaml.Read(f.Name, f.Data, problems)
	if doc == nil {
		return nil
	}
	switch filepath.Base(f.Name) {
	case "model.yaml":
		l.shapes.model.Check(doc, "the model", problems)
	case "facts.yaml":
		l.shapes.facts.Check(doc, "the facts file", problems)
	default:
		l.shapes.entity.Check(doc, "the entity file", problems)
	}
	return doc
}

// add records an error of the check, with its place when it has one.
func (l *loader) add(err error) {
	if p, ok := err.(*strictyaml.Problem); ok {
		l.problems.Add(p.At, p.Hint, "%s", p.Message)
		return
	}
	l.problems.Add(l.model.At, "", "%s", err)
}
