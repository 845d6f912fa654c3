"""Reading the host's apt configuration."""

from pathlib import Path

import pytest

from toolchain.mirror import Source, first_mirror, host_sources, parse_deb822, parse_lines

DEB822 = """\
# comment: before
Types: deb deb-src
# comment: within
URIs: http://one.example/debian/ http://two.example/debian
Suites: bookworm
  bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://one.example/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
"""


def test_deb822_with_comments_and_continued_lines() -> None:
    """Every address of an enabled stanza is a source; comments and disabled stanzas are not."""
    sources = list(parse_deb822(DEB822))
    assert [source.address for source in sources] == [
        "http://one.example/debian/",
        "http://two.example/debian",
        "http://one.example/debian-security",
    ]
    assert sources[0].suites == ("bookworm", "bookworm-updates")
    assert first_mirror(sources) == "http://one.example/debian/"


def test_one_line_format_with_options() -> None:
    """Options in brackets and trailing comments are understood; deb-src and comments are passed over."""
    text = (
        "# deb http://no.example/debian trixie main\n"
        "deb-src http://src.example/debian trixie main\n"
        "deb [arch=amd64 signed-by=/x/other.gpg] http://third.example/debian trixie main\n"
        "deb [ signed-by=/x/debian-archive-keyring.gpg ] https://good.example/debian trixie main # home\n"
        "deb\n"
    )
    sources = list(parse_lines(text))
    assert [source.address for source in sources] == [
        "http://third.example/debian",
        "https://good.example/debian",
    ]
    assert first_mirror(sources) == "https://good.example/debian"


@pytest.mark.parametrize(
    "source",
    [
        Source("https://tools.example", ("bookworm",), ("main",)),
        Source("https://tools.example/debian", ("bookworm",), ("main",), "/usr/share/keyrings/tools.gpg"),
        Source("https://tools.example/debian", ("bookworm-tools",), ("main",)),
        Source("http://one.example/debian-security", ("bookworm-security",), ("main",)),
        Source("cdrom:[Debian]/debian", ("bookworm",), ("main",)),
        Source("http://one.example/ubuntu", ("noble",), ("main",)),
        Source("http://one.example/debian", ("bookworm",), ("contrib",)),
    ],
)
def test_other_archives_are_no_debian_mirror(source: Source) -> None:
    """Neither a third party's archive nor another medium is taken for Debian's."""
    assert first_mirror([source]) is None


def test_files_are_read_in_apts_order(tmp_path: Path) -> None:
    """`sources.list` first, then the folder; files of other kinds are passed over."""
    (tmp_path / "sources.list").write_text("deb http://first.example/debian stable main\n")
    folder = tmp_path / "sources.list.d"
    folder.mkdir()
    (folder / "b.list").write_text("deb http://last.example/debian stable main\n")
    (folder / "a.sources").write_text(DEB822)
    (folder / "a.list.save").write_text("deb http://old.example/debian stable main\n")
    addresses = [source.address for source in host_sources(tmp_path)]
    assert addresses[0] == "http://first.example/debian"
    assert addresses[-1] == "http://last.example/debian"
    assert "http://old.example/debian" not in addresses


def test_host_without_apt_has_no_sources(tmp_path: Path) -> None:
    """An empty folder is no error."""
    assert host_sources(tmp_path) == []
