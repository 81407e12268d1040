package main

import (
	"embed"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/goccy/go-yaml"
)

//go:embed model/revenue/*.yaml
var model embed.FS

// writeModel writes the model revenue, or what is left of it over some connections: without the entities of the others, and without the
// relationships that name these.
func writeModel(dir string, connections []string) error {
	names, err := fs.Glob(model, "model/revenue/*.yaml")
	if err != nil {
		return err
	}
	var here []string
	texts := map[string][]byte{}
	for _, name := range names {
		text, err := model.ReadFile(name)
		if err != nil {
			return err
		}
		entity, connection, err := entityOf(text)
		if err != nil {
			return err
		}
		if entity != "" && !slices.Contains(connections, connection) {
			continue
		}
		if entity != "" {
			here = append(here, entity)
		}
		texts[path.Base(name)] = text
	}
	for name, among := range map[string]func(yaml.MapSlice, []string) yaml.MapSlice{"model.yaml": relationshipsAmong, "facts.yaml": factsAmong} {
		if texts[name], err = edit(texts[name], here, among); err != nil {
			return err
		}
	}
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// entityOf returns the entity of a model file and its connection; none for model.yaml and facts.yaml.
func entityOf(text []byte) (entity, connection string, err error) {
	var file map[string]any
	if err := yaml.Unmarshal(text, &file); err != nil {
		return "", "", err
	}
	for name, v := range file {
		e, _ := v.(map[string]any)
		if source, ok := e["source"].(map[string]any); ok {
			connection, _ = source["connection"].(string)
			return name, connection, nil
		}
	}
	return "", "", nil
}

// edit leaves what is said of some entities in a file.
func edit(text []byte, entities []string, among func(yaml.MapSlice, []string) yaml.MapSlice) ([]byte, error) {
	var file yaml.MapSlice
	if err := yaml.UnmarshalWithOptions(text, &file, yaml.UseOrderedMap()); err != nil {
		return nil, err
	}
	return yaml.Marshal(among(file, entities))
}

// relationshipsAmong leaves the relationships between some entities in model.yaml.
func relationshipsAmong(file yaml.MapSlice, entities []string) yaml.MapSlice {
	for i := range file {
		if file[i].Key != "relationships" {
			continue
		}
		all, _ := file[i].Value.(yaml.MapSlice)
		file[i].Value = slices.DeleteFunc(all, func(r yaml.MapItem) bool {
			sides, _ := r.Value.(yaml.MapSlice)
			return slices.ContainsFunc(sides, func(side yaml.MapItem) bool {
				name, _ := side.Value.(string)
				return (side.Key == "from" || side.Key == "to") && !slices.Contains(entities, name)
			})
		})
	}
	return file
}

// factsAmong leaves the facts of some entities in facts.yaml.
func factsAmong(file yaml.MapSlice, entities []string) yaml.MapSlice {
	return slices.DeleteFunc(file, func(e yaml.MapItem) bool {
		name, _ := e.Key.(string)
		return !slices.Contains(entities, name)
	})
}
