// Package ptree builds trees of processes from what logs say about them:
// execs, forks, exits, and any event that shows a process alive.
//
// [Build] takes [Event] values, from any source, and returns a [Tree]. Package
// hunt makes them of audit events; [Schema] makes them of table rows of
// Sysmon for Linux, Microsoft Defender, osquery and Windows.
//
// # Who is who
//
// A pid names a process only for a time. A [Process] is therefore one life of
// a pid on one host and boot, from its fork to its end, and an event belongs
// to the life that had the pid at that time. A life ends where the log shows
// its exit, a boot, or a fork that gives its pid to another. Without those, an
// event is taken for a new life when
//
//   - a stated identity or start differs (GUID, Start),
//   - its parent is another one and not an ancestor that may have adopted it
//     (the kernel gives orphans to an ancestor or to pid 1),
//   - its parent's pid has gone to another process,
//   - it is in no session, having been in one,
//   - a boot, a gap in the log ([Gap]), or a session number given out for the
//     second time lies between it and the last sign of the old life,
//   - it runs another program than the one whose exec is in the log, without
//     an exec of its own: it is a forked copy of something else,
//   - it is an exec with the same parent after a silence longer than
//     [Options.Silence].
//
// Several execs of one life are one Process with several images, as the
// kernel sees it. Threads are not processes.
//
// # Parents
//
// The parent is the life that had the stated parent pid at that moment. If the
// log does not show such a life, a placeholder stands for it; when it shows up
// later it takes the placeholder over. A shell that forks a part of itself
// without exec leaves only such a placeholder: its parent is then inferred
// from its session, see [Options.NoInference]. Each edge says whether it is
// observed, inferred or unknown, and why.
//
// # Long logs
//
// A [Builder] can be asked now and then for the processes that are settled, and
// told which of them are wanted: the others are dropped, and counted in
// [Stats.Pruned]. What is above a wanted one stays. See [Builder.Prune].
//
// # What it cannot know
//
// With rules that log execs only, a forked copy that neither execs nor has
// children leaves no trace, ends are unknown, and a life that began before the
// log is first seen in the middle. Pids that clone returns within a container
// are pids of the container; such a fork is bound to the child that shows up
// next, if the order of pids tells that it is one.
package ptree
