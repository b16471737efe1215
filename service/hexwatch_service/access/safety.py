"""What `hexwatch serve` refuses to start with: settings that would let others in."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import psycopg

from hexwatch_schemas.errors import UsageError
from hexwatch_schemas.settings import Settings

from ..database import sql

SHORTEST = 32  # characters of a secret
_KINDS = 8  # different ones among them: fewer were not drawn by chance


def refuse_unsafe(settings: Settings, reader_dsn: str) -> None:
    """Raises UsageError that names the setting and what to do."""
    _refuse_secret(settings)
    _refuse_issuer(settings)
    if _is_local(settings.host) or _is_safe(settings.origin):
        return
    if settings.oidc_issuer or _has_keys(reader_dsn):
        raise UsageError(
            f"Keys would cross the network in the clear: {settings.host} is no address of this machine alone.",
            hint="Put TLS before the service and set HEXWATCH_BASE_URL to its https:// address.",
        )


def _refuse_secret(settings: Settings) -> None:
    file = settings.secret_file
    try:
        secret = settings.signing_secret
        if file is not None and settings.secret is None and file.stat().st_mode & 0o077:
            raise UsageError(f"HEXWATCH_SECRET_FILE can be read by others: {file}.", hint=f"chmod 600 {file}")
    except OSError as error:
        raise UsageError(f"HEXWATCH_SECRET_FILE cannot be read: {error.strerror}.") from error
    if secret is not None and (len(secret) < SHORTEST or len(set(secret)) < _KINDS):
        raise UsageError(
            "The secret that signs addresses can be guessed.",
            hint='Make one: python3 -c "import secrets; print(secrets.token_urlsafe(32))"',
        )


def _refuse_issuer(settings: Settings) -> None:
    said = (settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks_url)
    if any(said) and not all(said):
        raise UsageError(
            "HEXWATCH_OIDC_ISSUER, _AUDIENCE and _JWKS_URL belong together.", hint="Set all three, or none of them."
        )
    if settings.oidc_jwks_url and not _is_safe(settings.oidc_jwks_url):
        raise UsageError("HEXWATCH_OIDC_JWKS_URL is not https: anybody on the way could put in keys of their own.")
    names = [name.strip().upper() for name in settings.oidc_algorithms.split(",")]
    if any(name == "NONE" or name.startswith("HS") for name in names):
        raise UsageError("HEXWATCH_OIDC_ALGORITHMS names one that anybody could sign with.", hint="RS256,ES256")


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and _is_local(parts.hostname or ""))


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _has_keys(dsn: str) -> bool:
    with psycopg.connect(dsn) as conn:
        return conn.execute(sql("access.keys")).fetchone() is not None
