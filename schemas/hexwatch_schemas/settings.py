"""Settings from environment variables `HEXWATCH_…`; every one is listed in docs/reference/settings.md."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from .words import Audience


def default_data_folder() -> Path:
    """Where cluster, lake and demo live.

    root gets /var/lib/hexwatch: PostgreSQL refuses to run as root and its user could not enter root's home.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/hexwatch")
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "hexwatch"


def _workers() -> int:
    """Processes that answer: more than four would hold more memory than they win time for a mission."""
    return min(4, os.cpu_count() or 1)


class Settings(BaseSettings):
    """What can be set; secrets come only from the environment or a file it names."""

    model_config = SettingsConfigDict(env_prefix="HEXWATCH_", env_ignore_empty=True, extra="ignore")

    data_folder: Path = Field(
        default_factory=default_data_folder, description="Folder of the private cluster, the lake and the demo."
    )
    lake: Path | None = Field(
        None,
        description="Folder of raw pings; unset: `lake` in the data folder. Dask workers read it under the same path.",
    )
    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL connection of a login that may migrate and load; unset: the private cluster.",
    )
    reader_url: SecretStr | None = Field(
        None,
        description="Connection of the service's read-only login; unset: database_url as role hexwatch_reader.",
    )
    public_url: SecretStr | None = Field(
        None, description="Connection of login hexwatch_public, for public records; unset: database_url as that role."
    )
    restricted_url: SecretStr | None = Field(None, description="The same of hexwatch_restricted.")
    confidential_url: SecretStr | None = Field(None, description="The same of hexwatch_confidential.")
    audience: Audience | None = Field(
        None,
        description="Who may see datasets that a load makes without --audience: public, restricted or confidential; "
        "unset: nobody, until `hexwatch classify` says.",
    )
    secret: SecretStr | None = Field(
        None, description="At least 32 random characters that sign addresses; unset: no signed addresses."
    )
    secret_file: Path | None = Field(None, description="File that holds the secret instead.")
    oidc_issuer: str | None = Field(None, description="Issuer of bearer tokens (JWT) to accept; unset: none.")
    oidc_audience: str | None = Field(None, description="What `aud` of such a token must name; needed with an issuer.")
    oidc_jwks_url: str | None = Field(None, description="Address of the issuer's keys (JWKS); needed with an issuer.")
    oidc_algorithms: str = Field("RS256,ES256", description="Signatures to accept; never none, never HS….")
    oidc_claim: str = Field("hexwatch_clearance", description="Claim of the token that names the clearance.")
    host: str = Field("127.0.0.1", description="Address that `hexwatch serve` listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port that `hexwatch serve` listens on; 0 takes a free one.")
    workers: int = Field(
        default_factory=_workers, ge=1, description="Processes of `hexwatch serve`; unset: one a core, 4 at most."
    )
    base_url: str | None = Field(
        None, description="Public address of the service, for links in its answers; unset: http://host:port."
    )
    cors_origins: str = Field(
        "",
        description="Origins (https://maps.example) whose pages may read answers, separated by commas; * for any; "
        "unset: only the service's own pages.",
    )
    statement_timeout: float = Field(
        5.0, gt=0, description="Seconds after which the database gives up on one of the service's queries."
    )
    pool_size: int = Field(8, ge=1, description="Database connections of one service process.")
    tile_cache_mb: int = Field(64, ge=0, description="Memory for finished tiles, MB per process.")
    raster_threads: int = Field(2, ge=1, description="Pictures that one service process makes at once.")
    max_stale: float = Field(
        86400.0, ge=0, description="Seconds for which the last releases are served while the database is away."
    )
    log_format: Literal["text", "json"] | None = Field(
        None,
        description="Lines for people, or JSON objects with run and request ids. Unset: text of worker and service; "
        "other commands then tell nothing but errors.",
    )
    points_by: Literal["kernel", "libh3"] = Field(
        "kernel",
        description="What turns many points into cells: our kernel, equal to libh3 and faster, or libh3 alone.",
    )
    table_cache_mb: int = Field(256, ge=0, description="Memory for window sums and tables, MB per process.")

    @property
    def origin(self) -> str:
        """The configured public address without a trailing slash."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def signing_secret(self) -> str | None:
        """What signs addresses, from the environment or its file. Raises OSError where the file cannot be read."""
        if self.secret is not None:
            return self.secret.get_secret_value()
        return self.secret_file.read_text("utf-8").strip() if self.secret_file else None

    @property
    def lake_folder(self) -> Path:
        """Folder of raw pings."""
        return self.lake or self.data_folder / "lake"

    @property
    def cluster_folder(self) -> Path:
        """Data folder of the private cluster."""
        return self.data_folder / "cluster"

    @property
    def raster_folder(self) -> Path:
        """Folder of the rasters: COGs, and `originals` as they came."""
        return self.data_folder / "rasters"

    @property
    def socket_folder(self) -> Path:
        """Folder of the cluster's socket: short, because a socket's path ends at 107 bytes (unix(7))."""
        inside = self.data_folder / "run"
        if len(str(inside)) < 80:
            return inside
        return Path("/tmp") / f"hexwatch-{hashlib.sha256(str(inside).encode()).hexdigest()[:12]}"  # noqa: S108 (0700, owned)


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()  # pyright: ignore[reportCallIssue]  (fields come from the environment)
