package expr

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// shape is what a value is known to be before it arrives.
type shape interface {
	// declare is the type of a value at path, such as request.data.context. Objects enter themselves in d.
	declare(d *declarations, path string) *cel.Type
}

// leaf is a value without members that are known.
type leaf struct{ celType *cel.Type }

// The kinds of leaves. Texts, numbers and booleans can be null, since Okta is free to send null anywhere.
// Okta's times are texts; timestamp(...) makes times of them.
var (
	text    = leaf{types.NewNullableType(types.StringType)}
	integer = leaf{types.NewNullableType(types.IntType)}
	boolean = leaf{types.NewNullableType(types.BoolType)}
	texts   = leaf{types.NewListType(types.StringType)}
	// list has elements that Okta's own texts disagree on, or leave open.
	list = leaf{types.NewListType(types.DynType)}
	// open is an object whose members the org defines, such as a user's profile.
	open = leaf{types.NewMapType(types.StringType, types.DynType)}
	// headers are those of an answer.
	headers = leaf{types.NewMapType(types.StringType, types.StringType)}
	// anything is what nobody knows beforehand.
	anything = leaf{types.DynType}
)

func (l leaf) declare(*declarations, string) *cel.Type { return l.celType }

// object is an object whose members are known.
type object struct {
	members []member
	// ours is an object of Hookline's own making: nobody adds members to it.
	ours bool
}

// member is a member of an object.
type member struct {
	name string
	is   shape
}

// fixed is an object with these members.
func fixed(members ...member) *object { return &object{members: members} }

// all are members of the same shape.
func all(is shape, names ...string) []member {
	members := make([]member, 0, len(names))
	for _, name := range names {
		members = append(members, member{name, is})
	}
	return members
}

func (o *object) declare(d *declarations, path string) *cel.Type {
	if known, found := d.names[o]; found {
		return cel.ObjectType(known)
	}
	name := objectPrefix + path + ")"
	d.names[o] = name
	declared := &declaration{path: path, ours: o.ours, types: make(map[string]*types.FieldType, len(o.members))}
	d.objects[name] = declared
	for _, m := range o.members {
		declared.members = append(declared.members, m.name)
		// Without functions to get at the field, cel-go reads it as it reads a map, which it is.
		declared.types[m.name] = &types.FieldType{Type: m.is.declare(d, path+"."+m.name)}
	}
	return cel.ObjectType(name)
}

// objectPrefix begins the name of every type of object. No expression can name such a type.
const objectPrefix = "object("

// isObject reports whether t is the type of an object with known members.
func isObject(t *cel.Type) bool {
	return t.Kind() == types.StructKind && strings.HasPrefix(t.TypeName(), objectPrefix)
}

// declarations are the types of the objects of one environment. It implements types.Provider.
type declarations struct {
	types.Provider
	names   map[*object]string
	objects map[string]*declaration
}

// declaration is an object that expressions can read.
type declaration struct {
	path    string // where it stands, such as request.data.context
	ours    bool
	members []string // in the order of the table
	types   map[string]*types.FieldType
}

// FindStructType implements types.Provider.
func (d *declarations) FindStructType(name string) (*types.Type, bool) {
	if _, found := d.objects[name]; found {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return d.Provider.FindStructType(name)
}

// FindStructFieldNames implements types.Provider.
func (d *declarations) FindStructFieldNames(name string) ([]string, bool) {
	if declared, found := d.objects[name]; found {
		return declared.members, true
	}
	return d.Provider.FindStructFieldNames(name)
}

// unknownMember is the type of a member that is not declared. Such a member is found, so that knownMembers can
// refuse it in better words than the type checker has.
var unknownMember = &types.FieldType{Type: types.DynType}

// FindStructFieldType implements types.Provider.
func (d *declarations) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	declared, found := d.objects[name]
	if !found {
		return d.Provider.FindStructFieldType(name, field)
	}
	if fieldType, found := declared.types[field]; found {
		return fieldType, true
	}
	return unknownMember, true
}
