package auditd

// Connection is a use of a socket address.
type Connection struct {
	Call   string // "connect", "accept", "bind" or "send"
	Sock   Sock   // the peer's address; for bind the process's own
	Result Result // success also for a connect that goes on in the background
	Errno  string // as the system call gave it
}

// Connection returns what the event does with a socket address: connect,
// accept, bind, or a datagram sent to an address. A connect that only clears
// the peer (family 0) is none. A non-blocking connect fails with EINPROGRESS
// and takes place all the same; whether it came through the log does not say.
func (e *Event) Connection() (Connection, bool) {
	if len(e.Socks) == 0 {
		return Connection{}, false
	}
	c := Connection{Call: e.socketCall(), Sock: e.Socks[0], Result: e.Success, Errno: e.Errno()}
	if c.Call == "" || c.Call == "connect" && c.Sock.Family == FamilyUnspec {
		return Connection{}, false
	}
	if c.Call == "connect" && c.Errno == "EINPROGRESS" {
		c.Result = ResultSuccess
	}
	return c, true
}

func (e *Event) socketCall() string {
	switch e.Syscall {
	case "connect", "bind":
		return e.Syscall
	case "accept", "accept4":
		return "accept"
	case "sendto", "sendmsg", "sendmmsg":
		return "send"
	case "socketcall": // i386 and others put all of them into one call
		n, _ := e.hexArg("a0")
		switch n {
		case 2:
			return "bind"
		case 3:
			return "connect"
		case 5, 18:
			return "accept"
		case 11, 16, 20:
			return "send"
		}
	}
	return ""
}
