package tcli

import (
	"context"
	"reflect"

	"github.com/apache/thrift/lib/go/thrift"
)

// read fills a value of a struct's field types; a nil pointer is made.
func read(p thrift.TProtocol, v reflect.Value) error {
	ctx := context.Background()
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return read(p, v.Elem())
	case reflect.Struct:
		return readStruct(p, v)
	case reflect.Map:
		return readMap(p, v)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			data, err := p.ReadBinary(ctx)
			v.SetBytes(data)
			return err
		}
		return readList(p, v)
	case reflect.String:
		text, err := p.ReadString(ctx)
		v.SetString(text)
		return err
	case reflect.Bool:
		b, err := p.ReadBool(ctx)
		v.SetBool(b)
		return err
	case reflect.Float64:
		f, err := p.ReadDouble(ctx)
		v.SetFloat(f)
		return err
	}
	return readInt(p, v)
}

func readInt(p thrift.TProtocol, v reflect.Value) error {
	ctx := context.Background()
	var n int64
	var err error
	switch v.Kind() {
	case reflect.Int16:
		var short int16
		short, err = p.ReadI16(ctx)
		n = int64(short)
	case reflect.Int32:
		var word int32
		word, err = p.ReadI32(ctx)
		n = int64(word)
	default:
		n, err = p.ReadI64(ctx)
	}
	if err == nil {
		v.SetInt(n)
	}
	return err
}

// readStruct reads the fields that the struct has, and passes over the others and those of another type.
func readStruct(p thrift.TProtocol, v reflect.Value) error {
	ctx := context.Background()
	fields := map[int16]int{}
	for i := range v.NumField() {
		id, _ := number(v.Type().Field(i))
		fields[id] = i
	}
	for {
		_, kind, id, err := p.ReadFieldBegin(ctx)
		if err != nil || kind == thrift.STOP {
			return err
		}
		if i, known := fields[id]; known && wireType(v.Field(i).Type()) == kind {
			err = read(p, v.Field(i))
		} else {
			err = p.Skip(ctx, kind)
		}
		if err != nil {
			return err
		}
	}
}

func readMap(p thrift.TProtocol, v reflect.Value) error {
	ctx := context.Background()
	key, value, size, err := p.ReadMapBegin(ctx)
	if err != nil {
		return err
	}
	if size > 0 && (key != thrift.STRING || value != wireType(v.Type().Elem())) {
		return errShape
	}
	v.Set(reflect.MakeMap(v.Type()))
	for range size {
		name, err := p.ReadString(ctx)
		if err != nil {
			return err
		}
		item := reflect.New(v.Type().Elem()).Elem()
		if err := read(p, item); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(name), item)
	}
	return nil
}

func readList(p thrift.TProtocol, v reflect.Value) error {
	elem, size, err := p.ReadListBegin(context.Background())
	if err != nil {
		return err
	}
	if size > 0 && elem != wireType(v.Type().Elem()) {
		return errShape
	}
	for range size {
		item := reflect.New(v.Type().Elem()).Elem()
		if err := read(p, item); err != nil {
			return err
		}
		v.Set(reflect.Append(v, item))
	}
	return nil
}
