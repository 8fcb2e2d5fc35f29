package sentinel

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"unicode"
)

// login turns an error of getting a token into a [LoginError] without what is
// secret.
func login(err error, secrets ...string) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*LoginError](err); ok {
		return err
	}
	e := &LoginError{text: scrub(err.Error())}
	for _, s := range secrets {
		if s != "" {
			e.text = strings.ReplaceAll(e.text, s, "[removed]")
		}
	}
	e.Code = entraCode.FindString(e.text)
	e.Advice = loginAdvice(e.Code, e.text)
	e.text = shorten(e.text)
	switch {
	case errors.Is(err, context.Canceled):
		e.err = context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		e.err = context.DeadlineExceeded
	case e.Code == "" && (noCredential(e.text) || errors.Is(err, ErrNoCredential)):
		e.err = ErrNoCredential
	}
	return e
}

// explainLogin is login for errors that may be of another kind.
func explainLogin(err error) error {
	if l, ok := errors.AsType[*LoginError](err); ok {
		return l
	}
	return err
}

func noCredential(text string) bool {
	for _, s := range []string{"failed to acquire a token", "no client ID", "missing environment", "not found on path", "az login", "incomplete environment", "no tenant"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

var entraCode = regexp.MustCompile(`AADSTS\d{4,7}`)

// loginAdvice says what to do about an error of Microsoft Entra, by its code;
// see https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
func loginAdvice(code, text string) string {
	switch code {
	case "AADSTS65001", "AADSTS65004", "AADSTS90094":
		return "consent is missing: an administrator of the tenant has to allow the application to use the Log Analytics API (Data.Read)"
	case "AADSTS90002", "AADSTS900023", "AADSTS90019":
		return "there is no such tenant in this cloud: check tenant and cloud"
	case "AADSTS700016", "AADSTS50105":
		return "the application is not known or not allowed in this tenant: check the client id, and that the tenant is the workspace's"
	case "AADSTS50020", "AADSTS50034", "AADSTS500212":
		return "the account is not of this tenant: name the workspace's tenant, or log on as one of its members or guests"
	case "AADSTS7000215":
		return "the secret is wrong: give the secret's value, not its id"
	case "AADSTS7000222":
		return "the secret has expired: make a new one"
	case "AADSTS700027", "AADSTS7000277":
		return "the certificate is not one of the application's, or has expired"
	case "AADSTS50076", "AADSTS50079", "AADSTS50158":
		return "the tenant wants a second factor: use the credential devicecode or browser"
	case "AADSTS53003", "AADSTS53000", "AADSTS530003":
		return "a rule of the tenant (conditional access) does not let this login through: use a machine or a way that it allows"
	case "AADSTS70043", "AADSTS700082", "AADSTS50173":
		return "the login has expired: log on again, for example with az login"
	case "AADSTS70021", "AADSTS700213":
		return "the workload's token does not match the federated credential of the application"
	}
	if code == "" && noCredential(text) {
		return "set one: log on with az login, set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or choose the credential devicecode"
	}
	return ""
}

const maxLoginText = 700

// shorten brings an error of the library, which prints whole answers, to a few
// lines' length.
func shorten(s string) string {
	var keep []string
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		if line == "" || strings.Trim(line, "-=") == "" {
			continue
		}
		keep = append(keep, line)
	}
	s = strings.Join(keep, " ")
	if len(s) > maxLoginText {
		s = strings.ToValidUTF8(s[:maxLoginText], "") + " …"
	}
	return s
}

// printable takes control characters out of a text that goes to a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}
