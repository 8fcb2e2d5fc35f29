package ptree

import "iter"

// pidTable holds the last life of each pid. Kernels give pids out in order, so
// that pages of them are found close by, where a map of a million single ones
// is a miss each time. The pages are small: a log of many hosts or scattered
// pids must not cost much more than its processes. The zero pidTable is empty.
type pidTable struct {
	pages map[int]*[pidPage]*Process
}

const (
	pidBits = 6
	pidPage = 1 << pidBits
)

func (t *pidTable) get(pid int) *Process {
	if page := t.pages[pid>>pidBits]; page != nil {
		return page[pid&(pidPage-1)]
	}
	return nil
}

// set makes p the last life of pid, none where p is nil.
func (t *pidTable) set(pid int, p *Process) {
	page := t.pages[pid>>pidBits]
	if page == nil {
		if t.pages == nil {
			t.pages = make(map[int]*[pidPage]*Process)
		}
		page = new([pidPage]*Process)
		t.pages[pid>>pidBits] = page
	}
	page[pid&(pidPage-1)] = p
}

// all yields the pids that have had a life, and the last one of each. The
// entry just yielded may be changed.
func (t *pidTable) all() iter.Seq2[int, *Process] {
	return func(yield func(int, *Process) bool) {
		for key, page := range t.pages {
			for i, p := range page {
				if p != nil && !yield(key<<pidBits+i, p) {
					return
				}
			}
		}
	}
}

// shrink lets go of pages that hold nothing.
func (t *pidTable) shrink() {
	for key, page := range t.pages {
		if *page == [pidPage]*Process{} {
			delete(t.pages, key)
		}
	}
}
