"""One shared cache before all readers: nobody gets another's bytes (26)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from fixtures.access import Keys

from .served import environment_of, serving

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PATHS = ("/layers", "/collections", "/layers/velvet", "/layers/obsidian", "/layers/quartz", "/tiles/quartz/6/35/31.mvt",
         "/tiles/velvet/6/35/31.mvt", "/collections/velvet_events/items", "/wmts", "/")  # fmt: skip
CONFIGURATION = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ }}
http {{
  proxy_cache_path {folder}/cache keys_zone=all:1m;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; access_log off;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass {address}; proxy_cache all; proxy_cache_key $request_uri; proxy_cache_valid 404 1m;
      add_header X-Cache $upstream_cache_status always;
    }}
  }}
}}
"""


@pytest.fixture
def cached(mission: str, tmp_path: Path, unused_port: int) -> Iterator[str]:
    """Address of an nginx that keeps whatever it is allowed to."""
    if NGINX is None or "HEXWATCH_ABUSE" not in os.environ:
        pytest.skip("Needs nginx: ./run abuse")
    environment = environment_of(tmp_path / "data") | {"HEXWATCH_DATABASE_URL": mission}
    with serving(environment) as served:
        said = CONFIGURATION.format(folder=tmp_path, port=unused_port, address=served.address)
        (tmp_path / "nginx.conf").write_text(said)
        with subprocess.Popen([NGINX, "-c", tmp_path / "nginx.conf", "-p", tmp_path]) as proxy:
            try:
                yield f"http://127.0.0.1:{unused_port}"
            finally:
                proxy.terminate()


def test_26_readers_behind_one_cache(cached: str, keys: Keys, said) -> None:
    people = {None: None, "a": keys.give("a", "restricted"), "b": keys.give("b", "confidential")}
    transport = httpx2.HTTPTransport(retries=20)
    hits = 0
    with httpx2.Client(base_url=cached, transport=transport, timeout=60) as client:

        def ask(path: str, who: str | None) -> httpx2.Response:
            key = people[who]
            return client.get(path, headers={"authorization": f"Bearer {key}"} if key else {})

        while ask("/layers", "b").status_code == 401:
            pass  # until the keys are heard of
        first = {(path, who): ask(path, who) for path in PATHS for who in people}
        for order in ((None, "a", "b"), ("b", "a", None), ("a", None, "b")):
            for path in PATHS:
                for who in order:
                    answer, told = ask(path, who), first[path, who]
                    assert (answer.status_code, answer.content) == (told.status_code, told.content), (path, who)
                    hit = answer.headers["x-cache"] == "HIT"
                    hits += hit
                    assert not (hit and who), (path, who)
    for path in ("/layers", "/collections"):
        tags = [first[path, who].headers.get("etag") for who in people]
        assert len({first[path, who].content for who in people}) == 3
        assert tags == [None] * 3 or len(set(tags)) == 3
    said(f"{len(PATHS)} addresses, 3 readers, 3 orders: each their own; {hits} hits, all of anyone's")
    assert hits
