#!/usr/bin/env bash
# Runs the demo; ./dev demo builds the programs and calls this. --help says what it takes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command -v python3 >/dev/null || { echo "the demo needs python3: ./dev setup installs it" >&2; exit 2; }
exec python3 -B "$here/demo.py" "$@"
