"""The target of a request below the path that an application is mounted at."""

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_values import odd_text

from trophy_engine.trophy_api.request_target import build_request_target, strip_mount_path

IDS = odd_text.map(lambda text: text.encode("utf-8", "replace").decode()) | st.sampled_from(["a/b", "a//b", "%2F", "/"])
MOUNTS = st.sampled_from(["", "/api", "/api/trophy", "/v1", "/ü", "/a b"])


@given(st.lists(IDS, min_size=1, max_size=3), MOUNTS, st.booleans())
def test_a_path_as_it_came_is_kept_below_any_mount(parts, mount, from_root):
    path = "/v1/" + "/".join(quote(part, safe="") for part in parts)
    raw_path = (quote(mount) if from_root else "") + path
    assert build_request_target(unquote(path), "", mount=mount, raw_path=raw_path) == path
    assert build_request_target(unquote(path), "a=b%2Fc", mount=mount, raw_path=raw_path) == f"{path}?a=b%2Fc"


@given(st.lists(IDS, min_size=1, max_size=3), MOUNTS)
def test_without_it_a_path_has_its_meaning_but_for_separators(parts, mount):
    path = "/v1/" + "/".join(parts)
    for raw_path in (None, "/other", "", "*"):
        target = build_request_target(path, "", mount=mount, raw_path=raw_path)
        assert unquote(target) == path
        assert target.count("/") == path.count("/")
        assert target.isascii()


@pytest.mark.parametrize(
    ("path", "mount", "below"),
    [
        ("/api/v1/users", "/api", "/v1/users"),
        ("/api/v1/users", "/api/", "/v1/users"),
        ("/v1/users", "/api", "/v1/users"),
        ("/apiary", "/api", "/apiary"),
        ("/api", "/api", ""),
        ("/v1/users", "", "/v1/users"),
        ("/v1/users", "/", "/v1/users"),
    ],
)
def test_a_mount_is_removed_once(path, mount, below):
    assert strip_mount_path(path, mount) == below
