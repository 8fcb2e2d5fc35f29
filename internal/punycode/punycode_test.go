package punycode_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tuxtrail/tuxtrail/internal/punycode"
)

// The samples are the registry's own and RFC 3492's, section 7.1.
func TestAppend(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]string{
		"münchen":           "mnchen-3ya",
		"bücher":            "bcher-kva",
		"ليهمابتكلموشعربي؟": "egbpdaj6bu4bxfgehfvwxn",
		"他们为什么不说中文":         "ihqwcrb4cv8a8dqg056pqjye",
		"почемужеонинеговорятпорусски": "b1abfaaepdrnnbgefbadotcwatmq2g4l",
		"3年b組金八先生": "3b-ww4c5e180e575a65lsy2b",
		"abc":      "abc-",
		"":         "",
	} {
		assert.Equal(t, "xn--"+want, string(punycode.Append([]byte("xn--"), label)), label)
	}
}
