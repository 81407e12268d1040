package tcli

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"github.com/apache/thrift/lib/go/thrift"
)

// write writes a value of a struct's field types.
func write(p thrift.TProtocol, v reflect.Value) error {
	ctx := context.Background()
	switch v.Kind() {
	case reflect.Pointer:
		return write(p, v.Elem())
	case reflect.Struct:
		return writeStruct(p, v)
	case reflect.Map:
		return writeMap(p, v)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return p.WriteBinary(ctx, v.Bytes())
		}
		return writeList(p, v)
	case reflect.String:
		return p.WriteString(ctx, v.String())
	case reflect.Bool:
		return p.WriteBool(ctx, v.Bool())
	case reflect.Int16:
		return p.WriteI16(ctx, int16(v.Int()))
	case reflect.Int32:
		return p.WriteI32(ctx, int32(v.Int()))
	case reflect.Int64:
		return p.WriteI64(ctx, v.Int())
	case reflect.Float64:
		return p.WriteDouble(ctx, v.Float())
	}
	return errShape
}

// writeStruct writes the fields that are there.
func writeStruct(p thrift.TProtocol, v reflect.Value) error {
	ctx := context.Background()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		id, required := number(f)
		if absent(v.Field(i)) && !required {
			continue
		}
		if err := p.WriteFieldBegin(ctx, f.Name, wireType(f.Type), id); err != nil {
			return err
		}
		if err := write(p, v.Field(i)); err != nil {
			return err
		}
	}
	return p.WriteFieldStop(ctx)
}

func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		return v.IsNil()
	}
	return false
}

// writeMap writes a map of texts in the order of its keys.
func writeMap(p thrift.TProtocol, v reflect.Value) error {
	ctx := context.Background()
	if err := p.WriteMapBegin(ctx, thrift.STRING, wireType(v.Type().Elem()), v.Len()); err != nil {
		return err
	}
	items := map[string]reflect.Value{}
	for _, key := range v.MapKeys() {
		items[key.String()] = v.MapIndex(key)
	}
	for _, key := range slices.Sorted(maps.Keys(items)) {
		if err := p.WriteString(ctx, key); err != nil {
			return err
		}
		if err := write(p, items[key]); err != nil {
			return err
		}
	}
	return nil
}

func writeList(p thrift.TProtocol, v reflect.Value) error {
	if err := p.WriteListBegin(context.Background(), wireType(v.Type().Elem()), v.Len()); err != nil {
		return err
	}
	for i := range v.Len() {
		if err := write(p, v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}
