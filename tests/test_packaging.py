"""A wheel built from the checkout, installed elsewhere, serves the start page with its stylesheet, and typesets."""

import os
import re
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.living import TOP, clean_environment, screen_of
from tests.ports import free_port

STOP_DEADLINE_SECONDS = 20


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a fresh virtual environment with the wheel in it; what the wheel needs is borrowed from ours."""
    folder = tmp_path_factory.mktemp("elsewhere")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=TOP, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", symlinks=True, with_pip=False)
    packages = next((folder / "venv" / "lib").glob("python*/site-packages"))
    (packages / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "venv" / "bin" / "python")]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", wheel], check=True, capture_output=True)
    return folder


@pytest.fixture
def address(elsewhere: Path) -> Iterator[str]:
    """Start what the wheel has installed, far from the checkout, and yield its address."""
    port = free_port()
    process = subprocess.Popen(
        [elsewhere / "venv" / "bin" / "ozgtermine", "run", "--port", str(port)],
        cwd=elsewhere, env=clean_environment(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert f"http://127.0.0.1:{port}/" in screen_of(process)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.communicate(timeout=STOP_DEADLINE_SECONDS)


def test_an_installed_wheel_serves_the_start_page_with_its_stylesheet(address: str, elsewhere: Path) -> None:
    with urlopen(f"{address}/") as answer:
        page = answer.read().decode()
    (stylesheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    with urlopen(f"{address}{stylesheet}") as answer:
        assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
        assert "@layer" in answer.read().decode()
    for picture in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        with urlopen(f"{address}{picture}") as answer:
            assert answer.status == 200
    where = [elsewhere / "venv" / "bin" / "python", "-c", "import ozgtermine; print(ozgtermine.__file__)"]
    found = subprocess.run(where, cwd=elsewhere, capture_output=True, text=True, check=True).stdout
    assert Path(found.strip()).is_relative_to(os.path.realpath(elsewhere))


def test_an_installed_wheel_typesets(elsewhere: Path) -> None:
    code = (
        "from datetime import UTC, datetime; from ozgtermine.pdf.attendance import ListHead, attendance_list; "
        "head = ListHead(title='Titel', when='', place='', made_at=datetime(2023, 2, 22, tzinfo=UTC)); "
        "print(attendance_list(head, [])[:5])"
    )
    run = [elsewhere / "venv" / "bin" / "python", "-c", code]
    done = subprocess.run(run, cwd=elsewhere, env=clean_environment(), capture_output=True, text=True, check=True)
    assert done.stdout == "b'%PDF-'\n"
