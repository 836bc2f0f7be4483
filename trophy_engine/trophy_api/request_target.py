"""The target of a request to a WSGI or an ASGI application, without the path that the application is mounted at.

Servers decode the path before they pass it on, and then ``%2F`` within an identifier looks like a separator. Most of
them also pass on the path as it came; it is used if it has the same meaning.
"""

from __future__ import annotations

from urllib.parse import quote, unquote


def build_request_target(path: str, query: str, *, mount: str = "", raw_path: str | None = None) -> str:
    """Return the percent-encoded path below the mount, with the query.

    Args:
        path: the decoded path below the mount; bytes that are not UTF-8 are replaced, or escaped by surrogates.
        query: the query as it came; empty if there is none.
        mount: the decoded path that the application is mounted at.
        raw_path: the path as it came, from the server's root or from the mount; None if it is unknown. It is not used
            if it decodes to another path than ``path``: then something between server and application changed the path.

    >>> build_request_target("/v1/users/a/b", "", mount="/api", raw_path="/api/v1/users/a%2Fb")
    '/v1/users/a%2Fb'
    >>> build_request_target("/v1/users/a/b", "x=1")
    '/v1/users/a/b?x=1'
    """
    candidates = [] if raw_path is None else [_remove_mount_prefix(raw_path, mount), raw_path]
    # Some servers leave %2F in the decoded path.
    matching = [
        candidate
        for candidate in candidates
        if unquote(candidate) in {path, unquote(path)} or unquote(candidate, errors="surrogateescape") == path
    ]
    target = matching[0] if matching else quote(path, errors="surrogatepass")
    return f"{target}?{query}" if query else target


def strip_mount_path(path: str, mount: str) -> str:
    """Return a decoded path below a mount; a path that does not begin with the mount is below it already."""
    mount = mount.rstrip("/")
    is_whole = mount and (path == mount or path.startswith(f"{mount}/"))
    return path.removeprefix(mount) if is_whole else path


def _remove_mount_prefix(raw_path: str, mount: str) -> str:
    """Return an encoded path without as many parts as a mount has."""
    depth = mount.rstrip("/").count("/")
    parts = raw_path.split("/")
    return "".join(f"/{part}" for part in parts[depth + 1 :])
