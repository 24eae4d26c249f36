"""Runs a command and tells what it cost."""
import os
import statistics
import subprocess
import sys
import tempfile
import time


class Failure(Exception):
    """Something that makes all numbers worthless: a command that failed, a build with wrong bytes."""


def measured(command):
    """What a run cost, and what it printed: wall and CPU (user and system) in seconds, peak memory in MiB.

    The kernel counts the memory of the process that started a command, too, until the command's own program begins.
    So nothing large may be kept in this one.
    """
    start = time.perf_counter()
    with tempfile.TemporaryFile() as complaints:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints)
        printed = child.stdout.read().decode("utf-8", "replace")
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.stdout.close()
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            complaints.seek(0)
            text = printed[-1000:] + complaints.read().decode("utf-8", "replace")[-1000:]
            raise Failure(f"`{' '.join(command)}` ended with {child.returncode}:\n{text}")
    kib = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak_mib": kib / 1024}, printed


def done(*command, text=None, env=None):
    """Runs a command that nobody measures, with `text` as its input, and gives what it printed, trimmed."""
    words = [str(word) for word in command]
    run = subprocess.run(words, input=text, env=env, capture_output=True, encoding="utf-8")
    if run.returncode != 0:
        raise Failure(f"`{' '.join(words)}` ended with {run.returncode}:\n{(run.stdout + run.stderr)[-2000:]}")
    return run.stdout.rstrip("\n")


def cost_so_far(pid):
    """CPU seconds so far and peak memory in MiB of a running process; zeros where the system doesn't tell."""
    try:
        fields = open(f"/proc/{pid}/stat", encoding="ascii", errors="replace").read().rsplit(")", 1)[1].split()
        status = open(f"/proc/{pid}/status", encoding="ascii", errors="replace").read()
    except OSError:
        return 0.0, 0.0
    peak = next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), peak


def median_of(runs, key):
    return statistics.median(run[key] for run in runs)


def quantile(values, share):
    """The value that this share of the values doesn't exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def say(text):
    print(text, file=sys.stderr, flush=True)
