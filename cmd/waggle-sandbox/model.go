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
		here = append(here, entity)
		texts[path.Base(name)] = text
	}
	if len(here) < len(names) {
		if texts["model.yaml"], err = among(texts["model.yaml"], here); err != nil {
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

// entityOf returns the entity of a model file and its connection; none for model.yaml.
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

// among leaves the relationships between some entities in a model.yaml.
func among(text []byte, entities []string) ([]byte, error) {
	var file yaml.MapSlice
	if err := yaml.UnmarshalWithOptions(text, &file, yaml.UseOrderedMap()); err != nil {
		return nil, err
	}
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
	return yaml.Marshal(file)
}
