"""Named checks, each a line: PASS or FAIL, its name, its figure."""

import contextlib
import time
import traceback


class Failed(Exception):
    """A check did not hold."""


class Skipped(Exception):
    """A check cannot be made; says why."""


def require(condition, message):
    """Fails the check that is being made unless condition holds."""
    if not condition:
        raise Failed(message)


class Report:
    """Counts checks and prints each as it is made. A failure ends its check, not the run."""

    def __init__(self):
        self.passed, self.failed, self.skipped = 0, [], []

    @contextlib.contextmanager
    def check(self, name):
        """Makes one check; the list it yields takes the figures that are printed behind it."""
        figures = []
        began = time.monotonic()
        try:
            yield figures
        except Skipped as why:
            self.skipped.append(name)
            self._line("SKIP", name, [str(why)], began)
        except Exception as fault:  # whatever went wrong, the other checks are worth making
            self.failed.append(name)
            self._line("FAIL", name, [*figures, str(fault) or repr(fault)], began)
            if not isinstance(fault, Failed):
                last = traceback.extract_tb(fault.__traceback__)[-1]
                print(f"     {type(fault).__name__} at {last.filename.rsplit('/', 1)[-1]}:{last.lineno}", flush=True)
        else:
            self.passed += 1
            self._line("PASS", name, figures, began)

    def part(self, name, run):
        """Runs a part; what stops it between its checks is a failure of its own."""
        try:
            run()
        except Exception:
            self.failed.append(f"{name} went on to its end")
            print(f"FAIL {name} went on to its end\n{traceback.format_exc(limit=-3)}", flush=True)

    @staticmethod
    def _line(verdict, name, figures, began):
        text = "; ".join(str(figure) for figure in figures)
        print(f"{verdict} {name}{': ' if text else ''}{text} ({time.monotonic() - began:.1f} s)", flush=True)

    def end(self):
        """Prints the last line; returns the status to exit with."""
        for name in self.failed:
            print(f"failed: {name}")
        print(f"{self.passed} passed, {len(self.failed)} failed" + (f", {len(self.skipped)} skipped" if self.skipped else ""), flush=True)
        return 1 if self.failed or not self.passed else 0
