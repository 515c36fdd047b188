# tools_terminal.py - the progress bar, Ctrl-C, and clean pipes
# SPDX-License-Identifier: MIT
#
# usage: tools_terminal.py KEOPS-RUN FOLDER
#
# FOLDER is for files.  The work is made too long to end by itself.
import os
import pty
import select
import signal
import subprocess
import sys
import time

RUN, FOLDER = os.path.abspath(sys.argv[1]), sys.argv[2]
FORMULA = "Sum_Reduction(Exp(-SqDist(x, y)), 0)"
LONG, FEW, SHORT = 500000, 10000, 40


def command(rows, *options):
    """keops-run on a cloud of that many points."""
    name = "points%d.csv" % rows
    if not os.path.exists(name):
        with open(name, "w") as f:
            f.writelines("%d,%d\n" % (k % 1000, k % 7) for k in range(rows))
    return [RUN, "--device", "host", FORMULA, "x=Vi:" + name, "y=Vj:" + name,
            *options]


def start(args, term="xterm", stderr=subprocess.PIPE):
    env = dict(os.environ, TERM=term)
    return subprocess.Popen(args, stdout=subprocess.PIPE, stderr=stderr,
                            env=env, preexec_fn=lambda: signal.signal(
                                signal.SIGINT, signal.default_int_handler))


def on_terminal(args, term, seconds, awaited=None):
    """What ARGS writes to a terminal in that time, or until AWAITED comes;
    then Ctrl-C."""
    master, slave = pty.openpty()
    process = start(args, term, slave)
    os.close(slave)
    text = b""
    end = time.monotonic() + seconds
    try:
        while (left := end - time.monotonic()) > 0:
            if not select.select([master], [], [], left)[0]:
                break
            text += os.read(master, 65536)
            if awaited and awaited in text:
                break
        process.send_signal(signal.SIGINT)
        while chunk := os.read(master, 65536):
            text += chunk
    except OSError:             # the terminal's other end is closed
        pass
    process.wait()
    process.stdout.close()
    os.close(master)
    return text.decode()


def test_bar_on_a_terminal():
    text = on_terminal(command(LONG), "xterm", 20, b" left")
    assert "% [" in text and " left" in text, repr(text)
    assert "\033" not in text, "escape sequences: " + repr(text)
    for line in text.replace("\n", "\r").split("\r"):
        assert len(line) < 80, repr(line)


def test_products_of_a_system():
    """Which one it is, where their number is not known before."""
    args = command(FEW, "b=Vj:points%d.csv" % FEW, "--solve", "b",
                   "--tolerance", "1e-300", "--limit", "999999")
    args[args.index(FORMULA)] = "Sum_Reduction(Exp(-SqDist(x, y))*b, 0)"
    text = on_terminal(args, "xterm", 20, b"product 3")
    assert "product 3" in text and " left" not in text, repr(text)


def test_no_bar_on_a_dumb_terminal():
    text = on_terminal(command(LONG), "dumb", 2)
    assert text.strip() == "keops-run: interrupted", repr(text)


def test_no_bar_if_not_wanted():
    text = on_terminal(command(LONG, "--no-progress"), "xterm", 2)
    assert text.strip() == "keops-run: interrupted", repr(text)


def test_no_bar_for_short_work():
    text = on_terminal(command(SHORT), "xterm", 5)
    assert text == "", repr(text)


def test_pipes_stay_clean():
    process = start(command(SHORT))
    out, err = process.communicate()
    assert process.returncode == 0 and err == b"", err
    assert len(out.splitlines()) == SHORT, out


def interrupt(number):
    """How many seconds long work goes on after the signal NUMBER; its exit
    code tells the signal, and the output stays what it was."""
    with open("out.csv", "w") as f:
        f.write("before\n")
    process = start(command(LONG, "-o", "out.csv"))
    time.sleep(1.5)
    assert process.poll() is None, process.communicate()
    begin = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate()
    took = time.monotonic() - begin
    assert process.returncode == 128 + number, (process.returncode, err)
    assert out == b"" and err == b"keops-run: interrupted\n", (out, err)
    assert open("out.csv").read() == "before\n"
    assert not [n for n in os.listdir() if n.startswith(".")], os.listdir()
    return took


def test_interrupts():
    """Within a second: the best of three, as others may use the machine."""
    for number in signal.SIGINT, signal.SIGTERM:
        took = [interrupt(number)]
        while min(took) >= 1 and len(took) < 3:
            took.append(interrupt(number))
        assert min(took) < 1, took


def main():
    os.chdir(FOLDER)
    failed = 0
    for name, test in sorted(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            print("pass:", name)
        except AssertionError as error:
            print("FAIL:", name, error)
            failed += 1
    return 1 if failed else 0


sys.exit(main())
