# Sourced by every step: the folder that it runs in, the versions that it installs, and the environments that steps share.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export PIP_CONSTRAINT="$PWD/.ci/constraints.txt" PIP_DISABLE_PIP_VERSION_CHECK=1
uv=build/gate/tools/bin/uv

# Install everything that the extra "dev" names into .venv, and make that where there is none.
install_dev() {
  [ -x .venv/bin/python ] || python3 -m venv .venv
  .venv/bin/pip install --quiet -e ".[dev${1:+,$1}]"
}

# Install uv into an environment of its own. It resolves the lowest versions, and installs in seconds.
install_uv() {
  [ -x build/gate/tools/bin/python ] || python3 -m venv build/gate/tools
  build/gate/tools/bin/pip install --quiet uv
}

# Print the path of a Python of a version such as 3.12: of the path, of pyenv or of uv. Fail if there is none.
find_python() {
  local candidate
  for candidate in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python \
    "${XDG_DATA_HOME:-$HOME/.local/share}/uv/python/cpython-$1".*/bin/python3; do
    if [ "$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2> /dev/null)" = "$1" ]; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

# Print the Pythons that the classifiers name, the lowest first.
declared_pythons() {
  sed -n 's/^ *"Programming Language :: Python :: \(3\.[0-9]*\)",$/\1/p' pyproject.toml
}

# Install programs of Debian where they are missing; each is a program, or a program and its package as npm=nodejs. Fail
# if that is not possible here.
install_programs() {
  local entry missing=()
  for entry in "$@"; do
    command -v "${entry%%=*}" > /dev/null || missing+=("${entry##*=}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v apt-get > /dev/null || [ "$(id -u)" != 0 ]; then
    echo "there is no ${missing[*]} here, and none can be installed"
    return 1
  fi
  apt-get update > /dev/null
  apt-get install --yes --no-install-recommends "${missing[@]}" > /dev/null
}
