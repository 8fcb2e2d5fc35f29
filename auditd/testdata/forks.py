"""Forks processes that get chosen pids (clone3 with set_tid), as a plan says.

The plan is JSON on standard input: a list of {"pid", "do", "code"}; "do" is a
program's arguments, or empty for a process that only forks, or again such a
list of processes that this one forks, one after another. Each ends with code.
"""
import ctypes, errno, json, os, sys, time

libc = ctypes.PyDLL(None, use_errno=True)
CLONE3 = 435


def fork(pid):
    for _ in range(500):
        tid = (ctypes.c_int * 1)(pid)
        args = (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17, 0, 0, 0, ctypes.addressof(tid), 1, 0)
        got = libc.syscall(ctypes.c_long(CLONE3), ctypes.byref(args), ctypes.c_size_t(88))
        if got >= 0:
            return got
        if ctypes.get_errno() != errno.EEXIST:
            print("pids cannot be chosen here:", os.strerror(ctypes.get_errno()))
            os._exit(3)
        time.sleep(0.01)
    print("somebody else has pid", pid)
    os._exit(4)


def live(process):
    do = process["do"]
    if do and isinstance(do[0], str):
        os.execv(do[0], do)
    for child in do:
        pid = fork(child["pid"])
        if pid == 0:
            live(child)
        if pid != child["pid"] or os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != child["code"]:
            os._exit(5)
    os._exit(process["code"])


live({"do": json.load(sys.stdin), "code": 0})
