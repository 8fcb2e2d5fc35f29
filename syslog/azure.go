package syslog

import "strings"

// azureRow is a row of Log Analytics' Syslog table, its columns as in
// https://learn.microsoft.com/azure/azure-monitor/reference/tables/syslog.
type azureRow struct {
	generated, event   string // when the record was made, when the event happened
	computer, host     string
	facility, severity string
	process, pid       string
	message            string
	hasMessage         bool
}

// set keeps the column called name and reports whether there is such a column.
func (a *azureRow) set(name, value string) bool {
	switch name {
	case "TimeGenerated":
		a.generated = value
	case "EventTime":
		a.event = value
	case "Computer":
		a.computer = value
	case "HostName":
		a.host = value
	case "Facility":
		a.facility = value
	case "SeverityLevel":
		a.severity = value
	case "ProcessName":
		a.process = value
	case "ProcessID":
		a.pid = value
	case "SyslogMessage":
		a.message, a.hasMessage = value, true
	default:
		return false
	}
	return true
}

// azureObject reads a row that is a JSON object.
func (r *Reader) azureObject(rec *Record, a *azureRow) {
	for _, v := range []*string{
		&a.generated, &a.event, &a.computer, &a.host, &a.facility, &a.severity, &a.process, &a.pid, &a.message,
	} {
		r.unquote(rec, v)
	}
	rec.Format = FormatAzureJSON
	r.azure(rec, a)
}

// azure fills rec from a row. Its time is TimeGenerated, which queries select
// by and which has a fraction; EventTime, in whole seconds, where that is
// missing. Its host is HostName, the host that the line named, else Computer.
func (r *Reader) azure(rec *Record, a *azureRow) {
	if !r.azureTime(rec, a.generated) {
		r.azureTime(rec, a.event)
	}
	if rec.Host = known(a.host); rec.Host == "" {
		rec.Host = known(a.computer)
	}
	rec.Program = known(a.process)
	pid, _, _ := strings.Cut(a.pid, ".") // a number that was once a float
	rec.PID = decimal(pid)
	rec.Message = trimSpaces(a.message)
	rec.Facility = azureFacility(known(a.facility))
	rec.Severity = azureSeverity(known(a.severity))
}

func azureFacility(name string) Facility {
	f, ok := facilityOf(name)
	if !ok {
		f, _ = facilityOf(strings.ToLower(name))
	}
	return f
}

func azureSeverity(name string) Severity {
	s, ok := severityOf(name)
	if !ok {
		s, _ = severityOf(strings.ToLower(name))
	}
	return s
}

// known returns "" for the ways in which exports write that there is nothing.
func known(s string) string {
	switch s {
	case "-", "null", "None", "nan", "NaN":
		return ""
	}
	return s
}

func (r *Reader) azureTime(rec *Record, s string) bool {
	var st stamp
	n := stampISO(s, &st)
	if n == 0 {
		n = stampSlashed(s, &st)
	}
	if n == 0 || n != len(s) {
		return false
	}
	if !st.zoned { // the table's times are UTC; exports leave the zone away
		st.zoned, st.offset = true, 0
	}
	r.setTime(rec, &st)
	return true
}

// stampSlashed reads "7/8/2019 16:08" and "7/8/2019, 4:08:34.123 PM": month,
// day, year, as the portal and spreadsheets export them.
func stampSlashed(s string, st *stamp) int {
	mon, i := number(s, 0, 2)
	if mon < 1 || mon > 12 || i >= len(s) || s[i] != '/' {
		return 0
	}
	day, i := number(s, i+1, 2)
	if day < 1 || i >= len(s) || s[i] != '/' {
		return 0
	}
	year, i := yearAt(s, i+1)
	if year == 0 || day > daysIn(year, mon) || i >= len(s) {
		return 0
	}
	if s[i] == ',' {
		i++
	}
	if i = spaces(s, i); i < 0 {
		return 0
	}
	hour, i := number(s, i, 2)
	if hour < 0 || hour > 23 || i >= len(s) || s[i] != ':' {
		return 0
	}
	minute := two(s[i+1:])
	if minute < 0 || minute > 59 {
		return 0
	}
	*st = stamp{year: year, mon: mon, day: day, hour: hour, min: minute, weekday: noWeekday}
	if len(s) >= i+6 && s[i+3] == ':' {
		if i = clockRest(s, i, hour, st); i == 0 {
			return 0
		}
	} else {
		i += 3
	}
	if i+3 == len(s) && s[i] == ' ' && s[i+2]|0x20 == 'm' && hour <= 12 {
		switch half := s[i+1] | 0x20; {
		case half == 'p' && hour < 12:
			st.hour += 12
		case half == 'a' && hour == 12:
			st.hour = 0
		}
		i += 3
	}
	return i
}

