"""The peer does the same work, and a small run gives the rows."""

import os
from argparse import Namespace
from pathlib import Path

from cryptography import x509

from bench import certificates
from certs.ca.authority import authority
from certs.pairs.leaf import issue
from operation.progress import Progress
from operation.stack import Stack


def test_peer_does_the_same_work(tmp_path: Path) -> None:
    """Its certificate has the same extensions, and both verify."""
    stack = Stack("bench", tmp_path, {})
    signer = authority(stack)
    ours = issue(stack, certificates.PROFILE, signer).certificate
    theirs = x509.load_pem_x509_certificate(certificates.bare(signer)[0])
    theirs.verify_directly_issued_by(signer.issuing)
    for mine, its in ((ours, theirs), (theirs, ours)):
        assert {each.oid for each in mine.extensions} == {each.oid for each in its.extensions}
    assert ours.extensions.get_extension_for_class(x509.SubjectAlternativeName) == (
        theirs.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    )


def test_a_small_run_gives_its_rows() -> None:
    """Both are measured, and the process may use all its cores afterwards."""
    before = os.sched_getaffinity(0)
    options = Namespace(certificates=2, rounds=2)
    rows = list(certificates.SUBJECT.measure(options, Progress(quiet=True)))
    assert [len(row.measured.values) for row in rows] == [2, 1]
    assert rows[0].ratio is not None
    assert os.sched_getaffinity(0) == before
