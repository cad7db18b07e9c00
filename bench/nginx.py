"""nginx with the bytes of an answer as a file: what a feed would cost if it were one."""

import gzip
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

CONFIGURATION = """
daemon off; pid {folder}/pid; worker_processes 2; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;
  gzip_static on; gzip_vary on; default_type "text/calendar; charset=utf-8";
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""


@contextmanager
def nginx(files: Mapping[str, bytes]) -> Iterator[tuple[int, int]]:
    """Yield process id and port of an nginx with two workers that serves `files` by name, plain and packed."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)  # its workers are another user
        (folder / "files").mkdir()
        for file, content in files.items():
            (folder / "files" / file).write_bytes(content)
            (folder / "files" / f"{file}.gz").write_bytes(gzip.compress(content, 6))
        (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, port=port), "utf-8")
        process = subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-e", folder / "error.log"])
        try:
            _wait_for(folder / "pid", process)
            yield process.pid, port
        finally:
            process.terminate()
            process.wait()


def _wait_for(file: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while not file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("nginx has not started")
        time.sleep(0.05)