// csvTable is what the header row of a table in CSV says.
type csvTable struct {
	columns []string // the names, as azureRow.set knows them; "" for others
}

// csvHeader takes a line that names the columns of the Syslog table.
func (r *Reader) csvHeader(s string) bool {
	if !strings.Contains(s, "SyslogMessage") || !strings.Contains(s, ",") {
		return false
	}
	var row azureRow
	var columns []string
	time := false
	ok := csvFields(s, func(_ int, field string, _ bool) {
		name := strings.Clone(strings.TrimSuffix(field, " [UTC]"))
		if !row.set(name, "") {
			name = ""
		}
		time = time || name == "TimeGenerated" || name == "EventTime"
		columns = append(columns, name)
	})
	if !ok || !row.hasMessage || !time {
		return false
	}
	r.csv = &csvTable{columns: columns}
	return true
}

// csvRow reads a row of the table that a header row began. A quoted field may
// hold line ends. A line with another number of fields is no row.
func (r *Reader) csvRow(rec *Record) bool {
	if strings.Count(r.text(), `"`)%2 == 1 {
		quotes, seen := 0, 0
		r.join(func(block string, _ bool) (int, joinState) {
			quotes += strings.Count(block[seen:], `"`)
			seen = len(block)
			if quotes%2 == 1 {
				return 0, joinMore
			}
			if csvCount(strings.TrimRight(block, "\r\n")) != len(r.csv.columns) {
				return 0, joinBad
			}
			return len(block), joinDone
		})
	}
	s := r.text()
	if csvCount(s) != len(r.csv.columns) {
		return false
	}
	a := &r.entry.azure
	*a = azureRow{}
	csvFields(s, func(i int, field string, doubled bool) {
		name := r.csv.columns[i]
		if name == "" {
			return
		}
		if doubled {
			field = strings.ReplaceAll(field, `""`, `"`)
			rec.Inferred |= InferredText
		}
		a.set(name, r.scratch.plain(rec, field))
	})
	rec.Format = FormatAzureCSV
	r.azure(rec, a)
	return true
}

// csvCount returns how many fields a row has; 0 where it is none.
func csvCount(s string) (n int) {
	if !csvFields(s, func(i int, _ string, _ bool) { n = i + 1 }) {
		return 0
	}
	return n
}

// csvFields calls field with each field of a row (RFC 4180) without its
// quotes; doubled says that it still holds doubled quotes.
func csvFields(s string, field func(i int, text string, doubled bool)) bool {
	for i := 0; ; i++ {
		if s != "" && s[0] == '"' {
			end, doubled := 1, false
			for {
				q := strings.IndexByte(s[end:], '"')
				if q < 0 {
					return false
				}
				end += q + 1
				if end >= len(s) || s[end] != '"' {
					break
				}
				doubled = true
				end++
			}
			field(i, s[1:end-1], doubled)
			if s = s[end:]; s == "" {
				return true
			}
			if s[0] != ',' {
				return false
			}
			s = s[1:]
			continue
		}
		comma := strings.IndexByte(s, ',')
		if comma < 0 {
			field(i, s, false)
			return true
		}
		field(i, s[:comma], false)
		s = s[comma+1:]
	}
}
