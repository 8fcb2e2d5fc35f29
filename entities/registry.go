package entities

import (
	"cmp"
)

// RegistryKey is a key of the Windows registry.
type RegistryKey struct {
	Hive  string         `json:"hive,omitzero" v3:"Hive"` // "HKEY_LOCAL_MACHINE"
	Path  string         `json:"path,omitzero" v3:"Key"`  // below the hive; "Key" in the schema
	Extra map[string]any `json:"extra,omitempty"`         // properties without a field, see [Parse]
}

// Type returns [TypeRegistryKey].
func (*RegistryKey) Type() Type { return TypeRegistryKey }

// Key is hive and path, without case.
func (k *RegistryKey) Key() string { return firstStrong(k) }

func (k *RegistryKey) identify(ids *identifiers) {
	ids.add("key", lower(k.Hive), lower(k.Path))
}

// String returns hive and path joined by a backslash, or "unknown registry key".
func (k *RegistryKey) String() string {
	if k == nil {
		return "unknown registrykey"
	}
	return printable(cmp.Or(joinRegistry(k.Hive, k.Path), "unknown registry key"))
}

// RegistryValue is a value of the Windows registry.
type RegistryValue struct {
	Host        *Host          `json:"host,omitempty" v3:"Host"`
	RegistryKey *RegistryKey   `json:"registry_key,omitempty" v3:"Key"` // "Key" in the schema
	Name        string         `json:"name,omitzero" v3:"Name"`
	Value       string         `json:"value,omitzero" v3:"Value"`          // the data as text
	ValueType   string         `json:"value_type,omitzero" v3:"ValueType"` // "String", "DWord"
	Extra       map[string]any `json:"extra,omitempty"`                    // properties without a field, see [Parse]
}

// Type returns [TypeRegistryValue].
func (*RegistryValue) Type() Type { return TypeRegistryValue }

// Key is key and name, without case. The name alone is weak.
func (v *RegistryValue) Key() string { return firstStrong(v) }

func (v *RegistryValue) identify(ids *identifiers) {
	ids.add("value", ids.of(v.RegistryKey), lower(v.Name))
	if v.RegistryKey == nil {
		ids.addWeak("name", lower(v.Name))
	}
}

// String returns key and name joined by a backslash, or "unknown registry value".
func (v *RegistryValue) String() string {
	if v == nil {
		return "unknown registryvalue"
	}
	return printable(cmp.Or(joinRegistry(v.RegistryKey.path(), v.Name), "unknown registry value"))
}

func (k *RegistryKey) path() string {
	if k == nil {
		return ""
	}
	return joinRegistry(k.Hive, k.Path)
}

func joinRegistry(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + `\` + b
}
