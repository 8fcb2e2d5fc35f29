package verify

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// files finds each source of the investigation again.
func (c *checker) files() {
	taken := map[string]bool{}
	was := map[string]bool{}
	for _, old := range c.inv.Sources {
		was[old.File] = true
	}
	for _, old := range c.inv.Sources {
		f := c.find(old, was)
		taken[cmp.Or(f.Now, f.File)] = true
		c.r.Files = append(c.r.Files, f)
	}
	for _, d := range c.now {
		if !taken[d.File] {
			c.r.New = append(c.r.New, d.File)
		}
	}
}

// find finds one source again.
func (c *checker) find(old evidence.Digest, was map[string]bool) File {
	f := File{File: old.File, Size: old.Size, SHA256: old.SHA256}
	end := func(s State, d *evidence.Digest, format string, args ...any) File {
		f.State, f.Why = s, fmt.Sprintf(format, args...)
		if d != nil {
			f.Is, f.Has = d.Size, d.SHA256
			if d.File != old.File {
				f.Now = d.File
			}
		}
		return f
	}
	here := c.digest(func(d *evidence.Digest) bool { return d.File == old.File })
	if old.SHA256 == "" {
		return end(Bad, here, "the investigation has no SHA-256 of it: %s", old.Error)
	}
	if here != nil && here.SHA256 == old.SHA256 {
		return end(Same, here, "")
	}
	if d := c.digest(func(d *evidence.Digest) bool { return d.SHA256 == old.SHA256 }); d != nil {
		return end(Moved, d, "the same bytes lie in another file")
	}
	content := contentOf(&old)
	if here != nil && contentOf(here) == content {
		return end(Repacked, here, "it was packed anew: what it unpacks to is the same")
	}
	if d := c.digest(func(d *evidence.Digest) bool { return contentOf(d) == content }); d != nil {
		return end(Repacked, d, "it was packed or unpacked: the content is the same")
	}
	if d := c.grown(old, here, was); d != nil {
		return end(Appended, d, "%d bytes were added behind those that the investigation saw", d.Size-old.Size)
	}
	switch {
	case here == nil:
		return end(Missing, nil, "no file of the source has this name or these bytes")
	case here.SHA256 == "":
		return end(Changed, here, "it cannot be read: %s", here.Error)
	case here.Size < old.Size && here.ContentSHA256 == "" && old.ContentSHA256 == "": // of packed files size says nothing
		return end(Truncated, here, "%d bytes are gone", old.Size-here.Size)
	}
	return end(Changed, here, "its SHA-256 is another")
}

// contentOf returns the SHA-256 of what an input unpacks to.
func contentOf(d *evidence.Digest) string {
	if d.ContentSHA256 != "" {
		return d.ContentSHA256
	}
	if d.SHA256 == "" {
		return d.File // of no other
	}
	return d.SHA256
}

func (c *checker) digest(is func(*evidence.Digest) bool) *evidence.Digest {
	for i := range c.now {
		if is(&c.now[i]) {
			return &c.now[i]
		}
	}
	return nil
}

// grown returns the file that begins with the bytes of old: that of its name,
// else one that the log was rotated to.
func (c *checker) grown(old evidence.Digest, here *evidence.Digest, was map[string]bool) *evidence.Digest {
	if old.Size == 0 {
		return nil // any file begins so
	}
	begins := func(d *evidence.Digest) bool {
		if d.Size <= old.Size {
			return false
		}
		sum, err := c.src.Prefix(c.ctx, d.File, old.Size)
		return err == nil && sum == old.SHA256
	}
	if here != nil && begins(here) {
		return here
	}
	return c.digest(func(d *evidence.Digest) bool { return !was[d.File] && rotated(old.File, d.File) && begins(d) })
}

// rotated reports whether a log of one name may have become the other.
func rotated(name, now string) bool {
	stem := func(s string) string {
		s, _, _ = strings.Cut(path.Base(s), ".")
		s, _, _ = strings.Cut(s, "-")
		return s
	}
	return path.Dir(name) == path.Dir(now) && stem(name) == stem(now)
}

// where returns the name that a file of the investigation has now; "" where it
// is gone.
func (c *checker) where(name string) string {
	i := slices.IndexFunc(c.r.Files, func(f File) bool { return f.File == name })
	switch {
	case i < 0, c.r.Files[i].State == Missing:
		return ""
	case c.r.Files[i].Now != "":
		return c.r.Files[i].Now
	}
	if c.digest(func(d *evidence.Digest) bool { return d.File == name }) == nil {
		return ""
	}
	return name
}
