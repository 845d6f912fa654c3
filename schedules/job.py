"""The process that does a schedule's work: started, waited for, ended; what it says goes into a log."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

END_SECONDS = 900.0
"""What a job may take to clean up once it was told to end."""
KILLED = 128


@dataclass(frozen=True)
class Job:
    """One process.

    Attributes:
        argv: its command line.
        folder: where it works.
        log: file that its output is appended to.
        lock: descriptor that it inherits; the lock lives as long as it, also when we are killed.
        longest: seconds after which it is ended.
    """

    argv: list[str]
    folder: Path
    log: Path
    lock: int
    longest: float

    def run(self) -> int:
        """Runs it to its end; it has a session of its own, so that only we tell it to end.

        Returns:
            its exit status; 128 and the signal's number when one ended it, as shells count.
        """
        with self.log.open("ab") as output:
            job = subprocess.Popen(
                self.argv,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=(self.lock,),
            )
            try:
                status = job.wait(self.longest)
            except subprocess.TimeoutExpired:
                status = _ended(job) or 1
                output.write(f"\n✗ ended after {self.longest / 3600:.0f} hours.\n".encode())
            except BaseException:
                _ended(job)
                raise
        return status if status >= 0 else KILLED - status


def _ended(job: "subprocess.Popen[bytes]") -> int:
    """Tells a job to end, and kills it when it does not."""
    job.terminate()
    try:
        return job.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        job.kill()
        return job.wait()


def last_words(log: Path) -> str:
    """What a job said at last: its complaint where it made one."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    complaints = [line for line in lines if line.startswith("✗")]
    return next(iter((complaints or lines)[-1:]), "").removeprefix("✗").strip()
