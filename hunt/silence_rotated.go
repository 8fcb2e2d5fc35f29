package hunt

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// missing is a rotated file that is not there.
type missing struct{ name, older, newer string }

// missingRotations finds the holes in the numbers or dates of one log's files.
func missingRotations(files []string) []missing {
	numbers := map[int]string{}
	var dates []string
	byDate := map[string]string{}
	base, ext := "", ""
	for _, f := range files {
		dir, name := path.Split(f)
		for _, e := range [...]string{".gz", ".bz2", ".xz", ".zst"} {
			if rest, ok := strings.CutSuffix(name, e); ok {
				name, ext = rest, e
			}
		}
		if i := strings.LastIndexByte(name, '.'); i > 0 && digits(name[i+1:]) && len(name)-i < 5 {
			n, err := strconv.Atoi(name[i+1:])
			if err == nil {
				numbers[n] = f
			}
			continue
		}
		if i := strings.LastIndexByte(name, '-'); i > 0 && len(name)-i == 9 && digits(name[i+1:]) {
			dates = append(dates, name[i+1:])
			byDate[name[i+1:]] = f
			base = dir + name[:i+1]
			continue
		}
		numbers[0] = f
	}
	var out []missing
	top := 0
	for n := range numbers {
		top = max(top, n)
	}
	if top < 1000 {
		newer := ""
		for n := 0; n <= top; n++ {
			if f, ok := numbers[n]; ok {
				newer = f
				continue
			}
			if n == 0 || newer == "" && n == 1 && len(numbers) == 1 {
				continue // the log itself need not be there
			}
			older := ""
			for k := n + 1; k <= top && older == ""; k++ {
				older = numbers[k]
			}
			name := strings.TrimSuffix(logOf(firstOf(newer, older)), "") + "." + strconv.Itoa(n)
			out = append(out, missing{name, older, newer})
		}
	}
	return append(out, missingDates(dates, byDate, base, ext)...)
}

// missingDates finds the holes in a row of dates that are equally far apart.
func missingDates(dates []string, byDate map[string]string, base, ext string) []missing {
	if len(dates) < 4 {
		return nil
	}
	slices.Sort(dates)
	days := make([]time.Time, 0, len(dates))
	for _, d := range dates {
		t, err := time.Parse("20060102", d)
		if err != nil {
			return nil
		}
		days = append(days, t)
	}
	steps := make([]time.Duration, 0, len(days))
	for i := 1; i < len(days); i++ {
		steps = append(steps, days[i].Sub(days[i-1]))
	}
	slices.Sort(steps)
	step := steps[len(steps)/2]
	if step <= 0 {
		return nil
	}
	var out []missing
	for i := 1; i < len(days); i++ {
		for t := days[i-1].Add(step); t.Before(days[i].Add(-step / 2)); t = t.Add(step) {
			out = append(out, missing{base + t.Format("20060102") + ext, byDate[dates[i-1]], byDate[dates[i]]})
		}
	}
	return out
}
